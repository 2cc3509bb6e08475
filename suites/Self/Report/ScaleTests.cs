using Conformance.Report;
using NUnit.Framework;

namespace Conformance.Self.Report;

public sealed class ScaleTests
{
    [TestCase(0, 0)]
    [TestCase(0.9, 0.25)]
    [TestCase(0.99, 0.5)]
    [TestCase(0.999, 0.75)]
    [TestCase(0.9999, 1)]
    [TestCase(1, 1)]
    public void NinesAreEquallyFarApart(double share, double place) => Assert.That(new NinesScale(4).At(share), Is.EqualTo(place).Within(1e-9));

    [TestCase(1, 2)]
    [TestCase(100, 2)]
    [TestCase(101, 3)]
    [TestCase(100_000, 5)]
    public void AnAxisHasTheNinesThatItsCommandsFill(long n, int nines) =>
        Assert.That(NinesScale.For(n).Ticks[^1].Value, Is.EqualTo(1 - Math.Pow(10, -nines)).Within(1e-12));

    [Test]
    public void NinesAreWrittenAsPeopleSayThem() =>
        Assert.That(new NinesScale(4).Ticks.Select(it => it.Label), Is.EqualTo(["0 %", "50 %", "90 %", "99 %", "99.9 %", "99.99 %"]));

    [TestCase(0, 10, "0 2 4 6 8 10")]
    [TestCase(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [TestCase(0, 270_000, "0 50k 100k 150k 200k 250k")]
    [TestCase(7, 7, "7 7.2 7.4 7.6 7.8 8")]
    [TestCase(0, 2, "0 0.5 1 1.5 2")]
    [TestCase(-5, 5, "-4 -2 0 2 4")]
    public void LinearTicksAreRound(double low, double high, string labels) =>
        Assert.That(string.Join(' ', new LinearScale(low, high).Ticks.Select(it => it.Label)), Is.EqualTo(labels));

    [Test]
    public void BytesAreRoundInTheirUnit() =>
        Assert.That(new LinearScale(0, 5L << 20, 'b').Ticks.Select(it => it.Label), Is.EqualTo(["0", "1 MiB", "2 MiB", "3 MiB", "4 MiB", "5 MiB"]));

    [TestCase(97_000, 69_000_000, "64 KiB, 256 KiB, 1 MiB, 4 MiB, 16 MiB, 64 MiB")]
    [TestCase(4096, 65536, "4 KiB, 8 KiB, 16 KiB, 32 KiB, 64 KiB")]
    [TestCase(1, 1L << 40, "1 B, 1 KiB, 1 MiB, 1 GiB, 1 TiB")]
    [TestCase(0, 0, "1 B, 2 B")]
    public void BytesByRatioArePowersOfTwo(double low, double high, string labels)
    {
        var scale = new LogScale(low, high, 'b');
        Assert.That(string.Join(", ", scale.Ticks.Select(it => it.Label)), Is.EqualTo(labels));
        Assert.That(scale.Ticks.Select(it => scale.At(it.Value)), Is.All.InRange(0d, 1d));
    }

    [TestCase(0, 900, "ns", "0 200 400 600 800")]
    [TestCase(0, 400_000, "us", "0 50 100 150 200 250 300 350 400")]
    [TestCase(-2e6, 3e6, "ms", "-2 -1 0 1 2 3")]
    [TestCase(0, 4e9, "s", "0 0.5 1 1.5 2 2.5 3 3.5 4")]
    public void TimeIsToldInTheUnitOfItsEnd(double low, double high, string unit, string labels)
    {
        var scale = new TimeScale(low, high);
        Assert.That((scale.Unit, string.Join(' ', scale.Ticks.Select(it => it.Label))), Is.EqualTo((unit, labels)));
        Assert.That(new Axis("time", scale).Words, Is.EqualTo($"time, {unit}"));
    }

    [TestCase(110_000, 930_000, "100 us, 200 us, 500 us, 1 ms")]
    [TestCase(90, 4_000_000_000, "100 ns, 1 us, 10 us, 100 us, 1 ms, 10 ms, 100 ms, 1 s")]
    [TestCase(5, 5, "5 ns, 10 ns")]
    [TestCase(0, 0, "1 ns, 2 ns")]
    public void LogarithmicTicksSayTheirUnit(double low, double high, string labels) =>
        Assert.That(string.Join(", ", new LogScale(low, high).Ticks.Select(it => it.Label)), Is.EqualTo(labels));

    [TestCase(1, 0)]
    [TestCase(10, 0.5)]
    [TestCase(100, 1)]
    public void EqualRatiosAreEquallyFarApart(double value, double place) => Assert.That(new LogScale(1, 100).At(value), Is.EqualTo(place).Within(1e-9));

    [Test]
    public void TheFirstRowIsAtTheTop()
    {
        var rows = new RowScale(["first", "second"]);
        Assert.That((rows.At(0), rows.At(1)), Is.EqualTo((0.75, 0.25)));
    }

    [TestCase(0, "0 B")]
    [TestCase(1536, "1.50 KiB")]
    [TestCase(4_890_624, "4.66 MiB")]
    public void BytesAreToldWithThreeDigits(double bytes, string said) => Assert.That(Human.Bytes(bytes), Is.EqualTo(said));
}
