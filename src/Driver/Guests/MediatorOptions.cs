using System.Collections.Frozen;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>What a mediator does at each point; a planted defect replaces exactly one.</summary>
public sealed record MediatorSteps
{
    public TrapStep Trap { get; init; } = new();

    public ReissueStep Reissue { get; init; } = new();

    public CompleteToGuestStep CompleteToGuest { get; init; } = new();

    public HoldEventsStep HoldEvents { get; init; } = new();

    public SnapshotStep Snapshot { get; init; } = new();

    public ReplayStep Replay { get; init; } = new();
}

/// <summary>How a guest's admin queue is mediated.</summary>
public sealed record MediatorOptions
{
    /// <summary>
    /// What acts beyond the guest's own controller or would let it escape the mediator: migration, virtualization management, doorbell
    /// buffers, and the vendor's migration commands. Answered with Invalid Command Opcode whatever the device would say.
    /// </summary>
    public static readonly FrozenSet<byte> DefaultRefusedOpcodes = new byte[]
    {
        (byte)AdminOpcode.VirtualizationManagement, (byte)AdminOpcode.TrackSend, (byte)AdminOpcode.TrackReceive,
        (byte)AdminOpcode.MigrationSend, (byte)AdminOpcode.MigrationReceive, (byte)AdminOpcode.ControllerDataQueue,
        (byte)AdminOpcode.DoorbellBufferConfig,
        (byte)VendorOpcode.QueryDataSize, (byte)VendorOpcode.Suspend, (byte)VendorOpcode.Resume, (byte)VendorOpcode.SaveData,
        (byte)VendorOpcode.LoadData,
    }.ToFrozenSet();

    public FrozenSet<byte> RefusedOpcodes { get; init; } = DefaultRefusedOpcodes;

    /// <summary>Asynchronous Event Requests that the host keeps at the device, AERL permitting.</summary>
    public int Events { get; init; } = 4;

    public MediatorSteps Steps { get; init; } = new();
}
