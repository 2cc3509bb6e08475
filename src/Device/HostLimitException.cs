namespace Conformance.Device;

/// <summary>
/// What was asked of a function is possible, but not on this host: the kernel keeps it for itself, or the way to the device has no such thing. Says
/// nothing of the device, so what needs it is not supported here.
/// </summary>
public sealed class HostLimitException(string what) : Exception(what);
