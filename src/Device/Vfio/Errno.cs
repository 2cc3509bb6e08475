namespace Conformance.Device;

/// <summary>The errnos of the VFIO uAPI, by the kernel's names and numbers (asm-generic).</summary>
public static class Errno
{
    public const int Eio = 5;
    public const int E2Big = 7;
    public const int Ebadf = 9;
    public const int Enomem = 12;
    public const int Enodev = 19;
    public const int Einval = 22;
    public const int Enotty = 25;
    public const int Enomsg = 42;
    public const int Eoverflow = 75;
    public const int Etimedout = 110;

    /// <summary>As people write it: <c>EINVAL</c>; of a number not listed here, <c>errno 71</c>.</summary>
    public static string Name(int errno) => errno switch
    {
        0 => "ok",
        Eio => "EIO",
        E2Big => "E2BIG",
        Ebadf => "EBADF",
        Enomem => "ENOMEM",
        Enodev => "ENODEV",
        Einval => "EINVAL",
        Enotty => "ENOTTY",
        Enomsg => "ENOMSG",
        Eoverflow => "EOVERFLOW",
        Etimedout => "ETIMEDOUT",
        _ => $"errno {errno}",
    };
}
