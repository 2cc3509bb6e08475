namespace Conformance.Nvme;

/// <summary>PMRCAP, Persistent Memory Region Capabilities.</summary>
public readonly record struct PmrCapabilities(uint Raw)
{
    public bool Rds { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    public bool Wds { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    public byte Bir { get => (byte)Bits.Get(Raw, 7, 5); init => Raw = Bits.With(Raw, 7, 5, value); }

    /// <summary>Unit of PMRTO: 0 is 500 ms, 1 a minute.</summary>
    public byte Pmrtu { get => (byte)Bits.Get(Raw, 9, 8); init => Raw = Bits.With(Raw, 9, 8, value); }

    public byte Pmrwbm { get => (byte)Bits.Get(Raw, 13, 10); init => Raw = Bits.With(Raw, 13, 10, value); }

    public byte Pmrto { get => (byte)Bits.Get(Raw, 23, 16); init => Raw = Bits.With(Raw, 23, 16, value); }

    public bool Cmss { get => Bits.Get(Raw, 24); init => Raw = Bits.With(Raw, 24, value); }
}

/// <summary>PMRCTL, Persistent Memory Region Control.</summary>
public readonly record struct PmrControl(uint Raw)
{
    public bool En { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>PMRSTS, Persistent Memory Region Status.</summary>
public readonly record struct PmrStatus(uint Raw)
{
    public byte Err { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = Bits.With(Raw, 7, 0, value); }

    public bool Nrdy { get => Bits.Get(Raw, 8); init => Raw = Bits.With(Raw, 8, value); }

    /// <summary>Health Status: 0 normal, 1 restore error, 2 read only, 3 unreliable.</summary>
    public byte Hsts { get => (byte)Bits.Get(Raw, 11, 9); init => Raw = Bits.With(Raw, 11, 9, value); }

    public bool Cbai { get => Bits.Get(Raw, 12); init => Raw = Bits.With(Raw, 12, value); }
}

/// <summary>PMREBS, Persistent Memory Region Elasticity Buffer Size.</summary>
public readonly record struct PmrElasticityBuffer(uint Raw)
{
    public byte Szu { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = Bits.With(Raw, 3, 0, value); }

    public bool Rbb { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    public uint Wbz { get => Bits.Get(Raw, 31, 8); init => Raw = Bits.With(Raw, 31, 8, value); }
}

/// <summary>PMRSWTP, Persistent Memory Region Sustained Write Throughput.</summary>
public readonly record struct PmrSustainedWriteThroughput(uint Raw)
{
    public byte Swtu { get => (byte)Bits.Get(Raw, 3, 0); init => Raw = Bits.With(Raw, 3, 0, value); }

    public uint Swtv { get => Bits.Get(Raw, 31, 8); init => Raw = Bits.With(Raw, 31, 8, value); }
}

/// <summary>PMRMSCL and PMRMSCU joined, Persistent Memory Region Memory Space Control.</summary>
public readonly record struct PmrMemorySpaceControl(ulong Raw)
{
    public bool Cmse { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>Bits 63:12 of the controller address.</summary>
    public ulong Cba { get => Bits.Get(Raw, 63, 12); init => Raw = Bits.With(Raw, 63, 12, value); }

    public ulong Address => Raw & ~0xFFFul;
}
