using System.Numerics;
using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of the log of written pages behind a VFIO device: of its driver, as its user sees it, and of the firmware's tracker.</summary>
internal static class VfioDirtyDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Defect.OfDevice(
            "untracked-payload", "LM-VFDL-01", "What is read into memory in pieces of a page is not tracked.",
            static () => new ControllerSteps { TrackMemory = new Untracked(static length => length >= 4096) }),
        Defect.OfDevice(
            "untracked-now-and-then", "LM-VFDL-02", "One of some thousand writes to memory is not tracked.",
            static () => new ControllerSteps { TrackMemory = new UntrackedNowAndThen(997) }),
        Defect.OfVfioFace("vfio-all-dirty", "LM-VFDL-03", "Everything is reported, whatever was written.", driver => new AllDirty(driver)),
        Defect.OfVfioFace("vfio-reported-again", "LM-VFDL-04", "What was reported is reported again.", driver => new ReportedAgain(driver)),
        Defect.OfVfioFace("vfio-overwritten-bitmap", "LM-VFDL-05", "A report overwrites the bitmap that it is given.", driver => new OverwrittenBitmap(driver)),
        Defect.OfVfioFace("vfio-any-page-size", "LM-VFDL-06", "A page size that is no power of two is rounded up to one.", driver => new AnyPageSize(driver)),
        Defect.OfVfioFace("vfio-odd-page-size", "LM-VFDL-07", "The page size that is told is no power of two.", driver => new OddPageSize(driver)),
        Defect.OfVfioFace("vfio-second-start", "LM-VFDL-08", "A second start takes the place of the first.", driver => new SecondStart(driver)),
        Defect.OfVfioFace("vfio-many-ranges", "LM-VFDL-09", "More ranges than a page holds are taken, and the last are forgotten.", driver => new ManyRanges(driver)),
        Defect.OfVfioFace("vfio-overlapping-ranges", "LM-VFDL-10", "Ranges that overlap are taken.", driver => new OverlappingRanges(driver)),
        Defect.OfVfioFace("vfio-report-without-log", "LM-VFDL-11", "Without a log a report is empty and succeeds.", driver => new ReportWithoutLog(driver)),
        Defect.OfVfioFace("vfio-part-clears-all", "LM-VFDL-12", "A report on a part clears the whole log.", driver => new PartClearsAll(driver)),
        Defect.OfVfioFace("vfio-word-edge", "LM-VFDL-13", "The first bit of each further word is told as the last of the word before.", driver => new WordEdge(driver)),
        Defect.OfVfioFace("vfio-forgotten-at-stop", "LM-VFDL-14", "In STOP_COPY nothing is reported.", driver => new ForgottenAtStop(driver)),
        Defect.OfVfioFace("vfio-log-ends-with-precopy", "LM-VFDL-15", "The log ends when the function stops.", driver => new EndsWhenStopped(driver)),
        Defect.OfVfioFace("vfio-small-log", "LM-VFDL-16", "A report has no more than 256 pages, and the others are forgotten.", driver => new SmallLog(driver)),
        Defect.OfDevice(
            "untracked-completions", "LM-VFDL-17", "Completions are not tracked.",
            static () => new ControllerSteps { TrackMemory = new Untracked(static length => length == CompletionEntry.Size) }),
    ];

    private sealed class Untracked(Func<int, bool> lost) : TrackMemoryStep
    {
        public override StepResult Run(ControllerCore c, ulong iova, int length) => lost(length) ? StepResult.Done : base.Run(c, iova, length);
    }

    private sealed class UntrackedNowAndThen(int every) : TrackMemoryStep
    {
        private int _writes;

        public override StepResult Run(ControllerCore c, ulong iova, int length) => ++_writes % every == 0 ? StepResult.Done : base.Run(c, iova, length);
    }

    private sealed class AllDirty(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
        {
            var result = await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
            if (result.IsOk) bitmap.Span[..(int)((length + (64 * pageSize) - 1) / (64 * pageSize))].Fill(ulong.MaxValue);
            return result;
        }
    }

    private sealed class ReportedAgain(IVfioDevice driver) : VfioFace(driver)
    {
        private ulong[] _last = [];

        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
        {
            var result = await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
            for (var i = 0; result.IsOk && i < Math.Min(_last.Length, bitmap.Length); i++) bitmap.Span[i] |= _last[i];
            _last = bitmap.ToArray();
            return result;
        }
    }

    private sealed class OverwrittenBitmap(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
        {
            bitmap.Span.Clear();
            return await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
        }
    }

    private sealed class AnyPageSize(IVfioDevice driver) : VfioFace(driver)
    {
        public override ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap) =>
            Driver.ReportDirtyAsync(iova, length, Math.Max(4096, BitOperations.RoundUpToPowerOf2(pageSize)), bitmap);
    }

    private sealed class OddPageSize(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(
            IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize) =>
            await Driver.StartDirtyLoggingAsync(ranges, pageSize) is var (result, size) ? (result, size * 3) : default;
    }

    private sealed class SecondStart(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(
            IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize)
        {
            await Driver.StopDirtyLoggingAsync();
            return await Driver.StartDirtyLoggingAsync(ranges, pageSize);
        }
    }

    private sealed class ManyRanges(IVfioDevice driver) : VfioFace(driver)
    {
        public override ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(
            IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize) => Driver.StartDirtyLoggingAsync([.. ranges.Take(256)], pageSize);
    }

    private sealed class OverlappingRanges(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(
            IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize)
        {
            var answer = await Driver.StartDirtyLoggingAsync(ranges, pageSize);
            return answer.Result.Errno == Errno.Einval && ranges.Count == 2 ? await Driver.StartDirtyLoggingAsync([ranges[0]], pageSize) : answer;
        }
    }

    private sealed class ReportWithoutLog(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap) =>
            await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap) is { Errno: not Errno.Einval } result ? result : default;
    }

    private sealed class PartClearsAll(IVfioDevice driver) : VfioFace(driver)
    {
        private (ulong Iova, ulong Length) _logged;

        public override ValueTask<(VfioResult Result, ulong PageSize)> StartDirtyLoggingAsync(
            IReadOnlyList<(ulong Iova, ulong Length)> ranges, ulong pageSize)
        {
            _logged = ranges[0];
            return Driver.StartDirtyLoggingAsync(ranges, pageSize);
        }

        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
        {
            var result = await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
            if (result.IsOk) await Driver.ReportDirtyAsync(_logged.Iova, _logged.Length, 4096, new ulong[(_logged.Length / 4096 / 64) + 1]);
            return result;
        }
    }

    private sealed class WordEdge(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
        {
            var result = await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
            for (var i = 1; i < bitmap.Length; i++)
            {
                if ((bitmap.Span[i] & 1) == 0) continue;
                bitmap.Span[i] &= ~1UL;
                bitmap.Span[i - 1] |= 1UL << 63;
            }

            return result;
        }
    }

    private sealed class ForgottenAtStop(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap) =>
            await StateAsync() == VfioState.StopCopy ? default : await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
    }

    private sealed class EndsWhenStopped(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var answer = await Driver.SetStateAsync(state);
            if (state == VfioState.Stop) await Driver.StopDirtyLoggingAsync();
            return answer;
        }
    }

    private sealed class SmallLog(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<VfioResult> ReportDirtyAsync(ulong iova, ulong length, ulong pageSize, Memory<ulong> bitmap)
        {
            var result = await Driver.ReportDirtyAsync(iova, length, pageSize, bitmap);
            var left = 256;
            for (var i = 0; i < bitmap.Length; i++)
            {
                left -= BitOperations.PopCount(bitmap.Span[i]);
                if (left < 0) bitmap.Span[i] = 0;
            }

            return result;
        }
    }
}
