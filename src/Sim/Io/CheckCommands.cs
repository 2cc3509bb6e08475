using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Compare and Verify: they look at blocks and change none.</summary>
internal static class CheckCommands
{
    private const int Judged = 1;

    public static void AddTo(CommandTable table) => table.Add(new Compare()).Add(new Verify());

    private sealed class Compare : LbaCommand
    {
        /// <summary>Bytes fetched from the host before they are compared.</summary>
        private const int Piece = 4096;

        public override byte Opcode => (byte)NvmOpcode.Compare;

        protected override bool MovesData => true;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Read;

        public override long Cost(ControllerCore c, CommandContext command) => Moved(c.Options.Timing.OtherIo.Nanoseconds, c, command);

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            if (command.Phase != Judged)
            {
                var judged = Judge(c, command);
                if (!judged.IsDone || !command.Status.IsSuccess) return judged;
                command.Phase = Judged;
                command.Done = 0;
            }

            // Data first, then the metadata that has a buffer of its own. Pieces start at multiples of their size, so the buffer holds the
            // same after a call that was not done.
            while (command.Done < command.DataLength + command.MetadataLength)
            {
                var isMetadata = command.Done >= command.DataLength;
                var (origin, length) = isMetadata ? (command.DataLength, command.MetadataLength) : (0, command.DataLength);
                var start = (command.Done - origin) / Piece * Piece;
                var host = command.Buffer(Piece)[..(int)Math.Min(Piece, length - start)];
                var received = isMetadata
                    ? c.ReceiveMetadata(command, host[(int)(command.MetadataProgress - start)..])
                    : c.Receive(command, host[(int)(command.Progress - start)..]);
                if (!received.IsDone || !command.Status.IsSuccess) return received;
                var compared = isMetadata ? CompareMetadata(c, command, host, start) : CompareData(c, command, host, start);
                if (!compared.IsDone || !command.Status.IsSuccess) return compared;
            }

            return StepResult.Done;
        }

        private static StepResult CompareData(ControllerCore c, CommandContext command, ReadOnlySpan<byte> host, long start)
        {
            while (command.Done < start + host.Length)
            {
                var reached = BlockData.Locate(c, command, command.Done, MediumOperation.Read, out var access);
                if (!reached.IsDone) return reached;
                if (!Compares(command, host[(int)(command.Done - start)..], in access)) return command.Fail(Status.CompareFailure);
            }

            return StepResult.Done;
        }

        private static StepResult CompareMetadata(ControllerCore c, CommandContext command, ReadOnlySpan<byte> host, long start)
        {
            while (command.Done - command.DataLength < start + host.Length)
            {
                var at = command.Done - command.DataLength;
                var reached = BlockData.LocateMetadata(c, command, at, MediumOperation.ReadMetadata, out var access);
                if (!reached.IsDone) return reached;
                if (!Compares(command, host[(int)(at - start)..], in access)) return command.Fail(Status.CompareFailure);
            }

            return StepResult.Done;
        }

        /// <summary>Compares what of both lies together and moves on over it.</summary>
        private static bool Compares(CommandContext command, ReadOnlySpan<byte> host, in MediumAccess access)
        {
            var length = Math.Min(access.Source.Length, host.Length);
            var ns = command.Namespace!;
            var isEqual = access.Operation == MediumOperation.ReadMetadata && BlockProtection.Acts(command)
                ? EqualButProtection(ns, host[..length], access.Source)
                : access.Source[..length].SequenceEqual(host[..length]);
            command.Done += length;
            return isEqual;
        }

        /// <summary>With PRACT the host's protection information is not compared (for it is the device's).</summary>
        private static bool EqualButProtection(Namespace ns, ReadOnlySpan<byte> host, ReadOnlySpan<byte> stored)
        {
            // A piece may begin or end within a block: counted from its end, where the stored span is known to end with a block.
            var (size, offset) = (ns.MetadataSize, ns.Protection!.Offset);
            var first = (size - (stored.Length % size)) % size;
            for (var i = 0; i < host.Length; i++)
            {
                var inside = (first + i) % size;
                if (inside >= offset && inside < offset + ProtectionInformation.Size) continue;
                if (host[i] != stored[i]) return false;
            }

            return true;
        }
    }

    private sealed class Verify : LbaCommand
    {
        public override byte Opcode => (byte)NvmOpcode.Verify;

        protected override bool UsesProtection => true;

        public override NamespaceAccess Access(CommandContext command) => NamespaceAccess.Read;

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var status = base.Validate(c, command);
            return status.IsSuccess ? Limit(c, command, c.Options.IoCommands.VerifySizeLimit) : status;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command) => Judge(c, command);
    }
}
