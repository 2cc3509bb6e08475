using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class RequesterIdTests
{
    [TestCase("0000:01:00.0", 0x0100)]
    [TestCase("0000:ff:1f.7", 0xFFFF)]
    [TestCase("0000:02:03.4", 0x021C)]
    public void Text_and_number_name_the_same_function(string text, int value)
    {
        Assert.That(RequesterId.TryParse(text, out var id), Is.True);
        Assert.That(id.Value, Is.EqualTo(value));
        Assert.That(id.ToString(), Is.EqualTo(text));
        Assert.That(RequesterId.TryParse(text.AsSpan(5), out var without), Is.True);
        Assert.That(without, Is.EqualTo(id));
        Assert.That(RequesterId.Of(id.Bus, id.Device, id.Function), Is.EqualTo(id));
    }

    [TestCase("")]
    [TestCase("01:00")]
    [TestCase("01:20.0")]
    [TestCase("01:00.8")]
    [TestCase("0001:01:00.0")]
    [TestCase("0000:1:00.0")]
    [TestCase("01-00.0")]
    [TestCase("+1:00.0")]
    [TestCase(" 1:00.0")]
    public void Other_text_is_refused(string text) => Assert.That(RequesterId.TryParse(text, out _), Is.False);

    [Test]
    public void A_virtual_function_is_offset_and_strides_away()
    {
        var pf = RequesterId.Of(1, 0, 0);
        Assert.That(pf.VirtualFunction(1, 1, 1).ToString(), Is.EqualTo("0000:01:00.1"));
        Assert.That(pf.VirtualFunction(8, 1, 1).ToString(), Is.EqualTo("0000:01:01.0"));
        Assert.That(pf.VirtualFunction(3, 0x80, 2).Value, Is.EqualTo(0x0100 + 0x80 + 4));
        Assert.That(pf.VirtualFunction(300, 0x10, 1).Bus, Is.EqualTo(2));
        Assert.That(RequesterId.Of(255, 31, 7).VirtualFunction(1, 1, 1).Value, Is.Zero);
        Assert.That(() => pf.VirtualFunction(0, 1, 1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_device_or_function_out_of_range_is_refused()
    {
        Assert.That(() => RequesterId.Of(0, 32, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => RequesterId.Of(0, 0, 8), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
