using System.Reflection;
using Conformance.Migration;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Builders;
using NUnit.Framework.Internal.Execution;

namespace Conformance.Suite;

/// <summary>
/// The cases of an assembly; each is run by itself, as often and in whatever order one likes. Loaded once, class by class: a process that runs few of them
/// loads few.
/// </summary>
public sealed class CaseCatalogue
{
    private readonly Dictionary<string, CaseInfo> _byId = [];
    private readonly List<Type> _unread;
    private readonly Lock _lock = new();

    private CaseCatalogue(IEnumerable<Type> classes) => _unread = [.. classes];

    /// <summary>In order of area in the requirements, then of name.</summary>
    public IReadOnlyList<CaseInfo> Cases => field ??= ReadAll();

    public CaseInfo? Find(string id)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(id, out var known)) return known;
            Read(it => MayHave(it, id));
            if (_byId.TryGetValue(id, out known)) return known;
            // A case may have a name of its own.
            Read(static _ => true);
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <param name="assembly">Where the cases are; null: this one.</param>
    public static CaseCatalogue Load(Assembly? assembly = null) =>
        // Only classes of cases: an assembly may have other tests, and what they draw their arguments from is not wanted here.
        new((assembly ?? typeof(CaseCatalogue).Assembly).GetTypes().Where(it => it.IsDefined(typeof(AreaAttribute), inherit: false)));

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

    private List<CaseInfo> ReadAll()
    {
        lock (_lock) Read(static _ => true);
        var areas = RequirementCatalogue.Shipped.Areas.Select(area => area.Name).ToList();
        return [.. _byId.Values.OrderBy(it => areas.IndexOf(it.Area)).ThenBy(it => it.Id, StringComparer.Ordinal)];
    }

    private void Read(Predicate<Type> wanted)
    {
        foreach (var type in _unread.FindAll(wanted))
        {
            foreach (var info in CasesOf(new DefaultSuiteBuilder().BuildFrom(new TypeWrapper(type)))) _byId.Add(info.Id, info);
            _unread.Remove(type);
        }
    }

    /// <summary>An identifier is of area, method and arguments, unless the case has a name of its own.</summary>
    private static bool MayHave(Type type, string id)
    {
        if (id.Split('/', 2) is not [var area, var name] || type.GetCustomAttribute<AreaAttribute>(inherit: false)!.Name != area) return false;
        var method = name.Split('(', 2)[0];
        return Array.Exists(type.GetMethods(), it => it.Name == method);
    }

    private static IEnumerable<CaseInfo> CasesOf(ITest test)
    {
        if (!test.IsSuite) return test.Method!.IsDefined<CoversAttribute>(inherit: false) ? [CaseInfo.Of(test)] : [];
        return test.Tests.SelectMany(CasesOf);
    }
}
