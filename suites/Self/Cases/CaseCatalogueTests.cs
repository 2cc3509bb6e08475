using System.Reflection;
using Conformance.Migration;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>The cases of the suite as a whole: what each must have. That a correct device passes them is theirs to say, as tests.</summary>
[TestFixture]
internal sealed class CaseCatalogueTests
{
    private static readonly CaseCatalogue _cases = CaseCatalogue.Load();
    private static readonly RequirementCatalogue _requirements = RequirementCatalogue.Shipped;

    [Test]
    public void Every_case_covers_requirements_that_there_are_and_that_have_cases()
    {
        foreach (var it in _cases.Cases)
        {
            Assert.That(it.Covers, Is.Not.Empty.And.Unique, it.Id);
            foreach (var id in it.Covers) Assert.That(_requirements.Find(id)?.Status, Is.EqualTo(RequirementStatus.Tested), $"{it.Id}: {id}");
            Assert.That(_requirements.Areas.Select(area => area.Name), Does.Contain(it.Area), it.Id);
        }
    }

    [Test]
    public void Every_test_of_the_suite_is_a_case_and_every_case_returns_a_case_task()
    {
        var tests = typeof(ConformanceCase).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ConformanceCase)))
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly));
        foreach (var method in tests)
        {
            Assert.That(method.GetCustomAttribute<CoversAttribute>(), Is.Not.Null, $"{method.DeclaringType!.Name}.{method.Name}");
            // A Task would block the only thread that could end it.
            Assert.That(method.ReturnType, Is.EqualTo(typeof(CaseTask)), $"{method.DeclaringType!.Name}.{method.Name}");
        }
    }

    /// <summary>A story, and what a pass does not show: of its own, or of all cases of its class.</summary>
    [Test]
    public void Every_case_says_what_it_does_and_what_it_cannot_see()
    {
        var docs = new XmlDocs();
        var methods = _cases.Cases.Select(it => it.Method).Distinct().ToList();
        foreach (var method in methods)
        {
            var (name, all) = ($"{method.DeclaringType!.Name}.{method.Name}", method.DeclaringType);
            Assert.That(docs.SummaryOf(method) ?? docs.SummaryOf(all), Is.Not.Null.And.Not.Empty, name);
            Assert.That(docs.RemarksOf(method) ?? docs.RemarksOf(all), Is.Not.Null.And.Not.Empty, name);
        }

        // What could stand on several says nothing of either; what is true of a class stands there once.
        Assert.That(methods.Select(docs.RemarksOf).OfType<string>(), Is.Unique);
    }

    [Test]
    public void Every_requirement_that_is_to_be_tested_has_a_case_unless_it_is_ours()
    {
        var covered = _cases.Cases.SelectMany(it => it.Covers).ToHashSet();
        var missed = _requirements.Requirements
            .Where(it => it.Status == RequirementStatus.Tested && it.Level != RequirementLevel.Harness && !covered.Contains(it.Id)).Select(it => it.Id);
        Assert.That(missed, Is.Empty);
    }
}
