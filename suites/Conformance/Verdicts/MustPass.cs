namespace Conformance.Suite;

/// <summary>
/// The cases that must have been run, and have passed, before a device is called conformant: <c>mustpass.txt</c>, frozen with each release, so
/// that two makers' claims are about the same thing. A line for a case; # begins a remark.
/// </summary>
public static class MustPass
{
    public const string FileName = "mustpass.txt";

    private const string Remark = """
        # Cases that must be run and pass before a device is called conformant; frozen with each release.
        # Made by: ./run.sh list --must-pass > suites/Conformance/mustpass.txt
        """;

    /// <summary>Names, in the order of the file.</summary>
    public static IReadOnlyList<string> Frozen { get; } =
        [.. SuiteFile.Read(FileName).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')];

    /// <summary>What the file would be now: every case that looks at a mandatory requirement.</summary>
    public static string Write(CaseCatalogue cases, RequirementCatalogue requirements)
    {
        bool IsMandatory(string id) => requirements.Find(id)?.Level is RequirementLevel.Mandatory or RequirementLevel.MandatoryEffect;
        return string.Join('\n', [Remark, .. cases.Cases.Where(it => it.Covers.Any(IsMandatory)).Select(it => it.Id), ""]);
    }
}
