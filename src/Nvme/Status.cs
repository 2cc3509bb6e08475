namespace Conformance.Nvme;

/// <summary>Status Code Type (Base 2.3 4.2.3.1).</summary>
public enum StatusCodeType : byte
{
    Generic = 0,
    CommandSpecific = 1,
    MediaAndDataIntegrity = 2,
    Path = 3,
    VendorSpecific = 7,
}

/// <summary>
/// What became of a command: SCT in bits 10:8, SC in bits 7:0 (Base 2.3 4.2.3.1, 4.2.3.2). DNR, More and the retry delay are not part
/// of it. A code without a name is a value like any other.
/// </summary>
public readonly partial record struct Status(ushort Value)
{
    public Status(byte sct, byte sc)
        : this((ushort)((sct << 8) | sc))
    {
    }

    public StatusCodeType Sct => (StatusCodeType)(Value >> 8);

    public byte Sc => (byte)Value;

    public bool IsSuccess => Value == 0;

    /// <summary>The standard's name, or null for a code it does not name.</summary>
    public static string? NameOf(Status status) => Names.GetValueOrDefault(status.Value);

    /// <summary>Name and SCT/SC as the references write it: <c>Invalid Field in Command (0/02h)</c>.</summary>
    public override string ToString() => $"{NameOf(this) ?? Unnamed} ({Value >> 8:X}/{Sc:X2}h)";

    private string Unnamed => Sct == StatusCodeType.VendorSpecific || Sc >= 0xC0 ? "Vendor Specific" : "Reserved";
}
