using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Conformance.Device;

namespace Conformance.Migration;

/// <summary>The steps of one migration, in their order.</summary>
public enum CycleStep
{
    /// <summary>Compatibility of both sides.</summary>
    Check,

    /// <summary>The destination is made ready.</summary>
    Prepare,

    /// <summary>Tracking of user data and memory starts.</summary>
    StartTracking,

    /// <summary>The first copy of everything, while the guest runs.</summary>
    BulkCopy,

    /// <summary>Copies of what changed meanwhile.</summary>
    Rounds,

    /// <summary>The guest's processors stop.</summary>
    StopGuest,

    /// <summary>The source controller is suspended.</summary>
    Suspend,

    /// <summary>Its state is read.</summary>
    Save,

    /// <summary>Reports of changed blocks and memory are read to the last entry, and copied.</summary>
    Drain,

    /// <summary>The state goes to the destination side.</summary>
    Transfer,

    /// <summary>The destination controller is suspended, to take it; before that, what the host trapped is done there again.</summary>
    SuspendDestination,

    /// <summary>It takes it.</summary>
    Load,

    /// <summary>What was loaded is read again, for the oracle: no migration does so, and it is in no downtime.</summary>
    ReadBack,

    /// <summary>What the host owns is restored: PCI command, MSI-X, trapped registers.</summary>
    RestoreHost,

    /// <summary>The source can no longer reach anything.</summary>
    Fence,

    /// <summary>The destination controller runs; its submission is the commit point.</summary>
    Resume,

    /// <summary>The guest's processors run on the destination.</summary>
    RestartGuest,

    /// <summary>State and data are verified.</summary>
    Verify,

    /// <summary>The source is retired.</summary>
    Retire,
}

/// <summary>No step (the default), one step, or each step in turn: <c>none</c>, <c>suspend</c>, <c>every-step</c>.</summary>
[Description("none, every-step, or a step")]
[JsonConverter(typeof(TextConverter<StepChoice>))]
public readonly record struct StepChoice : IParsable<StepChoice>
{
    private const string EveryWord = "every-step";
    private const string NoneWord = "none";

    /// <summary>Each step in turn.</summary>
    public static StepChoice EveryStep { get; } = new() { IsEvery = true };

    /// <summary>The words that are understood.</summary>
    public static IReadOnlyList<string> All { get; } = [NoneWord, EveryWord, .. Enum.GetValues<CycleStep>().Select(Words.Of)];

    public CycleStep? Step { get; private init; }

    public bool IsEvery { get; private init; }

    public bool IsNone => Step is null && !IsEvery;

    public static StepChoice At(CycleStep step) => new() { Step = step };

    public static StepChoice Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var value) ? value : throw new FormatException($"'{s}' is no step.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out StepChoice result)
    {
        result = s == EveryWord ? EveryStep : default;
        foreach (var step in Enum.GetValues<CycleStep>())
        {
            if (s == Words.Of(step)) result = At(step);
        }

        return s == NoneWord || !result.IsNone;
    }

    public override string ToString() => IsEvery ? EveryWord : Step is { } step ? Words.Of(step) : NoneWord;
}
