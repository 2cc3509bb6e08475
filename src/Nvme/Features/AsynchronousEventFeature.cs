namespace Conformance.Nvme;

/// <summary>Asynchronous Event Configuration, FID 0Bh (Base 2.3 5.2.26.1.5): which events are reported.</summary>
public readonly record struct AsynchronousEventFeature(uint Raw)
{
    /// <summary>Critical warning: available spare below its threshold.</summary>
    public bool SpareBelowThreshold { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>Critical warning: a temperature beyond a threshold.</summary>
    public bool TemperatureThreshold { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>Critical warning: reliability is degraded.</summary>
    public bool DegradedReliability { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>Critical warning: all media are read only.</summary>
    public bool AllMediaReadOnly { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>Critical warning: the volatile memory backup failed.</summary>
    public bool VolatileMemoryBackupFailed { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    /// <summary>Critical warning: the persistent memory region is read only.</summary>
    public bool PersistentMemoryReadOnly { get => Bits.Get(Raw, 5); init => Raw = Bits.With(Raw, 5, value); }

    /// <summary>SHCW: a bit for each critical warning of the SMART log.</summary>
    public byte CriticalWarnings { get => (byte)Bits.Get(Raw, 7, 0); init => Raw = Bits.With(Raw, 7, 0, value); }

    /// <summary>NAN.</summary>
    public bool AttachedNamespaceAttribute { get => Bits.Get(Raw, 8); init => Raw = Bits.With(Raw, 8, value); }

    /// <summary>FAN.</summary>
    public bool FirmwareActivation { get => Bits.Get(Raw, 9); init => Raw = Bits.With(Raw, 9, value); }

    /// <summary>TLN.</summary>
    public bool TelemetryLog { get => Bits.Get(Raw, 10); init => Raw = Bits.With(Raw, 10, value); }

    /// <summary>ANACN.</summary>
    public bool AsymmetricNamespaceAccessChange { get => Bits.Get(Raw, 11); init => Raw = Bits.With(Raw, 11, value); }

    /// <summary>PLEALCN.</summary>
    public bool PredictableLatencyAggregate { get => Bits.Get(Raw, 12); init => Raw = Bits.With(Raw, 12, value); }

    /// <summary>LSIAN.</summary>
    public bool LbaStatusInformation { get => Bits.Get(Raw, 13); init => Raw = Bits.With(Raw, 13, value); }

    /// <summary>EGEALCN.</summary>
    public bool EnduranceGroupAggregate { get => Bits.Get(Raw, 14); init => Raw = Bits.With(Raw, 14, value); }

    /// <summary>NNSSHDN.</summary>
    public bool NormalSubsystemShutdown { get => Bits.Get(Raw, 15); init => Raw = Bits.With(Raw, 15, value); }

    /// <summary>TTHRY.</summary>
    public bool TemperatureThresholdHysteresis { get => Bits.Get(Raw, 16); init => Raw = Bits.With(Raw, 16, value); }

    /// <summary>RASSN.</summary>
    public bool ReachabilityAssociation { get => Bits.Get(Raw, 17); init => Raw = Bits.With(Raw, 17, value); }

    /// <summary>RGRP0.</summary>
    public bool ReachabilityGroup { get => Bits.Get(Raw, 18); init => Raw = Bits.With(Raw, 18, value); }

    /// <summary>ANSAN.</summary>
    public bool AllocatedNamespaceAttribute { get => Bits.Get(Raw, 19); init => Raw = Bits.With(Raw, 19, value); }

    /// <summary>Cross-Controller Reset Completed Notices.</summary>
    public bool CrossControllerReset { get => Bits.Get(Raw, 20); init => Raw = Bits.With(Raw, 20, value); }

    /// <summary>Lost Host Communication Notices.</summary>
    public bool LostHostCommunication { get => Bits.Get(Raw, 21); init => Raw = Bits.With(Raw, 21, value); }

    /// <summary>ZDCN.</summary>
    public bool ZoneDescriptorChanged { get => Bits.Get(Raw, 27); init => Raw = Bits.With(Raw, 27, value); }

    /// <summary>PMDRLPCN.</summary>
    public bool PullModelDdcRequest { get => Bits.Get(Raw, 28); init => Raw = Bits.With(Raw, 28, value); }

    /// <summary>ADLPCN.</summary>
    public bool AveDiscoveryLogPageChange { get => Bits.Get(Raw, 29); init => Raw = Bits.With(Raw, 29, value); }

    /// <summary>HDLPCN.</summary>
    public bool HostDiscoveryLogPageChange { get => Bits.Get(Raw, 30); init => Raw = Bits.With(Raw, 30, value); }

    /// <summary>DLPCN.</summary>
    public bool DiscoveryLogPageChange { get => Bits.Get(Raw, 31); init => Raw = Bits.With(Raw, 31, value); }
}
