using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class StateFieldTests
{
    private static ControllerState Sample() => new()
    {
        Header = new() { Attributes = new() { Suspended = true } },
        Nvme = default(NvmeControllerState),
        SubmissionQueues =
        [
            new() { Prp1 = 0x1000, QsizeZ = 63, Qid = 1, Cqid = 1, Attributes = new() { Qprio = 2 }, HeadPointer = 5, TailPointer = 9 },
            new() { Prp1 = 0x2000, QsizeZ = 31, Qid = 3, Cqid = 1, Attributes = new() { Pc = true }, HeadPointer = 7, TailPointer = 7 },
        ],
        CompletionQueues = [new() { Prp1 = 0x3000, QsizeZ = 63, Qid = 1, HeadPointer = 3, TailPointer = 4, Attributes = new() { Iv = 2 } }],
        Vendor = [.. Enumerable.Range(0, 20).Select(value => (byte)value)],
    };

    // The offsets are counted by hand from the tables: header 48, head 8, queue states 24 each.
    [TestCase("header.suspended", 2, 1, "1")]
    [TestCase("header.nvmecss", 16, 16, "20")]
    [TestCase("header.vss", 32, 16, "5")]
    [TestCase("nvme.niosq", 50, 2, "2")]
    [TestCase("nvme.sq[1].prp1", 56, 8, "0x1000")]
    [TestCase("nvme.sq[1].qprio", 70, 2, "2")]
    [TestCase("nvme.sq[1].head", 72, 2, "5")]
    [TestCase("nvme.sq[3].head", 96, 2, "7")]
    [TestCase("nvme.sq[3].tail", 98, 2, "7")]
    [TestCase("nvme.cq[1].head", 116, 2, "3")]
    [TestCase("nvme.cq[1].s0pt", 120, 4, "0")]
    [TestCase("nvme.cq[1].iv", 120, 4, "2")]
    [TestCase("vendor[0x0]", 128, 16, "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f")]
    [TestCase("vendor[0x10]", 144, 4, "10 11 12 13")]
    public void AFieldHasItsPathPlaceAndValue(string path, int offset, int size, string text)
    {
        var field = StateField.Walk(Sample()).Single(row => row.Path == path);
        Assert.That((field.Offset, field.Size, field.Text), Is.EqualTo(((long)offset, size, text)));
    }

    [Test]
    public void AWalkCoversEveryByteInOrderWithUniquePaths()
    {
        var state = Sample();
        var end = 0L;
        var fields = StateField.Walk(state).ToList();
        foreach (var field in fields)
        {
            // A row goes on where the last word ended, or says more of the word that it shares.
            Assert.That(field.Offset == end || field.Offset + field.Size == end, Is.True, field.ToString());
            end = field.Offset + field.Size;
        }
        Assert.That(end, Is.EqualTo(state.Length));
        Assert.That(fields.Select(field => field.Path), Is.Unique);
    }

    [Test]
    public void NoFlippedBitOfAStateGoesUnseen()
    {
        var state = Sample();
        var data = state.Encode();
        var decoded = 0;
        for (var bit = 0; bit < 8 * data.Length; bit++)
        {
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            if (ControllerState.TryDecode(data, out _) is { } changed)
            {
                decoded++;
                var places = StateDifference.Between(state, changed).Select(difference => difference.Left ?? difference.Right!.Value);
                Assert.That(places.Any(field => bit / 8 >= field.Offset && bit / 8 < field.Offset + field.Size), Is.True, $"bit {bit}");
            }
            data[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        // Queue states, vendor data and reserved bits: all that no length depends on.
        Assert.That(decoded, Is.GreaterThan(8 * (72 + 20)));
    }

    [Test]
    public void AStateDoesNotDifferFromItself() => Assert.That(StateDifference.Between(Sample(), Sample()), Is.Empty);

    [Test]
    public void ADifferenceNamesTheFieldAndBothValues()
    {
        var other = Sample();
        other.SubmissionQueues[1].HeadPointer = 8;
        other.Vendor[17] = 0xFF;
        Assert.That(StateDifference.Between(Sample(), other).Select(difference => difference.ToString()), Is.EqualTo(new[]
        {
            "nvme.sq[3].head: 7 -> 8", "vendor[0x10]: 10 11 12 13 -> 10 ff 12 13",
        }));
    }

    [Test]
    public void AMissingQueueIsMissingOnOneSideAndNothingElseChanged()
    {
        var whole = Sample();
        var less = new ControllerState
        {
            Header = whole.Header,
            Nvme = whole.Nvme,
            SubmissionQueues = whole.SubmissionQueues[1..],
            CompletionQueues = whole.CompletionQueues,
            Vendor = whole.Vendor,
        };
        var differences = StateDifference.Between(less, whole).ToList();
        Assert.That(
            differences.Select(difference => difference.Path), Has.All.StartsWith("nvme.sq[1].").Or.AnyOf("header.nvmecss", "nvme.niosq"));
        Assert.That(differences.Select(difference => difference.ToString()), Has.Member("nvme.sq[1].head: absent -> 5"));
        Assert.That(differences, Has.Count.EqualTo(12));
    }

    [Test]
    public void AQueueNamedTwiceKeepsItsRowsApart()
    {
        var state = Sample();
        state.SubmissionQueues[1].Qid = 1;
        var paths = StateField.Walk(state).Select(field => field.Path).ToList();
        Assert.That(paths, Is.Unique);
        Assert.That(paths, Has.Member("nvme.sq[1].head").And.Member("nvme.sq[1#2].head"));
    }

    [Test]
    public void BytesOfUnknownLayoutAreRowsOfSixteen()
    {
        var rows = StateField.Walk("blob", new byte[33]).ToList();
        Assert.That(rows.Select(row => (row.Path, row.Offset, row.Size)), Is.EqualTo(new[]
        {
            ("blob[0x0]", 0L, 16), ("blob[0x10]", 16L, 16), ("blob[0x20]", 32L, 1),
        }));
    }

    [Test]
    public void ALongerBlobDiffersEvenIfItOnlyAddsZeroes() =>
        Assert.That(
            StateDifference.Between(StateField.Walk("blob", new byte[4]), StateField.Walk("blob", new byte[5])).Single().ToString(),
            Is.EqualTo("blob[0x0]: 00 00 00 00 -> 00 00 00 00 00"));
}
