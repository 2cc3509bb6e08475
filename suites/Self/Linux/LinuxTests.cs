using Conformance.Device;
using Conformance.Linux;
using Conformance.Migration;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What of real functions can be told without one: addresses, ranges, errors, profiles.</summary>
[TestFixture]
public sealed class LinuxTests
{
    // As an x86 machine has them: a hole where interrupt messages go.
    private static readonly IovaRange[] s_ranges = [new(0, 0xFEDF_FFFF), new(0xFEF0_0000, 0x7F_FFFF_FFFF)];

    [TestCase(0x1000ul, 0x1000, true)]
    [TestCase(0xFEDF_F000ul, 0x1000, true)]
    [TestCase(0xFEDF_F000ul, 0x1001, false)]
    [TestCase(0xFEE0_0000ul, 0x1000, false)]
    [TestCase(0x7F_FFFF_F000ul, 0x1000, true)]
    [TestCase(0x80_0000_0000ul, 0x1000, false)]
    [TestCase(0x1000ul, 0, false)]
    public void An_area_lies_within_one_range_or_is_not_translated(ulong iova, long length, bool inside) =>
        Assert.That(IovaRanges.Contain(s_ranges, iova, length), Is.EqualTo(inside));

    [Test]
    public void Areas_are_placed_beside_the_holes_and_not_over_each_other()
    {
        long[] lengths = [1L << 31, 1L << 31, 1L << 31, 4096];
        var places = IovaRanges.Place(s_ranges, lengths, 1UL << 20)!;
        Assert.That(places.Zip(lengths), Has.All.Matches<(ulong First, long Second)>(it => IovaRanges.Contain(s_ranges, it.First, it.Second)));
        for (var i = 1; i < places.Count; i++) Assert.That(places[i], Is.GreaterThanOrEqualTo(places[i - 1] + (ulong)lengths[i - 1]));
        Assert.That(places[0], Is.GreaterThanOrEqualTo(IovaRanges.Lowest));
        Assert.That(IovaRanges.Place(s_ranges, [1L << 40], 4096), Is.Null, "more than there is");
        Assert.That(IovaRanges.Place([new(0, ulong.MaxValue)], [4096], 1UL << 63), Is.EqualTo(new[] { 1UL << 63 }));
    }

    [Test]
    public void What_two_functions_both_translate_is_common() =>
        Assert.That(
            IovaRanges.Common(s_ranges, [new(0x8000_0000, 0xFFFF_FFFF)]),
            Is.EqualTo(new IovaRange[] { new(0x8000_0000, 0xFEDF_FFFF), new(0xFEF0_0000, 0xFFFF_FFFF) }));

    [TestCase("0000:01:00.0", "0000:01:00.0")]
    [TestCase("01:00.3", "0000:01:00.3")]
    [TestCase("10a0:fe:1f.7", "10a0:fe:1f.7")]
    [TestCase("1:00.0", null)]
    [TestCase("0000:01:00.8", null)]
    [TestCase("zzzz:01:00.0", null)]
    public void Addresses_are_those_of_sysfs(string text, string? expected) =>
        Assert.That(PciAddress.TryParse(text, null, out var address) ? address.ToString() : null, Is.EqualTo(expected));

    [Test]
    public void An_error_of_the_kernel_tells_errno_call_path_and_what_helps() =>
        Assert.That(
            new KernelException(Errno.Ebusy, "open", "/dev/vfio/7", "another process has it").Message,
            Is.EqualTo("open on /dev/vfio/7: EBUSY (Device or resource busy): another process has it"));

    [Test]
    public void Capabilities_are_found_in_their_chain_which_may_be_broken()
    {
        var answer = new byte[64];
        void Put(int at, ushort id, uint next)
        {
            BitConverter.TryWriteBytes(answer.AsSpan(at), id);
            BitConverter.TryWriteBytes(answer.AsSpan(at + 4), next);
        }

        Put(24, 3, 40);
        Put(40, 1, 24); // a ring
        Assert.That(CapabilityChain.Find(answer, 24, 1), Is.EqualTo(40));
        Assert.That(CapabilityChain.Find(answer, 24, 7), Is.EqualTo(-1));
        Assert.That(CapabilityChain.Find(answer, 0, 3), Is.EqualTo(-1), "no chain");
        Assert.That(CapabilityChain.Find(answer, 60, 3), Is.EqualTo(-1), "beyond the answer");
    }

    [TestCase("clock: virtual", "clock must be real")]
    [TestCase("clock: real\ncombinations: { a: { commands: hmlm, medium: shared, clock: virtual } }", "clock must be real")]
    [TestCase("clock: real\ncombinations: { a: { commands: hmlm, medium: shared, to-vf: 3 } }", "VF 3 is needed, and the device has 2")]
    [TestCase("clock: real\ncombinations: { a: { commands: hmlm, medium: shared, vfs: 2 } }", "2 VFs need a namespace each")]
    [TestCase("clock: real\ncombinations: { a: { commands: vendor-rfc, medium: shared } }", "device.linux.vendor-rfc")]
    [TestCase("clock: real\ncases: {}", null)]
    [TestCase("clock: real\ncombinations: { a: { commands: hmlm, medium: shared } }", null)]
    public void A_profile_of_real_functions_is_held_against_itself(string rest, string? expected)
    {
        const string device = "device: { linux: { source: { pf: '0000:01:00.0', serial: A }, destination: { pf: '0000:02:00.0', serial: A } } }\n";
        var text = device + rest + (rest.Contains("combinations", StringComparison.Ordinal) || rest.Contains("cases", StringComparison.Ordinal) ? "" : "\ncombinations: { a: { commands: hmlm, medium: shared } }");
        var result = ProfileFile.Load("p.yaml", read: _ => text);
        if (expected is null) Assert.That(result.Errors, Is.Empty);
        else Assert.That(result.Errors.Select(it => it.ToString()), Has.Some.Contains(expected));
    }

    [Test]
    public void A_profile_without_pf_or_serial_is_refused_by_key()
    {
        var result = ProfileFile.Load("p.yaml", read: _ => "clock: real\ndevice: { linux: { source: { pf: '1.0' } } }\ncases: {}");
        Assert.That(result.Errors.Select(it => it.ToString()), Has.Some.Contains("device.linux.source.pf must match").And.Some.Contains("missing key 'serial'"));
    }

    [Test]
    public void Figures_of_an_emulator_say_so_and_are_held_against_no_gate()
    {
        var result = ProfileFile.Load("p.yaml", read: _ =>
            "clock: real\ngates: { guest-downtime: 1ms }\ndevice: { linux: { source: { pf: '0000:01:00.0', serial: A } } }\ncombinations: { a: { commands: hmlm, medium: shared, to-vf: 2 } }");
        Assert.That(result.Errors, Is.Empty);
        var plan = Plan.Of(result.Profile!);
        Assert.That(plan.Figures, Is.EqualTo("MEASURED"));
        var emulated = plan.For(plan.Real! with { Emulated = true });
        Assert.That(emulated.Figures, Is.EqualTo("EMULATED"));
        Assert.That(emulated.Combinations[0].Gates.GuestDowntime, Is.Null);
        Assert.That(plan.Combinations[0].Gates.GuestDowntime, Is.Not.Null);
    }
}
