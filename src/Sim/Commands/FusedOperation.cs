using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Fused operations (Base 2.3 3.4.2): Compare and Write. Both halves are fetched together, so that nothing comes between them: no
/// arbitration, no suspend, no abort. Each is parsed and validated by itself; they wait and are executed as one.
/// </summary>
internal static class FusedOperation
{
    private const byte First = 1;
    private const byte Second = 2;

    /// <summary>Whether FUSE of a command means something at all.</summary>
    public static bool IsSupported(ControllerCore c, CommandContext command) =>
        c.Options.IoCommands.FusedCompareAndWrite && !command.IsAdmin && command.Entry.Dword0.Fuse is First or Second;

    /// <summary>Whether the next entry of a queue begins a fused operation whose both halves have been submitted.</summary>
    public static bool IsNext(ControllerCore c, SubmissionQueue queue) =>
        // A completion queue that never has room for two cannot take one.
        c.Options.IoCommands.FusedCompareAndWrite && !queue.IsAdmin && !queue.NeedsPair && queue.Completion.Entries > 2
        && queue.Waiting > 1 && FuseAt(c, queue, queue.Head) == First;

    /// <summary>Whether a command is a first half and its second half comes next.</summary>
    public static bool HasSecond(ControllerCore c, CommandContext command) =>
        command.Entry.Dword0.Fuse == First && command.Queue is { HasWork: true, Completion.Free: > 0 } queue
        && FuseAt(c, queue, queue.Head) == Second;

    /// <summary>
    /// A command is about to be executed: what it costs, in ns. The first half of a fused operation costs what both do; where they do not
    /// match both fail here.
    /// </summary>
    public static long Begin(ControllerCore c, CommandContext command)
    {
        var cost = CostOf(c, command);
        if (!command.Second.IsThere) return cost;
        var second = command.Second.Command;
        var status = Check(c, command, second);
        if (!status.IsSuccess)
        {
            c.Machine.Finish(second, status, dnr: true);
            command.Second = default;
            command.Fail(status);
            return 0;
        }

        // A second half that is refused by itself costs nothing.
        if (second.Stage != CommandStage.Execute) return cost;
        var more = CostOf(c, second);
        return cost == Device.World.Never || more == Device.World.Never ? Device.World.Never : cost + more;
    }

    private static long CostOf(ControllerCore c, CommandContext command) =>
        command.ExtraDelay == Device.World.Never ? Device.World.Never : command.Handler!.Cost(c, command) + command.ExtraDelay;

    private static Status Check(ControllerCore c, CommandContext first, CommandContext second)
    {
        if (first.Opcode != (byte)NvmOpcode.Compare || second.Opcode != (byte)NvmOpcode.Write) return Status.InvalidField;
        if (first.Entry.Nsid != second.Entry.Nsid || first.Slba != second.Slba || first.Blocks != second.Blocks) return Status.InvalidField;
        return first.Blocks > c.Options.IoCommands.AcwuZ + 1u ? Status.AtomicWriteUnitExceeded : Status.Success;
    }

    private static byte FuseAt(ControllerCore c, SubmissionQueue queue, int slot)
    {
        Span<byte> dword = stackalloc byte[sizeof(uint)];
        return c.ReadHost(queue.Memory.AddressOf(slot), dword) ? new CommandDword0(Wire.Read<uint>(dword)).Fuse : (byte)0;
    }
}
