namespace Conformance.Nvme;

/// <summary>CMBLOC, Controller Memory Buffer Location.</summary>
public readonly record struct CmbLocation(uint Raw)
{
    public byte Bir { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    public bool Cqmms { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    public bool Cqpds { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    public bool Cdpmls { get => Bits.Get(Raw, 5); init => Raw = Bits.With(Raw, 5, value); }

    public bool Cdpcils { get => Bits.Get(Raw, 6); init => Raw = Bits.With(Raw, 6, value); }

    public bool Cdmmms { get => Bits.Get(Raw, 7); init => Raw = Bits.With(Raw, 7, value); }

    public bool Cqda { get => Bits.Get(Raw, 8); init => Raw = Bits.With(Raw, 8, value); }

    /// <summary>Offset in the BAR, in units of CMBSZ.SZU.</summary>
    public uint Ofst { get => Bits.Get(Raw, 31, 12); init => Raw = Bits.With(Raw, 31, 12, value); }
}

/// <summary>CMBSZ, Controller Memory Buffer Size and what may be placed there.</summary>
public readonly record struct CmbSize(uint Raw)
{
    public bool Sqs { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    public bool Cqs { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    public bool Lists { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    public bool Rds { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    public bool Wds { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    public byte Szu { get => (byte)Bits.Get(Raw, 11, 8); init => Raw = Bits.With(Raw, 11, 8, value); }

    /// <summary>Size in units of SZU.</summary>
    public uint Sz { get => Bits.Get(Raw, 31, 12); init => Raw = Bits.With(Raw, 31, 12, value); }

    /// <summary>Bytes of the unit: 4 KiB x 16^SZU.</summary>
    public long Unit => 4096L << (4 * Szu);

    public long Bytes => Sz * Unit;
}

/// <summary>CMBMSC, Controller Memory Buffer Memory Space Control.</summary>
public readonly record struct CmbMemorySpaceControl(ulong Raw)
{
    public bool Cre { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    public bool Cmse { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>Bits 63:12 of the controller address.</summary>
    public ulong Cba { get => Bits.Get(Raw, 63, 12); init => Raw = Bits.With(Raw, 63, 12, value); }

    public ulong Address => Raw & ~0xFFFul;
}

/// <summary>CMBSTS, Controller Memory Buffer Status.</summary>
public readonly record struct CmbStatus(uint Raw)
{
    /// <summary>The base address is invalid.</summary>
    public bool Cbai { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}
