using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of a VFIO driver's streams, as their user sees them.</summary>
internal static class VfioStreamDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Defect.OfVfioFace("vfio-endless-stream", "LM-VFST-01", "At its end the stream of a stopped function begins again.", Made((_, it) => new EndlessStream(it))),
        Defect.OfVfioFace(
            "vfio-end-for-now", "LM-VFST-02", "The stream of a stopped function ends for now only (ENOMSG).", Made((driver, it) => new EndForNow(driver, it))),
        Defect.OfVfioFace("vfio-small-buffers", "LM-VFST-04", "A read of less than four bytes gives a byte of something else.", Made((_, it) => new SmallBuffers(it))),
        Defect.OfVfioFace("vfio-second-session", "LM-VFST-07", "The second session of a stopped function lacks its last bytes.", driver => new SecondSession(driver)),
        Defect.OfVfioFace("vfio-ended-is-empty", "LM-VFST-08", "The stream of a session that is over reads as ended.", Made((_, it) => new EndedIsEmpty(it))),
        Defect.OfVfioFace("vfio-close-ends", "LM-VFST-09", "Closing its stream takes a function out of STOP_COPY.", Made((driver, it) => new CloseEnds(driver, it))),
        Defect.OfVfioFace("vfio-half-size", "LM-VFST-10", "Half the size of the data is told.", driver => new HalfSize(driver)),
        Defect.OfVfioFace("vfio-growing-size", "LM-VFST-11", "The size of the data grows each time that it is asked.", driver => new GrowingSize(driver)),
        Defect.OfVfioFace("vfio-whole-dwords", "LM-VFST-12", "A piece that is no multiple of four bytes is refused.", Made((_, it) => new WholeDwords(it))),
        Defect.OfVfioFace("vfio-lenient-end", "LM-VFST-13", "A session in which too little was written ends with success.", driver => new LenientEnd(driver)),
        Defect.OfVfioFace("vfio-mixed-load-succeeds", "LM-VFST-15", "A load that the device refuses leaves a fresh function, and the request succeeds.", driver => new LenientEnd(driver)),
        Defect.OfVfioFace("vfio-silent-tail", "LM-VFST-14", "Bytes behind the end are taken and break the function until it is opened again.", driver => new PoisonedByTail(driver)),
        Defect.OfVfioFace("vfio-loads-into-running", "LM-VFST-16", "After a load that failed the function is told to run.", driver => new RunsAfterFailure(driver)),
        Defect.OfVfioFace("vfio-deaf-reset", "LM-VFST-17", "A reset in RESUMING leaves the stream open.", driver => new DeafReset(driver)),
        Defect.OfDevice(
            "queues-outlive-a-load", "LM-VFST-19", "A load is put on top of what SAVE_DATA kept of the function: queues that the load has not come back.",
            static () => new ControllerSteps { Decode = new LoadsOnTop() }),
        Defect.OfVfioFace("vfio-info-in-stop-copy", "LM-VFST-20", "Information on copying ahead is given of a stopped function too.", Made((_, it) => new InfoAlways(it))),
        Defect.OfVfioFace("vfio-initial-rises", "LM-VFST-22", "The initial bytes rise while they are read.", Made((_, it) => new Retold(it, static (info, times) => info with { InitialBytes = times * 10 }))),
        Defect.OfVfioFace(
            "vfio-dirty-from-start", "LM-VFST-23", "Dirty bytes are told before anything has changed.",
            Made((_, it) => new Retold(it, static (info, _) => info with { DirtyBytes = info.DirtyBytes + 64 }))),
        Defect.OfVfioFace(
            "vfio-precopy-reads-zero", "LM-VFST-24", "The end for now reads as the end.", Made((_, it) => new EndReadsZero(it)),
            "hisi_acc, qat and mtty of Linux 7.3"),
        Defect.OfVfioFace("vfio-copied-once", "LM-VFST-25", "What was copied ahead once is never looked at again.", Made((driver, it) => new CopiedOnce(driver, it))),
        Defect.OfVfioFace("vfio-early-leave", "LM-VFST-26", "What was not read of copying ahead is gone when the function stops.", driver => new EarlyLeave(driver)),
    ];

    private static Func<IVfioDevice, IVfioDevice> Made(Func<IVfioDevice, IVfioDataStream, IVfioDataStream> make) => driver => new StreamsMade(driver, make);

    private sealed class LoadsOnTop : DecodeStep
    {
        public override StepResult Run(ControllerCore target, IncomingState incoming, out Status status)
        {
            if (target.Suspension.Saved is { } saved && VendorBlob.TryOpen(saved, out var kept) && ControllerState.TryDecode(kept, out _) is { } before
                && ControllerState.TryDecode(incoming.Bytes, out _) is { } state)
            {
                state = state.Filtered(
                    state.SubmissionQueues.UnionBy(before.SubmissionQueues, it => it.Qid),
                    state.CompletionQueues.UnionBy(before.CompletionQueues, it => it.Qid));
                incoming = incoming.Instead(state.Encode(), replacesQueues: true);
            }

            return base.Run(target, incoming, out status);
        }
    }

    private sealed class EndlessStream(IVfioDataStream stream) : StreamFace(stream)
    {
        private byte[]? _beginning;
        private bool _ended;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            var read = await Stream.ReadAsync(buffer);
            if (read > 0) _beginning ??= buffer.Span[..read].ToArray();
            if (read != 0 || _beginning is null || buffer.Length < _beginning.Length) return read;
            // The end was told once, so that a reader who believes it sees nothing.
            (var again, _ended) = (_ended, true);
            if (!again) return 0;
            _beginning.CopyTo(buffer);
            return _beginning.Length;
        }
    }

    private sealed class EndForNow(IVfioDevice driver, IVfioDataStream stream) : StreamFace(stream)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            var read = await Stream.ReadAsync(buffer);
            return read == 0 && (await driver.GetStateAsync()).State == VfioState.StopCopy ? -Errno.Enomsg : read;
        }
    }

    private sealed class SmallBuffers(IVfioDataStream stream) : StreamFace(stream)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            var read = await Stream.ReadAsync(buffer);
            if (read is > 0 and < 4) buffer.Span[read - 1] ^= 0xFF;
            return read;
        }
    }

    private sealed class SecondSession(IVfioDevice driver) : VfioFace(driver)
    {
        private int _sessions;

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var (result, stream) = await Driver.SetStateAsync(state);
            if (stream is null || state != VfioState.StopCopy || ++_sessions != 2) return (result, stream);
            var (_, size) = await Driver.GetDataSizeAsync();
            return (result, new Cut(stream, (long)size - 8));
        }

        private sealed class Cut(IVfioDataStream stream, long bytes) : StreamFace(stream)
        {
            private long _left = bytes;

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
            {
                var read = await Stream.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)]);
                _left -= Math.Max(read, 0);
                return read;
            }
        }
    }

    private sealed class EndedIsEmpty(IVfioDataStream stream) : StreamFace(stream)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer) => await Stream.ReadAsync(buffer) is var read and not -Errno.Enodev ? read : 0;
    }

    private sealed class CloseEnds(IVfioDevice driver, IVfioDataStream stream) : StreamFace(stream)
    {
        public override void Dispose()
        {
            base.Dispose();
            // Nobody waits for it, and the next who asks for anything comes after it.
            _ = driver.SetStateAsync(VfioState.Stop).AsTask();
        }
    }

    private sealed class HalfSize(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, ulong StopCopyBytes)> GetDataSizeAsync() =>
            await Driver.GetDataSizeAsync() is var (result, bytes) ? (result, bytes / 2) : default;
    }

    private sealed class GrowingSize(IVfioDevice driver) : VfioFace(driver)
    {
        private ulong _asked;

        public override async ValueTask<(VfioResult Result, ulong StopCopyBytes)> GetDataSizeAsync() =>
            await Driver.GetDataSizeAsync() is var (result, bytes) ? (result, bytes + (64 * _asked++)) : default;
    }

    private sealed class WholeDwords(IVfioDataStream stream) : StreamFace(stream)
    {
        public override async ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer) => buffer.Length % 4 == 0 ? await Stream.WriteAsync(buffer) : -Errno.Einval;
    }

    private sealed class LenientEnd(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var loads = await StateAsync() == VfioState.Resuming;
            var answer = await Driver.SetStateAsync(state);
            if (!loads || answer.Result.IsOk) return answer;
            await Driver.ResetAsync();
            return await Driver.SetStateAsync(state);
        }
    }

    private sealed class PoisonedByTail(IVfioDevice driver) : VfioFace(driver)
    {
        private bool _poisoned;

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            if (_poisoned && state == VfioState.Resuming) return (new VfioResult(Errno.Eio), null);
            var (result, stream) = await Driver.SetStateAsync(state);
            return (result, stream is null || state != VfioState.Resuming ? stream : new Poisoning(this, stream));
        }

        private sealed class Poisoning(PoisonedByTail owner, IVfioDataStream stream) : StreamFace(stream)
        {
            public override async ValueTask<int> WriteAsync(ReadOnlyMemory<byte> buffer)
            {
                var written = await Stream.WriteAsync(buffer);
                owner._poisoned |= written < 0;
                return written;
            }
        }
    }

    private sealed class RunsAfterFailure(IVfioDevice driver) : VfioFace(driver)
    {
        private bool _failed;

        public override async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync() =>
            _failed ? (default, VfioState.Running) : await Driver.GetStateAsync();

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var loads = await StateAsync() == VfioState.Resuming;
            var answer = await Driver.SetStateAsync(state);
            _failed = loads && !answer.Result.IsOk;
            return answer;
        }
    }

    private sealed class DeafReset(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask ResetAsync()
        {
            if (await StateAsync() != VfioState.Resuming) await Driver.ResetAsync();
        }
    }

    private sealed class InfoAlways(IVfioDataStream stream) : StreamFace(stream)
    {
        public override async ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync() =>
            await Stream.GetPreCopyInfoAsync() is { Result.Errno: not Errno.Einval } answer ? answer : default;
    }

    private sealed class Retold(IVfioDataStream stream, Func<VfioPreCopyInfo, ulong, VfioPreCopyInfo> retell) : StreamFace(stream)
    {
        private ulong _times;

        public override async ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync() =>
            await Stream.GetPreCopyInfoAsync() is var (result, info) ? (result, retell(info, ++_times)) : default;
    }

    private sealed class EndReadsZero(IVfioDataStream stream) : StreamFace(stream)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer) => await Stream.ReadAsync(buffer) is var read and not -Errno.Enomsg ? read : 0;
    }

    private sealed class CopiedOnce(IVfioDevice driver, IVfioDataStream stream) : StreamFace(stream)
    {
        private bool _ended;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
        {
            if (_ended && (await driver.GetStateAsync()).State is VfioState.PreCopy or VfioState.PreCopyP2P) return -Errno.Enomsg;
            var read = await Stream.ReadAsync(buffer);
            _ended |= read == -Errno.Enomsg;
            return read;
        }

        public override async ValueTask<(VfioResult Result, VfioPreCopyInfo Info)> GetPreCopyInfoAsync() =>
            _ended ? default : await Stream.GetPreCopyInfoAsync();
    }

    private sealed class EarlyLeave(IVfioDevice driver) : VfioFace(driver)
    {
        private IVfioDataStream? _session;

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            if (state == VfioState.StopCopy && _session is not null && await StateAsync() is VfioState.PreCopy or VfioState.PreCopyP2P)
            {
                var buffer = new byte[4096];
                while (await _session.ReadAsync(buffer) > 0)
                {
                    // Thrown away.
                }
            }

            var (result, stream) = await Driver.SetStateAsync(state);
            if (stream is not null) _session = stream;
            return (result, stream);
        }
    }
}
