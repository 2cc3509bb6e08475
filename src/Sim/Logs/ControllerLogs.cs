using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What the log pages of one controller show, and who keeps it.</summary>
internal sealed class ControllerLogs(ControllerCore owner)
{
    /// <summary>Error Information.</summary>
    public ErrorLog Errors { get; } = new(owner.Options.Capabilities.ElpeZ + 1);

    /// <summary>Namespaces that are or were attached and have changed since the host last read so.</summary>
    public SortedSet<uint> ChangedAttached { get; } = [];

    /// <summary>The same of any namespace.</summary>
    public SortedSet<uint> ChangedAllocated { get; } = [];

    /// <summary>Reservation Notification.</summary>
    public ReservationNotices Reservations { get; } = new(owner);

    /// <summary>What the SMART / Health log counts.</summary>
    public HealthCounters Counters { get; } = new();

    public TemperatureWatch Temperatures { get; } = new(owner);

    public Throttle Throttle { get; } = new(owner);

    public HostClock Clock { get; } = new(owner);

    public Telemetry Telemetry { get; } = new(owner);

    public SelfTests SelfTests { get; } = new(owner);

    /// <summary>
    /// A command is about to be completed: an error goes to the Error Information log, and More tells the host to look there. What the host
    /// itself had aborted is no error.
    /// </summary>
    /// <param name="command">Its status is settled.</param>
    public void Completing(CommandContext command)
    {
        Counters.Completing(command);
        if (command.Status.IsSuccess || command.More || command.Status == Status.AbortRequested
            || command.Status == Status.AbortedSqDeletion)
        {
            return;
        }

        command.More = true;
        Errors.Add(command, new StatusField(command.Status, command.Queue.Completion.Phase, command.Dnr, command.More));
    }

    /// <summary>A controller level reset.</summary>
    public void Reset(ResetKind kind)
    {
        Errors.Clear();
        Reservations.Clear();
        Clock.Reset(kind);
        SelfTests.Reset();
        Throttle.Measure();
        Telemetry.Tell();
        // Thresholds are what they were saved as.
        Temperatures.Measure();
    }
}
