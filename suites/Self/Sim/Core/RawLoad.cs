using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim;

/// <summary>
/// A steady load on one queue pair: writes as many blocks as the queue is deep, each with a stamp of its own, reads them back elsewhere,
/// and compares. Looks at its queue only when its vector's interrupt came, so a lost interrupt is a load that stands still.
/// </summary>
internal sealed class RawLoad
{
    private const int BlockSize = 4096;

    // Longer than any machine is away, shorter than a test's patience.
    private const long Patience = 10_000_000_000;

    private readonly RawHost _host;
    private readonly RawQueue _queue;
    private readonly Signal _signal;
    private readonly ulong _slba;
    private readonly int _depth;
    private readonly long _out;
    private readonly long _in;
    private readonly CompletionEntry[] _answers;
    private ulong _generation;
    private bool _stop;

    private RawLoad(RawHost host, RawQueue queue, ushort vector, ulong slba, int depth)
    {
        (_host, _queue, _slba, _depth) = (host, queue, slba, depth);
        _signal = new Signal(host.World);
        _answers = new CompletionEntry[depth];
        _out = host.Take(depth * BlockSize);
        _in = host.Take(depth * BlockSize);
        host.Function.BindInterrupt(vector, _signal);
    }

    /// <summary>Times that all blocks were written and found as written.</summary>
    public ulong Rounds => _generation;

    /// <summary>A queue pair with its own vector, and a load on it that has its own blocks.</summary>
    public static async Task<RawLoad> On(RawHost host, ushort qid, ulong slba, int depth = 8) =>
        new(host, await host.CreateQueues(qid, vector: qid, entries: 2 * depth), qid, slba, depth);

    public void Stop() => _stop = true;

    /// <summary>Runs until it is stopped.</summary>
    public async Task Run()
    {
        while (!_stop)
        {
            _generation++;
            for (var i = 0; i < _depth; i++) _host.Memory.Fill(_out + (i * BlockSize), BlockSize, Stamp(i));
            await All(i => NvmCommand.Write(1, _slba + (ulong)i, 0) with { Prp1 = _host.Iova(_out + (i * BlockSize)) });
            await All(i => NvmCommand.Read(1, _slba + (ulong)i, 0) with { Prp1 = _host.Iova(_in + (i * BlockSize)) });
            for (var i = 0; i < _depth; i++)
            {
                Assert.That(
                    _host.Memory.Read(_in + (i * BlockSize), BlockSize).ContainsAnyExcept(Stamp(i)), Is.False,
                    $"{_host.Function.Name}, queue {_queue.Qid}, block {i}, round {_generation}");
            }
        }
    }

    private byte Stamp(int block) => (byte)((_generation * 31) + ((ulong)block * 7) + _queue.Qid);

    private async Task All(Func<int, SubmissionEntry> command)
    {
        Array.Clear(_answers);
        for (var i = 0; i < _depth; i++) _queue.Put(command(i) with { Cid = (ushort)i });
        _queue.Ring();
        for (var left = _depth; left > 0;)
        {
            Assert.That(
                await _host.World.Until(_signal, _queue, static queue => ((RawQueue)queue).HasEntry, _host.World.Now + Patience),
                () => $"{_host.Function.Name}, queue {_queue.Qid}, round {_generation}: {left} commands without an interrupt");
            while (_queue.TryTake(out var entry))
            {
                Assert.That(entry.Status, Is.EqualTo(Status.Success));
                Assert.That(_answers[entry.Cid], Is.EqualTo(default(CompletionEntry)), "answered once");
                _answers[entry.Cid] = entry;
                left--;
            }

            _queue.RingHead();
        }
    }
}
