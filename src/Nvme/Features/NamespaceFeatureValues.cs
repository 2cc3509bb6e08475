namespace Conformance.Nvme;

/// <summary>Sanitize Config, FID 17h (Base 2.3 5.2.26.1.15).</summary>
public readonly record struct SanitizeConfigFeature(uint Raw)
{
    /// <summary>NODRM: a sanitize that asks for no deallocation is a warning, not an error, where it is inhibited.</summary>
    public bool NoDeallocateWarning { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>Reservation Notification Mask, FID 82h (Base 2.3 5.2.26.1.33). A set bit masks.</summary>
public readonly record struct ReservationNotificationFeature(uint Raw)
{
    /// <summary>REGPRE.</summary>
    public bool RegistrationPreempted { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>RESREL.</summary>
    public bool ReservationReleased { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>RESPRE.</summary>
    public bool ReservationPreempted { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }
}

/// <summary>Reservation Persistence, FID 83h (Base 2.3 5.2.26.1.34).</summary>
public readonly record struct ReservationPersistenceFeature(uint Raw)
{
    /// <summary>PTPL.</summary>
    public bool PersistThroughPowerLoss { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }
}

/// <summary>Namespace Write Protection Config, FID 84h (Base 2.3 5.2.26.1.35).</summary>
public readonly record struct NamespaceWriteProtectionFeature(uint Raw)
{
    /// <summary>WPS.</summary>
    public WriteProtectionState State
    {
        get => (WriteProtectionState)Bits.Get(Raw, 2, 0);
        init => Raw = Bits.With(Raw, 2, 0, (uint)value);
    }
}

/// <summary>Write protection of a namespace.</summary>
public enum WriteProtectionState : byte
{
    None = 0,
    WriteProtect = 1,
    UntilPowerCycle = 2,
    Permanent = 3,
}

/// <summary>Boot Partition Write Protection Config, FID 85h (Base 2.3 5.2.26.1.36).</summary>
public readonly record struct BootPartitionWriteProtectionFeature(uint Raw)
{
    /// <summary>BP0WPS: 0 no change, 1 unlocked, 2 locked, 3 locked until power cycle, 4 controlled by RPMB.</summary>
    public byte Partition0 { get => (byte)Bits.Get(Raw, 2, 0); init => Raw = Bits.With(Raw, 2, 0, value); }

    /// <summary>BP1WPS, with the same values.</summary>
    public byte Partition1 { get => (byte)Bits.Get(Raw, 5, 3); init => Raw = Bits.With(Raw, 5, 3, value); }
}
