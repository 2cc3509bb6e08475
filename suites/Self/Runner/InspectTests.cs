using Conformance.Nvme;
using Conformance.Runner;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class InspectTests
{
    private TestBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new TestBench();

    [TearDown]
    public void Close() => _bench.Dispose();

    [Test]
    public void AStateIsShownFieldByField()
    {
        Assert.That(_bench.Run("inspect", State("a.bin", head: 7)), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Match(@"0x0048 +2 +nvme\.sq\[3\]\.head +7\n").And.Match(@"0x0000 +2 +header\.version +0\n"));
    }

    [Test]
    public void OfTwoStatesOnlyTheDifferenceIsShown()
    {
        Assert.That(_bench.Run("inspect", State("a.bin", head: 7), State("b.bin", head: 9)), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.StartWith("nvme.sq[3].head  7 -> 9\n1 of "));
        _bench.Run("inspect", State("a.bin", head: 7), State("b.bin", head: 7));
        Assert.That(_bench.Out, Is.EqualTo("no field differs\n"));
    }

    [Test]
    public void AnOpaqueStateIsShownAsBytes()
    {
        File.WriteAllBytes(_bench.PathOf("blob"), [.. Enumerable.Range(0, 18).Select(i => (byte)i)]);
        Assert.That(_bench.Run("inspect", "--opaque", _bench.PathOf("blob")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Does.Contain("blob[0x0]   00 01 02").And.Contain("blob[0x10]  10 11\n"));
    }

    [TestCase("run")]
    [TestCase("run.tsv")]
    public void AFolderIsCalledOne(string name)
    {
        Directory.CreateDirectory(_bench.PathOf(name));
        Assert.That(_bench.Run("inspect", _bench.PathOf(name)), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Is.EqualTo($"{_bench.PathOf(name)}: a folder, not a file\n"));
    }

    [Test]
    public void ATruncatedStateIsRefusedAtEveryLength()
    {
        var whole = File.ReadAllBytes(State("whole.bin", head: 7));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_bench.PathOf("cut.bin"), whole[..length]);
            Assert.That(_bench.Run("inspect", _bench.PathOf("cut.bin")), Is.EqualTo(ExitCode.Usage), $"{length} bytes");
            Assert.That(_bench.Error, Does.StartWith($"{_bench.PathOf("cut.bin")}: no controller state: ").And.Not.Contain("   at "));
            Assert.That(_bench.Out, Is.Empty);
        }
    }

    [Test]
    public void GarbageIsRefusedOrShownButNeverAStackTrace()
    {
        var random = new Conformance.Device.Rng(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = new byte[random.Below(200)];
            for (var at = 0; at < bytes.Length; at++) bytes[at] = (byte)random.Below(i % 2 == 0 ? 256 : 2);
            File.WriteAllBytes(_bench.PathOf("garbage.bin"), bytes);
            Assert.That(_bench.Run("inspect", _bench.PathOf("garbage.bin")), Is.AnyOf(ExitCode.Usage, ExitCode.Conformant));
            Assert.That(_bench.Error, Does.Not.Contain("the suite itself failed"));
        }
    }

    [Test]
    public void BytesAfterTheStateAreMentioned()
    {
        File.WriteAllBytes(_bench.PathOf("long.bin"), [.. File.ReadAllBytes(State("a.bin", head: 7)), 0, 0, 0]);
        Assert.That(_bench.Run("inspect", _bench.PathOf("long.bin")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Error, Does.EndWith("long.bin: 3 bytes after the end of the state\n"));
    }

    private string State(string name, ushort head)
    {
        var state = new ControllerState
        {
            Nvme = new NvmeControllerState(),
            SubmissionQueues = [new IoSubmissionQueueState { Qid = 3, QsizeZ = 15, HeadPointer = head, TailPointer = 9 }],
            CompletionQueues = [new IoCompletionQueueState { Qid = 3, QsizeZ = 15 }],
        };
        File.WriteAllBytes(_bench.PathOf(name), state.Encode());
        return _bench.PathOf(name);
    }
}
