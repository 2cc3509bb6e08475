using System.Runtime.InteropServices;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs between a controller and its blocks that a move brings to light.</summary>
internal static class MediumDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Of(
            "private-write-cache", "LM-MED-01",
            "A write stays in the cache of the controller that took it until it takes another, and no other controller sees it.",
            static () => new() { Medium = new PrivateWriteCache() }),
        Of(
            "drained-without-data", "LM-MED-01", "Writes that a suspend waits for are completed without having been carried out.",
            static () => new()
            {
                Execute = new MisexecutedIo(NvmOpcode.Write, static (c, _, rightly) => c.Suspension.FetchStopped ? StepResult.Done : rightly()),
            }),
        Of(
            "source-woken-by-doorbell", "LM-MED-02", "A doorbell wakes a suspended controller.",
            static () => new() { Doorbell = new WakingDoorbell() }),
        Of(
            "unattached-namespace-answers", "LM-MED-03", "A command for a namespace of the subsystem is carried out, attached or not.",
            static () => new() { Parse = new AnyNamespace() }),
        Of(
            "state-with-blocks", "LM-MED-04", "The state has a table of the blocks that were written.",
            static () => new() { Encode = new StateWithBlocks() }),
        Access(
            "metadata-dropped", "LM-MED-05", "Metadata that a host brings is not stored.",
            static (MediumAccess access) => access.Operation == MediumOperation.WriteMetadata),
        Access(
            "uncorrectable-forgotten", "LM-MED-05", "Write Uncorrectable is acknowledged and nothing is marked.",
            static (MediumAccess access) => access.Operation == MediumOperation.MarkUncorrectable),
        Of(
            "media-of-32-bits", "LM-MED-05", "Blocks are found by the low half of their numbers.",
            static () => new() { Medium = new NarrowMedium() }),
        Of(
            "last-change-unlogged", "LM-MED-06", "The log is closed when a suspend begins, before the commands that it waits for have ended.",
            static () => new() { Suspend = new LogClosedEarly() }),
        Of(
            "whole-stripe-logged", "LM-MED-07", "Every change is told as one of its stripe of 512 blocks, so that rounds of copying never end.",
            static () => new()
            {
                TrackLba = new Mislogged(static (_, change) =>
                {
                    var first = change.Slba & ~511ul;
                    return change with { Slba = first, Blocks = Math.Min(512, change.Namespace.Blocks - first) };
                }),
            }),
        Of(
            "written-through-lost", "LM-MED-08", "A write with Force Unit Access takes another way, which ends nowhere.",
            static () => new()
            {
                Execute = new MisexecutedIo(
                    NvmOpcode.Write, static (_, command, rightly) => new LbaFields(command.Entry).Fua ? StepResult.Done : rightly()),
            }),
        Of(
            "frozen-before-drained", "LM-MED-09", "A suspend does not wait for the commands that were fetched; they go on, and nobody is told.",
            static () => new() { Suspend = new ImpatientSuspend() }),
        Of(
            "last-allocated-run-missing", "LM-MED-10", "Get LBA Status leaves out the last run of allocated blocks.",
            static () => new()
            {
                Transfer = new Garbled(AdminOpcode.GetLbaStatus, static (_, bytes) =>
                {
                    ref var header = ref MemoryMarshal.AsRef<LbaStatusHeader>(bytes);
                    if (header.Nlsd > 0) header.Nlsd--;
                }),
            }),
        Of(
            "runs-of-32-bits", "LM-MED-10", "Get LBA Status tells of each run the low half of its first block.",
            static () => new()
            {
                Transfer = new Garbled(AdminOpcode.GetLbaStatus, static (_, bytes) =>
                {
                    var count = (int)MemoryMarshal.AsRef<LbaStatusHeader>(bytes).Nlsd;
                    var runs = MemoryMarshal.Cast<byte, LbaStatusDescriptor>(bytes[LbaStatusHeader.Size..]);
                    foreach (ref var run in runs[..Math.Min(count, runs.Length)]) run.Dslba = (uint)run.Dslba;
                }),
            }),
        Of(
            "deallocates-whole-granules", "LM-MED-11", "Deallocating a part of a granule deallocates all of it.",
            static () => new() { Medium = new GranularDeallocation() }),
    ];

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Access(string name, string breaks, string story, Ignored.Which which) =>
        Of(name, breaks, story, () => new() { Medium = new Ignored(which) });
}

/// <summary>Some accesses to the medium change nothing.</summary>
internal sealed class Ignored(Ignored.Which which) : MediumStep
{
    private byte[] _nowhere = [];

    public delegate bool Which(MediumAccess access);

    public override StepResult Run(ControllerCore c, ref MediumAccess access)
    {
        if (!which(access)) return base.Run(c, ref access);
        if (access.Operation != MediumOperation.WriteMetadata) return StepResult.Done;
        var bytes = (int)access.Blocks * access.Namespace.MetadataSize;
        if (_nowhere.Length < bytes) _nowhere = new byte[bytes];
        access.Target = _nowhere.AsSpan(0, bytes);
        return StepResult.Done;
    }
}

/// <summary>Every access is to the block that the low 32 bits of its number name.</summary>
internal sealed class NarrowMedium : MediumStep
{
    public override StepResult Run(ControllerCore c, ref MediumAccess access)
    {
        access.Slba = (uint)access.Slba;
        return base.Run(c, ref access);
    }
}

/// <summary>The blocks that a VF wrote last are in a cache of its own until it writes others.</summary>
internal sealed class PrivateWriteCache : MediumStep
{
    private readonly Dictionary<ControllerCore, (Namespace Namespace, ulong Slba, byte[] Bytes)> _held = [];

    public override StepResult Run(ControllerCore c, ref MediumAccess access)
    {
        if (c.IsPrimary || access.Operation != MediumOperation.Write) return base.Run(c, ref access);
        if (_held.Remove(c, out var older))
        {
            var size = older.Namespace.BlockSize;
            for (var i = 0; i < older.Bytes.Length / size; i++)
                older.Bytes.AsSpan(i * size, size).CopyTo(older.Namespace.Medium.WritableChunk(older.Slba + (ulong)i, 1, out _));
        }

        var bytes = new byte[(int)access.Blocks * access.Namespace.BlockSize];
        _held[c] = (access.Namespace, access.Slba, bytes);
        access.Target = bytes;
        return StepResult.Done;
    }
}

/// <summary>Deallocation of whole granules only, rounded outwards.</summary>
internal sealed class GranularDeallocation : MediumStep
{
    public override StepResult Run(ControllerCore c, ref MediumAccess access)
    {
        if (access.Operation != MediumOperation.Deallocate) return base.Run(c, ref access);
        var granule = (ulong)Math.Max(1, c.Options.Migration.AllocationGranularity);
        var first = access.Slba / granule * granule;
        var end = Math.Min(access.Namespace.Blocks, (access.Slba + access.Blocks + granule - 1) / granule * granule);
        access.Namespace.Medium.Deallocate(first, end - first);
        return StepResult.Done;
    }
}

/// <summary>A doorbell ends a suspension.</summary>
internal sealed class WakingDoorbell : DoorbellStep
{
    public override StepResult Run(ControllerCore c, int qid, bool completion, uint value)
    {
        if (c.Suspension.IsSuspended && !completion) c.Suspension.End();
        return base.Run(c, qid, completion, value);
    }
}

/// <summary>Attachment is not looked at.</summary>
internal sealed class AnyNamespace : ParseStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        var result = base.Run(c, command);
        if (!command.IsAdmin && command.Namespace is null) command.Namespace = c.Subsystem.FindNamespace(command.Entry.Nsid);
        return result;
    }
}

/// <summary>The state grows with what is on the medium.</summary>
internal sealed class StateWithBlocks : EncodeStep
{
    public override StepResult Run(ControllerCore target, in StateRequest request, out ControllerState state)
    {
        var result = base.Run(target, in request, out state);
        var blocks = target.Subsystem.FindNamespace(1)?.Medium.AllocatedBlocks ?? 0;
        state = new ControllerState
        {
            Header = state.Header, Nvme = state.Nvme, SubmissionQueues = state.SubmissionQueues, CompletionQueues = state.CompletionQueues,
            Vendor = new byte[state.Vendor.Length + (4 * (int)Math.Min(blocks, 1024))],
        };
        return result;
    }
}

/// <summary>The log ends where the suspend begins.</summary>
internal sealed class LogClosedEarly : SuspendStep
{
    private DataQueue? _log;

    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        _log ??= target.UserDataLog;
        target.UserDataLog = null;
        if (_log is { } log && target.Commands.InFlight == 0) target.UserDataLog = log;
        var result = base.Run(target, operation);
        if (result.IsDone) _log = null;
        return result;
    }
}

/// <summary>The freeze point without the wait before it.</summary>
internal sealed class ImpatientSuspend : SuspendStep
{
    public override StepResult Run(ControllerCore target, SuspendOperation operation)
    {
        if (target.Suspension.IsSuspended || target.Commands.InFlight == 0) return base.Run(target, operation);
        target.Suspension.StopFetching(operation.Command.Owner);
        return StepResult.Done;
    }
}
