using System.Reflection;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Sim;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>
/// A correct device is never found wrong: not with other random numbers, and not where it does otherwise what the standard leaves open. What a
/// case then cannot look at may be not supported; it may not fail, and may not be in doubt.
/// </summary>
[TestFixture]
[Category("Nightly")]
internal sealed class NoFalseAlarmTests
{
    private const int Seeds = 1000;

    private static readonly CaseCatalogue _cases = CaseCatalogue.Load();

    private static IEnumerable<CaseInfo> Cases => _cases.Cases;

    /// <summary>Each choice that the standard leaves, the other way.</summary>
    private static IEnumerable<TestCaseData> Knobs() =>
        from knob in typeof(SimulatedAmbiguities).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where knob.CanWrite
        from value in knob.PropertyType.IsEnum ? Enum.GetValues(knob.PropertyType).Cast<object>() : [true, false]
        where !Equals(value, knob.GetValue(new SimulatedAmbiguities()))
        // No choice: the clause names an offline controller among those that take a state (Base 2.3 5.2.17.1.3), so refusing it is a fault.
        where !value.Equals(SetStatePrecondition.Suspended)
        select new TestCaseData(knob, value) { TestName = $"No_choice_that_is_left_open_is_a_fault({Words.OfName(knob.Name)}: {value})" };

    [TestCaseSource(nameof(Cases))]
    public void No_seed_makes_a_correct_device_fail(CaseInfo info)
    {
        // On this clock the seed is all that can differ, so a case that draws no number is the same each time.
        var draws = true;
        for (ulong seed = 1; seed <= Seeds && draws; seed++) draws = Check(info, SimulatedDevices.Default with { Seed = seed }, $"seed {seed}").Random;
    }

    [TestCaseSource(nameof(Knobs))]
    public void No_choice_that_is_left_open_is_a_fault(PropertyInfo knob, object value)
    {
        SimulatedDevice Turned(SimulatedDevice device)
        {
            var turned = device.Ambiguities with { };
            knob.SetValue(turned, value);
            return device with { Ambiguities = turned };
        }

        var settings = SimulatedDevices.BuiltBy((world, options) => SimulatedPair.Create(world, options with
        {
            Device = Turned(options.Device), Destination = options.Destination is { } other ? Turned(other) : null,
        }));
        Assert.Multiple(() =>
        {
            foreach (var info in Cases) Check(info, settings, $"{knob.Name} {value}");
        });
    }

    private static CaseRecord Check(CaseInfo info, CaseSettings settings, string what)
    {
        var record = _cases.Run(info, settings);
        Assert.That(record.Verdict, Is.AnyOf(Verdict.Pass, Verdict.Warn, Verdict.NotSupported), $"{info.Id}, {what}: {record}");
        return record;
    }
}
