using System.Globalization;
using System.Runtime;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Performance;

/// <summary>The table of what the suite itself costs: all of it measured in one run, each figure beside a base of the same run.</summary>
internal sealed class SpeedTable(Figures figures)
{
    private const string Unknown = "no fio here (package fio)";

    /// <summary>What must be reached.</summary>
    public IReadOnlyList<Row> Measure()
    {
        // Twice, some time apart: a machine with neighbours has bad minutes.
        for (var round = 0; round < 2; round++)
        {
            figures.Measure<IoPathBenchmarks>();
            figures.MeasureWhole<CopyBenchmarks>();
            figures.MeasureWhole<ScaleBenchmarks>();
            figures.MeasureWhole<ChangesBenchmarks>(iterations: 40);
        }

        return [.. IoPath(), .. Allocations(), .. Copies(), .. Scale(), .. Moves(ClockKind.Virtual), .. Moves(ClockKind.Real), .. Program()];
    }

    /// <summary>What others take on the same machine.</summary>
    public IReadOnlyList<Row> Beside() =>
    [
        .. Command("fio, engine null, 4 KiB random read", "null", "randread", nameof(IoPathBenchmarks.Read)),
        .. Command("fio, engine psync on tmpfs, 4 KiB random read", "psync", "randread", nameof(IoPathBenchmarks.Read)),
        .. Command("fio, engine psync on tmpfs, 4 KiB random write", "psync", "randwrite", nameof(IoPathBenchmarks.Write)),
        .. Whole("qemu-img convert, raw to raw on tmpfs", Rivals.QemuImg),
        .. Whole("cp on tmpfs", Rivals.Cp),
    ];

    private IEnumerable<Row> IoPath()
    {
        var r = figures[nameof(IoPathBenchmarks.R)];
        var (read, write) = (figures[nameof(IoPathBenchmarks.Read)], figures[nameof(IoPathBenchmarks.Write)]);
        var (small, smallWrite, flush) = (figures[nameof(IoPathBenchmarks.Read512)], figures[nameof(IoPathBenchmarks.Write512)], figures[nameof(IoPathBenchmarks.Flush)]);
        var stamped = figures[nameof(IoPathBenchmarks.Stamped)];
        var path = $"{flush:0} ns are the path without data (a Flush), {small - flush:0} the medium's table, translation and 512 B at a random place, "
            + $"{read - small:0} the other 3584 B";
        yield return Row.AtLeast(0.6, "4 KiB random read, one thread, depth 32", Ns(read), $"R {Ns(r)}", r / read, path);
        yield return Row.AtLeast(0.6, "4 KiB random write, one thread, depth 32", Ns(write), $"R {Ns(r)}", r / write, path);
        yield return Row.AtLeast(
            0.3, "the same half and half, stamped and checked by the guest", Ns(stamped), $"R {Ns(r)}", r / stamped,
            $"{(read + write) / 2:0} ns are the commands, {stamped - ((read + write) / 2):0} choice, ledger, stamp, check and latency");
        yield return Row.AtMost(0.6, "512 B random read, not stamped", Ns(small), $"R {Ns(r)}", small / r, path);
        yield return Row.AtMost(0.6, "512 B random write, not stamped", Ns(smallWrite), $"R {Ns(r)}", smallWrite / r, path);
        yield return new Row("two threads, 4 KiB random read", Ns(figures[nameof(IoPathBenchmarks.ReadOnTwoThreads)]), $"R {Ns(r)}", r / figures[nameof(IoPathBenchmarks.ReadOnTwoThreads)], null, null);
        yield return new Row("two threads, 4 KiB random write", Ns(figures[nameof(IoPathBenchmarks.WriteOnTwoThreads)]), $"R {Ns(r)}", r / figures[nameof(IoPathBenchmarks.WriteOnTwoThreads)], null, null);
        var (passing, passingFlush) = (figures[nameof(IoPathBenchmarks.ReadByPassingSteps)], figures[nameof(IoPathBenchmarks.FlushByPassingSteps)]);
        yield return new Row("Flush, every step called once more by a replacement", Ns(passingFlush), $"plain {Ns(flush)}", passingFlush / flush, null, null);
        yield return new Row("4 KiB read, every step called once more", Ns(passing), $"plain {Ns(read)}", passing / read, null, null);
    }

    private static IEnumerable<Row> Allocations()
    {
        const long Bytes = 64L << 20;
        const int Commands = 100_000;
        using var load = new IoLoad(4096, Bytes);
        using var small = new IoLoad(512, Bytes);
        using var threads = new IoLoad(4096, Bytes, ClockKind.Real);
        using var guest = new GuestLoad(Bytes);
        using var copy = new CopyLoad(Bytes, Bytes, 1);
        (string What, double Bytes)[] measured =
        [
            ("read", load.Allocated(NvmOpcode.Read, Commands)), ("write", load.Allocated(NvmOpcode.Write, Commands)),
            ("512 B", small.Allocated(NvmOpcode.Read, Commands)), ("guest", guest.Allocated(Commands)),
            ("two threads", threads.Allocated(NvmOpcode.Write, Commands)), ("copy", copy.Allocated()),
        ];
        var worst = measured.Max(it => it.Bytes);
        yield return new Row(
            "allocation per command", $"{worst:0.##} B", string.Join(", ", measured.Select(it => it.What)), null, "0 bytes", worst < 0.005,
            worst < 0.005 ? null : string.Join(", ", measured.Where(it => it.Bytes >= 0.005).Select(it => $"{it.What} {it.Bytes:0.##} B")));
    }

    private IEnumerable<Row> Copies()
    {
        var (m, copy, verified) = (figures[nameof(CopyBenchmarks.M)], figures[nameof(CopyBenchmarks.Copy)], figures[nameof(CopyBenchmarks.Verified)]);
        var chunks = CopyBenchmarks.Bytes / CopyLoad.Chunk;
        yield return Row.AtLeast(
            0.8, "medium copy, local, 128 KiB commands", Rate(CopyBenchmarks.Bytes / copy * 1e9), $"M {Rate(CopyBenchmarks.Bytes / m * 1e9)}", m / copy,
            $"of {copy / chunks / 1e3:0.0} us a chunk M takes {m / chunks / 1e3:0.0}; the rest are two commands with lists of 32 pages each and the look for zeroes");
        if (!Rivals.Has(Rivals.Fio))
        {
            yield return Row.NotMeasured("the same, every block verified", "at least 2.0", Unknown);
            yield break;
        }

        var (ours, theirs) = (CopyBenchmarks.Bytes / verified * 1e9, Rivals.FioVerify());
        yield return Row.AtLeast(
            2, "the same, every block verified", Rate(ours), $"fio write and verify {Rate(theirs)}", ours / theirs,
            $"of {verified / chunks / 1e3:0.0} us a chunk the copy takes {copy / chunks / 1e3:0.0}, the rest is reading it back and comparing");
    }

    private IEnumerable<Row> Scale()
    {
        var (large, small) = (figures[nameof(ScaleBenchmarks.CopyOfLarge)], figures[nameof(ScaleBenchmarks.CopyOfSmall)]);
        yield return Row.AtMost(1.2, "16 TiB with 1 GiB written: time of a copy", Ms(large), $"2 GiB {Ms(small)}", large / small);
        var (largeBytes, smallBytes) = (MemoryOfCopy(ScaleBenchmarks.Large), MemoryOfCopy(ScaleBenchmarks.Small));
        yield return Row.AtMost(1.2, "the same: memory of a copy, its gigabyte included", MiB(largeBytes), $"2 GiB {MiB(smallBytes)}", (double)largeBytes / smallBytes);
        yield return new Row("the same: memory", MiB(largeBytes), "2 GiB", largeBytes / (double)(2L << 30), "under 1", largeBytes < 2L << 30);
        var (many, few) = (figures[nameof(ChangesBenchmarks.ChangesInLarge)], figures[nameof(ChangesBenchmarks.ChangesInSmall)]);
        yield return Row.AtMost(
            1.2, "10,000 changed ranges in 1 TiB: write, report, drain, copy", Ms(many), $"1 GiB {Ms(few)}", many / few,
            "the same commands; each finds its part of every table untouched by its neighbours, and so not in a cache");
    }

    private static IReadOnlyList<Row> Moves(ClockKind clock)
    {
        const int Together = 16;
        // The fastest of about as many as of the other rows.
        const int Repetitions = 24;
        var name = $"16 VFs at once, 1 ms a step, {(clock == ClockKind.Virtual ? "virtual clock" : "the machine's clock")}";
        try
        {
            WarmUp(() => MovesLoad.Run(Together, clock));
            var (one, many) = (Best(1, clock), Best(Together, clock));
            const string Why = "the suite's own work of 16 moves, on as many cores as there are";
            return
            [
                Row.AtMost(2, $"{name}: in all", Ms(many.Elapsed), $"one {Ms(one.Elapsed)}", (double)many.Elapsed / one.Elapsed, Why),
                Row.AtMost(
                    1.5, "the same: longest downtime", Ms(many.LongestDowntime), $"one {Ms(one.LongestDowntime)}",
                    (double)many.LongestDowntime / one.LongestDowntime, Why),
            ];
        }
        catch (InvalidOperationException e) when (clock == ClockKind.Real)
        {
            // A machine that is too busy to answer its own registers in time says so, and the rest of the table stands.
            return [Row.NotMeasured(name, "at most 2.0", e.Message)];
        }

        static Moved Best(int vfs, ClockKind clock)
        {
            var best = MovesLoad.Run(vfs, clock);
            for (var i = 0; i < Repetitions && clock == ClockKind.Real; i++)
            {
                var next = MovesLoad.Run(vfs, clock);
                best = new Moved(Math.Min(best.Elapsed, next.Elapsed), Math.Min(best.LongestDowntime, next.LongestDowntime));
            }

            return best;
        }
    }

    /// <summary>Until everything is compiled as well as it will be: some repetitions in which nothing was.</summary>
    private static void WarmUp(Action work)
    {
        const int Quiet = 10;
        const int Most = 400;
        var compiled = -1L;
        for (var (runs, quiet) = (0, 0); quiet < Quiet && runs < Most; runs++)
        {
            work();
            var now = JitInfo.GetCompiledMethodCount();
            quiet = now == compiled ? quiet + 1 : 0;
            compiled = now;
        }
    }

    private static IEnumerable<Row> Program()
    {
        var program = ProgramLoad.Find();
        yield return Timed("conformance profile", 5, program, static it => Fastest(3, it.Conformance));
        yield return Timed("the program from start to the end of its first move", 0.5, program, static it => Fastest(6, it.FirstMove));
        yield return Timed("report RUN, all cases and 100 cycles", 2, program, static it => it.Report(3));

        static TimeSpan Fastest(int times, Func<TimeSpan> time) => Enumerable.Range(0, times).Select(_ => time()).Min();
    }

    private static Row Timed(string what, double most, ProgramLoad? program, Func<ProgramLoad, TimeSpan> time)
    {
        var demand = string.Create(CultureInfo.InvariantCulture, $"under {most} s");
        if (program is null) return Row.NotMeasured(what, demand, "the program is not built: ./run.sh --help builds it");
        try
        {
            var seconds = time(program).TotalSeconds;
            return new Row(
                what, string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"), string.Create(CultureInfo.InvariantCulture, $"{most} s"),
                seconds / most, demand, seconds < most, $"on {Environment.ProcessorCount} cores");
        }
        catch (ProgramFailedException e)
        {
            return Row.NotMeasured(what, demand, e.Message);
        }
    }

    private IEnumerable<Row> Command(string what, string engine, string kind, string ours)
    {
        if (!Rivals.Has(Rivals.Fio)) yield return Absent(what, Rivals.Fio);
        else yield return Versus(what, Rivals.FioCommand(engine, kind), figures[ours], Ns);
    }

    private IEnumerable<Row> Whole(string what, string tool)
    {
        if (!Rivals.Has(tool)) yield return Absent(what, tool);
        else yield return Versus(what, CopyBenchmarks.Bytes / Rivals.Copy(tool) * 1e9, figures[nameof(CopyBenchmarks.Copy)], ns => Rate(CopyBenchmarks.Bytes / ns * 1e9));
    }

    private static Row Absent(string what, string tool) => new(what, "-", "-", null, null, null, $"no {tool} here");

    private static Row Versus(string what, double theirs, double ours, Func<double, string> told) => new(what, told(theirs), $"ours {told(ours)}", theirs / ours, null, null);

    /// <summary>Bytes by which the process grows while a namespace with a gigabyte is copied, the destination's gigabyte included.</summary>
    private static long MemoryOfCopy(long capacity)
    {
        using var copy = new CopyLoad(capacity, ScaleBenchmarks.Written, ScaleBenchmarks.Extents);
        var before = Resident();
        copy.Copy(verify: false);
        return Resident() - before;
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return Environment.WorkingSet;
    }

    private static string Ns(double ns) => string.Create(CultureInfo.InvariantCulture, $"{ns:0} ns");

    private static string Ms(double ns) => string.Create(CultureInfo.InvariantCulture, $"{ns / 1e6:0.0} ms");

    private static string Rate(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1 << 30):0.00} GiB/s");

    private static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
