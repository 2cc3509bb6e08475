namespace Conformance.Nvme;

/// <summary>Arbitration, FID 01h (Base 2.3 5.2.26.1.1).</summary>
public readonly record struct ArbitrationFeature(uint Raw)
{
    /// <summary>AB: at most 2^n commands at a time from one queue; 7 is no limit.</summary>
    public byte Burst { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    /// <summary>LPW, 0's based.</summary>
    public byte LowPriorityWeightZ { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = Bits.With(Raw, 15, 8, value); }

    /// <summary>MPW, 0's based.</summary>
    public byte MediumPriorityWeightZ { get => (byte)Bits.Get(Raw, 23, 16); init => Raw = Bits.With(Raw, 23, 16, value); }

    /// <summary>HPW, 0's based.</summary>
    public byte HighPriorityWeightZ { get => (byte)Bits.Get(Raw, 31, 24); init => Raw = Bits.With(Raw, 31, 24, value); }
}

/// <summary>
/// Number of Queues, FID 07h: what Set Features asks for (NSQR, NCQR) and completion dword 0 grants (NSQA, NCQA), without the admin
/// queues (Base 2.3 5.2.26.2.1).
/// </summary>
public readonly record struct NumberOfQueuesFeature(uint Raw)
{
    /// <summary>0's based; FFFFh may not be asked for.</summary>
    public ushort SubmissionQueuesZ { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>0's based; FFFFh may not be asked for.</summary>
    public ushort CompletionQueuesZ { get => (ushort)Bits.Get(Raw, 31, 16); init => Raw = Bits.With(Raw, 31, 16, value); }
}

/// <summary>Interrupt Coalescing, FID 08h (Base 2.3 5.2.26.2.2).</summary>
public readonly record struct InterruptCoalescingFeature(uint Raw)
{
    /// <summary>THR: completion queue entries to gather before an interrupt, 0's based.</summary>
    public byte ThresholdZ { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = Bits.With(Raw, 7, 0, value); }

    /// <summary>TIME, in units of 100 us; 0 is no delay.</summary>
    public byte Time { get => (byte)Bits.Get(Raw, 15, 8); init => Raw = Bits.With(Raw, 15, 8, value); }
}

/// <summary>Interrupt Vector Configuration, FID 09h (Base 2.3 5.2.26.2.3). Get Features names the vector in its own dword 11.</summary>
public readonly record struct InterruptVectorFeature(uint Raw)
{
    /// <summary>IV.</summary>
    public ushort Vector { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>CD.</summary>
    public bool CoalescingDisabled { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }
}

/// <summary>Write Atomicity Normal, FID 0Ah.</summary>
public readonly record struct WriteAtomicityFeature(uint Raw)
{
    /// <summary>DN: AWUN and NAWUN need not be honoured, only the power fail sizes.</summary>
    public bool DisableNormal { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>Error Recovery, FID 05h, of a namespace.</summary>
public readonly record struct ErrorRecoveryFeature(uint Raw)
{
    /// <summary>TLER, in units of 100 ms; 0 is no limit.</summary>
    public ushort LimitedRetryTime { get => (ushort)Bits.Get(Raw, 15, 0); init => Raw = Bits.With(Raw, 15, 0, value); }

    /// <summary>DULBE: reading a deallocated or unwritten block is an error.</summary>
    public bool DeallocatedError { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }
}

/// <summary>Volatile Write Cache, FID 06h (Base 2.3 5.2.26.1.4).</summary>
public readonly record struct VolatileWriteCacheFeature(uint Raw)
{
    /// <summary>WCE.</summary>
    public bool Enabled { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>Keep Alive Timer, FID 0Fh (Base 2.3 5.2.26.1.8).</summary>
public readonly record struct KeepAliveFeature(uint Raw)
{
    /// <summary>KATO, in milliseconds; 0 is off.</summary>
    public uint Timeout { get => Bits.Get(Raw, 31, 0); init => Raw = Bits.With(Raw, 31, 0, value); }
}
