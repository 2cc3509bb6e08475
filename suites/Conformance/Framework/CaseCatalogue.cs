using System.Reflection;
using Conformance.Migration;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Execution;

namespace Conformance.Suite;

/// <summary>The cases of an assembly, loaded once; each is run by itself, as often and in whatever order one likes.</summary>
public sealed class CaseCatalogue
{
    private readonly Dictionary<string, CaseInfo> _byId;

    private CaseCatalogue(IEnumerable<CaseInfo> cases) => _byId = cases.ToDictionary(it => it.Id);

    /// <summary>In order of area in the requirements, then of name.</summary>
    public IReadOnlyList<CaseInfo> Cases => field ??= Sorted(_byId.Values);

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
        return new CaseCatalogue(CasesOf(root));
    }

    /// <summary>
    /// Runs one case, on this thread; another may be run when it has returned. The test is executed by itself: a run of the assembly with a
    /// filter would go through what all its classes have in common, which is nothing, and start a thread, for each.
    /// </summary>
    public CaseRecord Run(CaseInfo info, CaseSettings settings)
    {
        CaseRecord? record = null;
        CaseSettings.Current = settings with { Ended = it => record = it };
        // What runs it may be a test itself, which goes on where it was.
        var outer = TestExecutionContext.CurrentContext;
        using var work = WorkItemBuilder.CreateWorkItem(info.Test, TestFilter.Empty)!;
        work.InitializeContext(new TestExecutionContext());
        try
        {
            work.Execute();
        }
        finally
        {
            outer.EstablishExecutionEnvironment();
        }

        return record ?? CaseRecord.Without(info.Id, Verdict.HarnessError, "the test framework did not run it");
    }

    private static List<CaseInfo> Sorted(IEnumerable<CaseInfo> cases)
    {
        var areas = RequirementCatalogue.Shipped.Areas.Select(area => area.Name).ToList();
        return [.. cases.OrderBy(it => areas.IndexOf(it.Area)).ThenBy(it => it.Id, StringComparer.Ordinal)];
    }

    private static IEnumerable<CaseInfo> CasesOf(ITest test)
    {
        if (!test.IsSuite) return test.Method!.IsDefined<CoversAttribute>(inherit: false) ? [CaseInfo.Of(test)] : [];
        return test.Tests.SelectMany(CasesOf);
    }
}
