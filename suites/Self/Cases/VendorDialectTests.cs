using Conformance.Device;
using Conformance.Migration;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self.Cases;

/// <summary>Whatever of the vendor commands the document leaves open, a device may have it so: the cases about them find nothing wrong.</summary>
[TestFixture]
internal sealed class VendorDialectTests
{
    private static readonly CaseCatalogue _cases = CaseCatalogue.Load();

    private static IEnumerable<TestCaseData> Dialects =>
    [
        Of("frozen by SUSPEND", new() { FreezePoint = VendorFreezePoint.Suspend, SaveDisables = false, RefusedOnVf = false }),
        Of("back by LOAD_DATA only", new() { ResumeAfterSave = false, LoadPrecondition = VendorLoadPrecondition.None }),
        Of(
            "other numbers",
            new()
            {
                QueryOpcode = 0xE0, SuspendOpcode = 0xE4, ResumeOpcode = 0xE8, SaveOpcode = 0xEE, LoadOpcode = 0xF1, FirstVfIndex = 0, SizeUnit = 64,
                CapabilityOffset = 4000, CapabilityValue = 0xA5,
            }),
    ];

    [TestCaseSource(nameof(Dialects))]
    public void Every_legal_dialect_passes(VendorDialect dialect)
    {
        var timed = new SimulatedDevice
        {
            VendorRfc = dialect,
            // It takes its time, so that commands are in flight; and it is strict about reserved fields.
            Timing = new() { Admin = Duration.FromMicroseconds(5), Read = Duration.FromMicroseconds(80), Flush = Duration.FromMicroseconds(10) },
            Ambiguities = new() { StrictReserved = ReservedFields.All },
        };
        var settings = SimulatedDevices.Default with { Devices = [SimulatedDevices.Of("dialect", timed)] };
        var verdicts = new List<Verdict>();
        foreach (var info in _cases.Cases.Where(it => it.Area == "vendor-commands"))
        {
            var record = _cases.Run(info, settings);
            verdicts.Add(record.Verdict);
            Assert.That(record.Verdict, Is.AnyOf(Verdict.Pass, Verdict.NotSupported), $"{info}: {record}");
        }

        // What a dialect lacks is little: a first index of 0 has none below it, and no state here is large.
        Assert.That(verdicts.Count(it => it == Verdict.NotSupported), Is.LessThan(verdicts.Count / 10));
    }

    private static TestCaseData Of(string name, VendorDialect dialect) => new(dialect) { TestName = $"{{m}}({name})" };
}
