namespace Conformance.Nvme;

/// <summary>CAP, Controller Capabilities.</summary>
public readonly record struct Capabilities(ulong Raw)
{
    /// <summary>Maximum Queue Entries Supported, 0's based.</summary>
    public ushort MqesZ { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>Queues must be physically contiguous.</summary>
    public bool Cqr { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }

    public byte Ams { get => (byte)Bits.Get(Raw, 18, 17); init => Raw = Bits.With(Raw, 18, 17, value); }

    /// <summary>Worst case wait for CSTS.RDY, in units of 500 ms.</summary>
    public byte To { get => (byte)Bits.Get(Raw, 31, 24); init => Raw = Bits.With(Raw, 31, 24, value); }

    /// <summary>Doorbell stride is 2^(2 + DSTRD) bytes.</summary>
    public byte Dstrd { get => (byte)Bits.Get(Raw, 35, 32); init => Raw = Bits.With(Raw, 35, 32, value); }

    public bool Nssrs { get => Bits.Get(Raw, 36); init => Raw = Bits.With(Raw, 36, value); }

    public byte Css { get => (byte)Bits.Get(Raw, 44, 37); init => Raw = Bits.With(Raw, 44, 37, value); }

    public bool Bps { get => Bits.Get(Raw, 45); init => Raw = Bits.With(Raw, 45, value); }

    public byte Cps { get => (byte)Bits.Get(Raw, 47, 46); init => Raw = Bits.With(Raw, 47, 46, value); }

    /// <summary>Smallest memory page is 2^(12 + MPSMIN) bytes.</summary>
    public byte MpsMin { get => (byte)Bits.Get(Raw, 51, 48); init => Raw = Bits.With(Raw, 51, 48, value); }

    public byte MpsMax { get => (byte)Bits.Get(Raw, 55, 52); init => Raw = Bits.With(Raw, 55, 52, value); }

    public bool Pmrs { get => Bits.Get(Raw, 56); init => Raw = Bits.With(Raw, 56, value); }

    public bool Cmbs { get => Bits.Get(Raw, 57); init => Raw = Bits.With(Raw, 57, value); }

    public bool Nsss { get => Bits.Get(Raw, 58); init => Raw = Bits.With(Raw, 58, value); }

    public byte Crms { get => (byte)Bits.Get(Raw, 60, 59); init => Raw = Bits.With(Raw, 60, 59, value); }

    public bool Nsses { get => Bits.Get(Raw, 61); init => Raw = Bits.With(Raw, 61, value); }
}

/// <summary>VS, the version of the standard; 2.1 is 00020100h.</summary>
public readonly record struct Version(uint Raw)
{
    public ushort Mjr { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }

    public byte Mnr { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = Bits.With(Raw, 15, 8, value); }

    public byte Ter { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = Bits.With(Raw, 7, 0, value); }

    public static Version Of(ushort major, byte minor, byte tertiary = 0) => new() { Mjr = major, Mnr = minor, Ter = tertiary };

    public override string ToString() => Ter == 0 ? $"{Mjr}.{Mnr}" : $"{Mjr}.{Mnr}.{Ter}";
}

/// <summary>CRTO, in units of 500 ms.</summary>
public readonly record struct ControllerReadyTimeouts(uint Raw)
{
    /// <summary>Controller ready with media.</summary>
    public ushort Crwmt { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>Controller ready independent of media.</summary>
    public ushort Crimt { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}
