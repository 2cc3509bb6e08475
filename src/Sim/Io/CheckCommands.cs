using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Compare and Verify: they look at blocks and change none.</summary>
internal static class CheckCommands
{
    public static void AddTo(CommandTable table) => table.Add(new Compare()).Add(new Verify());

    private sealed class Compare : LbaCommand
    {
        /// <summary>Bytes fetched from the host before they are compared.</summary>
        private const int Piece = 4096;

        public override byte Opcode => (byte)NvmOpcode.Compare;

        protected override bool MovesData => true;

        public override long Cost(ControllerCore c, CommandContext command) => Moved(c.Options.Timing.OtherIo.Nanoseconds, c, command);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var ns = command.Namespace!;
            if (ns.Medium.FindUncorrectable(command.Slba, command.Blocks) is not null)
                return command.Fail(Status.UnrecoveredReadError, dnr: false);
            while (command.Done < command.DataLength)
            {
                // Pieces start at multiples of their size, so the buffer holds the same after a call that was not done.
                var start = command.Done / Piece * Piece;
                var host = command.Buffer(Piece)[..(int)Math.Min(Piece, command.DataLength - start)];
                var received = c.Receive(command, host[(int)(command.Progress - start)..]);
                if (!received.IsDone || !command.Status.IsSuccess) return received;
                while (command.Done < start + host.Length)
                {
                    var access = Next(command, MediumOperation.Read, command.Done);
                    var reached = c.Steps.Medium.Run(c, ref access);
                    if (!reached.IsDone) return reached;
                    var rest = host[(int)(command.Done - start)..];
                    var blocks = access.Source[(int)(command.Done % ns.BlockSize)..];
                    var length = Math.Min(blocks.Length, rest.Length);
                    if (!blocks[..length].SequenceEqual(rest[..length])) return command.Fail(Status.CompareFailure);
                    command.Done += length;
                }
            }

            return StepResult.Done;
        }
    }

    private sealed class Verify : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.Verify;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            return status.IsSuccess ? Limit(c, command, c.Options.IoCommands.VerifySizeLimit) : status;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command) =>
            command.Namespace!.Medium.FindUncorrectable(command.Slba, command.Blocks) is null
                ? StepResult.Done
                : command.Fail(Status.UnrecoveredReadError, dnr: false);
    }
}
