namespace Conformance.Sim;

/// <summary>
/// The steps of a controller. Each is a class with one virtual entry, <c>Run</c>, which may answer that it is to be called again
/// later; a device is built with these or with one of them replaced.
/// </summary>
internal sealed record ControllerSteps
{
    public PropertyStep Property { get; init; } = new();

    public DoorbellStep Doorbell { get; init; } = new();

    public ArbitrateStep Arbitrate { get; init; } = new();

    public FetchStep Fetch { get; init; } = new();

    public ParseStep Parse { get; init; } = new();

    public ValidateStep Validate { get; init; } = new();

    public ExecuteStep Execute { get; init; } = new();

    public TransferStep Transfer { get; init; } = new();

    public CompleteStep Complete { get; init; } = new();

    public InterruptStep Interrupt { get; init; } = new();

    public EventStep Event { get; init; } = new();

    public IdentifyStep Identify { get; init; } = new();

    public SuspendStep Suspend { get; init; } = new();

    public ResumeStep Resume { get; init; } = new();

    public EncodeStep Encode { get; init; } = new();

    public LoadStep Load { get; init; } = new();

    public DecodeStep Decode { get; init; } = new();

    public TrackLbaStep TrackLba { get; init; } = new();

    public TrackMemoryStep TrackMemory { get; init; } = new();

    public DataQueueStep DataQueue { get; init; } = new();

    public ResetStep Reset { get; init; } = new();

    public ResourcesStep Resources { get; init; } = new();

    public ConfigStep Config { get; init; } = new();

    public MediumStep Medium { get; init; } = new();

    public RequesterStep Requester { get; init; } = new();
}
