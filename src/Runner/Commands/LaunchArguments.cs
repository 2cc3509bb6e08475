using System.CommandLine;

namespace Conformance.Runner.Commands;

/// <summary>
/// The words of <c>run</c> that each launch of a comparison is told besides its profile: what a real device is not touched without, and what is to be
/// left out or excused there. They are checked by the launch, as <c>run</c> checks them.
/// </summary>
internal sealed class LaunchArguments
{
    private readonly Option<string[]> _allowDataLoss = RunArguments.CreateAllowDataLoss();

    private readonly Option<string[]> _only = ProfileArguments.CreateOnly();

    private readonly Option<string[]> _skip = ProfileArguments.CreateSkip();

    private readonly Option<string?> _waivers = RunArguments.CreateWaivers();

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_allowDataLoss, _only, _skip, _waivers])
        {
            option.Description = $"With --ab, of each launch. {option.Description}";
            command.Add(option);
        }
    }

    /// <summary>As <c>run</c> takes them; nothing that was not said, so that an older tree need not know it.</summary>
    public IReadOnlyList<string> Words(ParseResult parsed) =>
    [
        .. new[] { _allowDataLoss, _only, _skip }.SelectMany(option => (parsed.GetValue(option) ?? []).SelectMany(value => (string[])[option.Name, value])),
        .. parsed.GetValue(_waivers) is { } path ? [_waivers.Name, Path.GetFullPath(path)] : Array.Empty<string>(),
    ];
}
