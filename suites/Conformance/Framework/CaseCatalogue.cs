using System.Reflection;
using Conformance.Migration;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Conformance.Suite;

/// <summary>The cases of an assembly, loaded once; each is run by itself, as often and in whatever order one likes.</summary>
public sealed class CaseCatalogue
{
    private readonly NUnitTestAssemblyRunner _runner;
    private readonly Dictionary<string, CaseInfo> _byId;

    private CaseCatalogue(NUnitTestAssemblyRunner runner, IReadOnlyList<CaseInfo> cases)
    {
        (_runner, Cases) = (runner, cases);
        _byId = cases.ToDictionary(it => it.Id);
    }

    /// <summary>In order of area in the requirements, then of name.</summary>
    public IReadOnlyList<CaseInfo> Cases { get; }

    public CaseInfo? Find(string id) => _byId.GetValueOrDefault(id);

    /// <param name="assembly">Where the cases are; null: this one.</param>
    public static CaseCatalogue Load(Assembly? assembly = null)
    {
        var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
        // Without workers of its own: cases are run one at a time.
        assembly ??= typeof(CaseCatalogue).Assembly;
        // Only classes of cases: an assembly may have other tests, and what they draw their arguments from is not wanted here.
        var classes = assembly.GetTypes().Where(it => it.IsDefined(typeof(AreaAttribute), inherit: false)).Select(it => it.FullName!).ToList();
        var root = runner.Load(assembly, new Dictionary<string, object> { ["NumberOfTestWorkers"] = 0, ["LOAD"] = classes });
        var areas = RequirementCatalogue.Load().Areas.Select(area => area.Name).ToList();
        return new CaseCatalogue(
            runner, [.. CasesOf(root).OrderBy(it => areas.IndexOf(it.Area)).ThenBy(it => it.Id, StringComparer.Ordinal)]);
    }

    /// <summary>Runs one case; another may be run when it has returned.</summary>
    public CaseRecord Run(CaseInfo info, CaseSettings settings)
    {
        CaseRecord? record = null;
        CaseSettings.Current = settings with { Ended = it => record = it };
        _runner.Run(TestListener.NULL, TestFilter.FromXml($"<filter><id>{info.TestId}</id></filter>"));
        return record ?? CaseRecord.Without(info.Id, Verdict.HarnessError, "the test framework did not run it");
    }

    private static IEnumerable<CaseInfo> CasesOf(ITest test)
    {
        if (!test.IsSuite) return test.Method!.IsDefined<CoversAttribute>(inherit: false) ? [CaseInfo.Of(test)] : [];
        return test.Tests.SelectMany(CasesOf);
    }
}
