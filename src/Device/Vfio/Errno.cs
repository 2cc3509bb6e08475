using System.Collections.Frozen;

namespace Conformance.Device;

/// <summary>Errnos by the kernel's names and numbers (asm-generic), as far as VFIO, NVMe passthrough and sysfs answer with them.</summary>
public static class Errno
{
    public const int Eperm = 1;
    public const int Enoent = 2;
    public const int Eintr = 4;
    public const int Eio = 5;
    public const int Enxio = 6;
    public const int E2Big = 7;
    public const int Ebadf = 9;
    public const int Eagain = 11;
    public const int Enomem = 12;
    public const int Eacces = 13;
    public const int Efault = 14;
    public const int Ebusy = 16;
    public const int Eexist = 17;
    public const int Enodev = 19;
    public const int Einval = 22;
    public const int Enotty = 25;
    public const int Enospc = 28;
    public const int Espipe = 29;
    public const int Erange = 34;
    public const int Enomsg = 42;
    public const int Eoverflow = 75;
    public const int Emsgsize = 90;
    public const int Eopnotsupp = 95;
    public const int Enotconn = 107;
    public const int Etimedout = 110;

    private static readonly FrozenDictionary<int, string> s_names = new Dictionary<int, string>
    {
        [0] = "ok",
        [Eperm] = "EPERM",
        [Enoent] = "ENOENT",
        [Eintr] = "EINTR",
        [Eio] = "EIO",
        [Enxio] = "ENXIO",
        [E2Big] = "E2BIG",
        [Ebadf] = "EBADF",
        [Eagain] = "EAGAIN",
        [Enomem] = "ENOMEM",
        [Eacces] = "EACCES",
        [Efault] = "EFAULT",
        [Ebusy] = "EBUSY",
        [Eexist] = "EEXIST",
        [Enodev] = "ENODEV",
        [Einval] = "EINVAL",
        [Enotty] = "ENOTTY",
        [Enospc] = "ENOSPC",
        [Espipe] = "ESPIPE",
        [Erange] = "ERANGE",
        [Enomsg] = "ENOMSG",
        [Eoverflow] = "EOVERFLOW",
        [Emsgsize] = "EMSGSIZE",
        [Eopnotsupp] = "EOPNOTSUPP",
        [Enotconn] = "ENOTCONN",
        [Etimedout] = "ETIMEDOUT",
    }.ToFrozenDictionary();

    /// <summary>As people write it: <c>EINVAL</c>; of a number not listed here, <c>errno 71</c>.</summary>
    public static string Name(int errno) => s_names.GetValueOrDefault(errno) ?? $"errno {errno}";
}
