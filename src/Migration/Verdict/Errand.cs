namespace Conformance.Migration;

/// <summary>
/// A run that was decided here and is carried out elsewhere, where deciding would take long: what to do, and nothing of how it is judged. What it shows comes
/// back as a journal and <see cref="Carried"/>.
/// </summary>
public sealed record Errand
{
    /// <summary>In the folder that both sides see.</summary>
    public const string FileName = "errand.json";

    public required Plan Plan { get; init; }

    /// <summary>As a journal begins with it, but for the hash of the plan, which may change once a device was looked at.</summary>
    public required RunHeader Header { get; init; }

    /// <summary>The words of the user.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Serial numbers of devices whose content may be lost.</summary>
    public required IReadOnlyList<string> AllowDataLoss { get; init; }

    /// <summary>Processes that run cases at once; null: as many as there is work for.</summary>
    public required int? Jobs { get; init; }

    /// <summary>Cases are repeated until one fails.</summary>
    public required bool UntilFail { get; init; }

    /// <summary>What passes between hosts and devices is written.</summary>
    public required bool Trace { get; init; }

    /// <summary>What the suite itself costs is not measured.</summary>
    public required bool IsBare { get; init; }
}

/// <summary>What a run was, beside its journal.</summary>
public sealed record Carried
{
    /// <summary>In the folder of the <see cref="Errand"/>.</summary>
    public const string FileName = "carried.json";

    /// <summary>Real functions as they were found; null where they are simulated.</summary>
    public required RealDevice? Real { get; init; }

    /// <summary>Where it ran; which suite it was, only whoever started it need say.</summary>
    public required EnvironmentRecord Environment { get; init; }

    /// <summary>The exit code of the signal that ended it before its end; null where none did.</summary>
    public required int? Signal { get; init; }
}
