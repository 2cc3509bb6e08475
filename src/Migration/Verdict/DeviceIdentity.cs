namespace Conformance.Migration;

/// <summary>What a controller says it is, in Identify Controller.</summary>
/// <param name="Vendor">PCI Vendor ID.</param>
/// <param name="Model">Model number, without the blanks behind it.</param>
/// <param name="Firmware">Firmware revision, likewise.</param>
public sealed record DeviceIdentity(ushort Vendor, string Model, string Firmware);
