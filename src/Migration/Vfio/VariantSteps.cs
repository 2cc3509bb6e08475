namespace Conformance.Migration;

/// <summary>What the variant driver does at each point; each can be replaced alone.</summary>
public sealed record VariantSteps
{
    public QuiesceStep Quiesce { get; init; } = new();

    public CollectStep Collect { get; init; } = new();

    public RestoreStep Restore { get; init; } = new();

    public ContinueStep Continue { get; init; } = new();

    public FrameStep Frame { get; init; } = new();

    public AcceptStep Accept { get; init; } = new();

    public CompleteStep Complete { get; init; } = new();

    public ErrnoStep Errno { get; init; } = new();

    public ReleaseStep Release { get; init; } = new();

    /// <summary>What the December 2022 series does at these points.</summary>
    public static VariantSteps AsPosted { get; } = new()
    {
        Quiesce = new SuspendOnlyStep(),
        Collect = new SaveWhenAskedStep(),
        Restore = new LoadAnyStep(),
        Continue = new ResumeRegardlessStep(),
        Frame = new NoFrameStep(),
        Accept = new FixedBufferStep(),
        Complete = new WholeBufferStep(),
        Errno = new PositiveStatusStep(),
        Release = new LeaveAsItIsStep(),
    };
}

/// <summary>What a variant driver offers.</summary>
public sealed record VariantOptions
{
    /// <summary>RUNNING_P2P: the device stops as a whole there, for it cannot tell a peer's memory from other memory.</summary>
    public bool P2P { get; init; }

    /// <summary>PRE_COPY, where the state can be read while the controller runs.</summary>
    public bool PreCopy { get; init; }

    /// <summary>Ask for the vendor part of the state too, which holds the admin queue; a device without one is then not opened.</summary>
    public bool VendorPart { get; init; }

    /// <summary>ns between two looks at the state of a running controller; once per second, as the virtio driver of Linux does it.</summary>
    public long PreCopyInterval { get; init; } = 1_000_000_000;

    public VariantSteps Steps { get; init; } = new();
}
