using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Creating and deleting I/O queues.</summary>
internal static class QueueCommands
{
    public static void AddTo(CommandTable table) =>
        table.Add(new CreateIoCq()).Add(new CreateIoSq()).Add(new DeleteIoSq()).Add(new DeleteIoCq());

    private static Status CheckSize(ControllerCore c, ushort sizeZ) =>
        sizeZ == 0 || sizeZ > c.Registers.Cap.MqesZ ? Status.InvalidQueueSize : Status.Success;

    /// <summary>Create I/O Completion Queue (Base 2.3 5.3.1).</summary>
    private sealed class CreateIoCq : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.CreateIoCompletionQueue;

        public override bool AllowedDuringSanitize => true;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new CreateIoCqFields(command.Entry);
            if (fields.Qid == 0 || fields.Qid > c.IoCompletionQueues || c.Queues.Cq(fields.Qid) is not null)
                return command.Fail(Status.InvalidQueueIdentifier);
            var status = CheckSize(c, fields.QsizeZ);
            if (!status.IsSuccess) return command.Fail(status);
            if (c.Configuration.Iocqes != 4) return command.Fail(Status.InvalidQueueSize);
            if (fields.Iv >= c.Function.VectorCount) return command.Fail(Status.InvalidInterruptVector);
            status = QueueMemories.Locate(
                c, command.Entry.Prp1, fields.Pc, fields.QsizeZ + 1, CompletionEntry.Size, c.IsLocal(command), out var memory);
            if (!status.IsSuccess) return command.Fail(status);
            c.Queues.Add(new CompletionQueue(fields.Qid, fields.QsizeZ + 1, memory) { InterruptsEnabled = fields.Ien, Vector = fields.Iv });
            return StepResult.Done;
        }
    }

    /// <summary>Create I/O Submission Queue.</summary>
    private sealed class CreateIoSq : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.CreateIoSubmissionQueue;

        public override bool AllowedDuringSanitize => true;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var fields = new CreateIoSqFields(command.Entry);
            if (fields.Qid == 0 || fields.Qid > c.IoSubmissionQueues || c.Queues.Sq(fields.Qid) is not null)
                return command.Fail(Status.InvalidQueueIdentifier);
            if (fields.Cqid == 0 || fields.Cqid > c.IoCompletionQueues) return command.Fail(Status.InvalidQueueIdentifier);
            if (c.Queues.Cq(fields.Cqid) is not { } completion) return command.Fail(Status.CompletionQueueInvalid);
            var status = CheckSize(c, fields.QsizeZ);
            if (!status.IsSuccess) return command.Fail(status);
            if (c.Configuration.Iosqes != 6) return command.Fail(Status.InvalidQueueSize);
            status = QueueMemories.Locate(
                c, command.Entry.Prp1, fields.Pc, fields.QsizeZ + 1, SubmissionEntry.Size, c.IsLocal(command), out var memory);
            if (!status.IsSuccess) return command.Fail(status);
            c.Queues.Add(new SubmissionQueue(fields.Qid, fields.QsizeZ + 1, memory, completion)
            {
                Priority = fields.Qprio, NvmSetId = fields.NvmSetId,
            });
            return StepResult.Done;
        }
    }

    /// <summary>Delete I/O Submission Queue: commands fetched from it are completed first, aborted.</summary>
    private sealed class DeleteIoSq : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.DeleteIoSubmissionQueue;

        public override bool AllowedDuringSanitize => true;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var qid = new DeleteIoQueueFields(command.Entry).Qid;
            if (qid == 0 || c.Queues.Sq(qid) is not { } queue) return command.Fail(Status.InvalidQueueIdentifier);
            var pending = false;
            for (var other = c.Commands.First; other is not null; other = other.Next)
            {
                if (other.Queue.Id != qid) continue;
                pending = true;
                if (other.Stage == CommandStage.Execute) c.Machine.Finish(other, Status.AbortedSqDeletion);
            }

            if (pending) return StepResult.Later(c.Now + 1);
            c.Queues.Remove(queue);
            return StepResult.Done;
        }
    }

    /// <summary>Delete I/O Completion Queue: only one that no submission queue uses.</summary>
    private sealed class DeleteIoCq : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.DeleteIoCompletionQueue;

        public override bool AllowedDuringSanitize => true;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var qid = new DeleteIoQueueFields(command.Entry).Qid;
            if (qid == 0 || c.Queues.Cq(qid) is not { } queue) return command.Fail(Status.InvalidQueueIdentifier);
            if (queue.Users != 0) return command.Fail(Status.InvalidQueueDeletion);
            c.Queues.Remove(queue);
            return StepResult.Done;
        }
    }
}
