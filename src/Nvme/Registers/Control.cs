namespace Conformance.Nvme;

/// <summary>CC, Controller Configuration.</summary>
public readonly record struct ControllerConfiguration(uint Raw)
{
    public bool En { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    public byte Css { get => (byte)Bits.Get(Raw, 6, 4); init => Raw = Bits.With(Raw, 6, 4, value); }

    /// <summary>Memory page size is 2^(12 + MPS) bytes.</summary>
    public byte Mps { get => (byte)Bits.Get(Raw, 10, 7); init => Raw = Bits.With(Raw, 10, 7, value); }

    public byte Ams { get => (byte)Bits.Get(Raw, 13, 11); init => Raw = Bits.With(Raw, 13, 11, value); }

    /// <summary>Shutdown Notification: 0 none, 1 normal, 2 abrupt.</summary>
    public byte Shn { get => (byte)Bits.Get(Raw, 15, 14); init => Raw = Bits.With(Raw, 15, 14, value); }

    /// <summary>I/O submission entries are 2^IOSQES bytes: 6.</summary>
    public byte Iosqes { get => (byte)Bits.Get(Raw, 19, 16); init => Raw = Bits.With(Raw, 19, 16, value); }

    /// <summary>I/O completion entries are 2^IOCQES bytes: 4.</summary>
    public byte Iocqes { get => (byte)Bits.Get(Raw, 23, 20); init => Raw = Bits.With(Raw, 23, 20, value); }

    public bool Crime { get => Bits.Get(Raw, 24); init => Raw = Bits.With(Raw, 24, value); }
}

/// <summary>CSTS, Controller Status.</summary>
public readonly record struct ControllerStatus(uint Raw)
{
    public bool Rdy { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>Controller Fatal Status; set while a secondary controller is Offline.</summary>
    public bool Cfs { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>Shutdown Status: 0 normal operation, 1 in progress, 2 complete.</summary>
    public byte Shst { get => (byte)Bits.Get(Raw, 3, 2); init => Raw = Bits.With(Raw, 3, 2, value); }

    public bool Nssro { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    /// <summary>Processing Paused.</summary>
    public bool Pp { get => Bits.Get(Raw, 5); init => Raw = Bits.With(Raw, 5, value); }

    /// <summary>Shutdown Type: the NVM subsystem.</summary>
    public bool St { get => Bits.Get(Raw, 6); init => Raw = Bits.With(Raw, 6, value); }
}

/// <summary>AQA, sizes of the admin queues in entries, 0's based.</summary>
public readonly record struct AdminQueueAttributes(uint Raw)
{
    public ushort AsqsZ { get => (ushort)Bits.Get(Raw, 11, 0); init => Raw = Bits.With(Raw, 11, 0, value); }

    public ushort AcqsZ { get => (ushort)Bits.Get(Raw, 27, 16); init => Raw = Bits.With(Raw, 27, 16, value); }
}
