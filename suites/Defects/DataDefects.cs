using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>One write of a virtual function, or else of a physical one, is acknowledged and goes nowhere.</summary>
internal sealed class LostWrite(int which, bool ofPrimary = false) : MediumStep
{
    private byte[] _nowhere = [];
    private int _seen;

    public override StepResult Run(ControllerCore c, ref MediumAccess access)
    {
        if (access.Operation != MediumOperation.Write || c.IsPrimary != ofPrimary || ++_seen != which) return base.Run(c, ref access);
        var bytes = (int)access.Blocks * access.Namespace.Medium.BlockSize;
        if (_nowhere.Length < bytes) _nowhere = new byte[bytes];
        access.Target = _nowhere.AsSpan(0, bytes);
        return StepResult.Done;
    }
}

/// <summary>One block of the medium is never reported, however often it changes: the last one of some change.</summary>
internal sealed class UnreportedBlock(int which) : TrackLbaStep
{
    private ulong _block = ulong.MaxValue;
    private int _seen;

    public override StepResult Run(ControllerCore c, in MediumChange change)
    {
        if (++_seen == which) _block = change.Slba + change.Blocks - 1;
        if (_block < change.Slba || _block - change.Slba >= change.Blocks) return base.Run(c, in change);
        var (before, after) = (_block - change.Slba, change.Slba + change.Blocks - _block - 1);
        if (before > 0) base.Run(c, change with { Blocks = before });
        return after > 0 ? base.Run(c, change with { Slba = _block + 1, Blocks = after }) : StepResult.Done;
    }
}

/// <summary>One I/O command of a virtual function is completed twice.</summary>
internal sealed class DoubledCompletion(int which) : CompleteStep
{
    private int _seen;

    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (c.IsPrimary || command.Queue.IsAdmin || ++_seen < which) return base.Run(c, command);
        var queue = command.Queue;
        // Waits for a moment with room for both: an overrun queue would be another bug.
        if (queue.Completion.Free < 1) return base.Run(c, command);
        _seen = int.MinValue;
        var entry = new Nvme.CompletionEntry
        {
            Dw0 = command.Dw0, SqHead = (ushort)queue.Head, SqId = (ushort)queue.Id, Cid = command.Cid,
            StatusField = new Nvme.StatusField(command.Status, queue.Completion.Phase),
        };
        Post(c, queue.Completion, in entry);
        return base.Run(c, command);
    }
}
