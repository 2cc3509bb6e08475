using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class UnitsTests
{
    [TestCase("0", 0)]
    [TestCase("800ns", 800)]
    [TestCase("10us", 10_000)]
    [TestCase("1.5ms", 1_500_000)]
    [TestCase("60 s", 60_000_000_000)]
    [TestCase("5min", 300_000_000_000)]
    [TestCase("1h", 3_600_000_000_000)]
    public void ADurationIsANumberWithItsUnit(string text, long nanoseconds) =>
        Assert.That(Duration.Parse(text), Is.EqualTo(new Duration(nanoseconds)));

    [TestCase("10")]
    [TestCase("10 parsecs")]
    [TestCase("10MS")]
    [TestCase("-1ms")]
    [TestCase("0.5ns")]
    [TestCase("1e3ms")]
    [TestCase("ms")]
    [TestCase("")]
    [TestCase("9999999999h")]
    public void WhatIsNoDurationIsRefused(string text) => Assert.That(Duration.TryParse(text, null, out _), Is.False);

    [TestCase("512", 512)]
    [TestCase("512B", 512)]
    [TestCase("4KiB", 4096)]
    [TestCase("0.5KiB", 512)]
    [TestCase("16MiB", 16L << 20)]
    [TestCase("2TiB", 2L << 40)]
    public void ASizeIsANumberOfBytesBareOrWithABinaryUnit(string text, long bytes) =>
        Assert.That(Size.Parse(text), Is.EqualTo(new Size(bytes)));

    [TestCase("4KB")]
    [TestCase("4kib")]
    [TestCase("0.3B")]
    [TestCase("9PiBs")]
    [TestCase("99999999PiB")]
    public void WhatIsNoSizeIsRefused(string text) => Assert.That(Size.TryParse(text, null, out _), Is.False);

    [Test]
    public void WritingIsExactShortAndReadsBack()
    {
        Assert.That(new Duration(1_500_000).ToString(), Is.EqualTo("1500us"));
        Assert.That(Duration.FromSeconds(7200).ToString(), Is.EqualTo("2h"));
        Assert.That(Size.MiB(64).ToString(), Is.EqualTo("64MiB"));
        Assert.That(Size.Zero.ToString(), Is.EqualTo("0"));

        var random = new Rng(1);
        for (var i = 0; i < 1000; i++)
        {
            var n = random.Below(1L << (int)(1 + random.Below(62)));
            Assert.That(Duration.Parse(new Duration(n).ToString()).Nanoseconds, Is.EqualTo(n));
            Assert.That(Size.Parse(new Size(n).ToString()).Bytes, Is.EqualTo(n));
        }
    }
}
