using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The four commands of reservations (Base 2.3 7.5 to 7.8). A host must have said who it is (CTRATT.RHII).</summary>
internal static class ReservationCommands
{
    public static void AddTo(CommandTable table) =>
        table.Add(new Register()).Add(new Acquire()).Add(new Release()).Add(new ReservationReport());

    /// <summary>What is common to the four.</summary>
    public abstract class Handler : CommandHandler
    {
        public override NamespaceUse NamespaceUse => NamespaceUse.Attached;

        public override bool IsSupported(ControllerCore c) => c.Options.IoCommands.Reservations;

        public override long Cost(ControllerCore c, CommandContext command) => c.Options.Timing.OtherIo.Nanoseconds;

        public override Status Validate(ControllerCore c, CommandContext command) =>
            HostIdentity.Of(c).IsKnown ? Status.Success : Status.HostIdentifierNotInitialized;
    }

    /// <summary>One that brings keys and changes something.</summary>
    private abstract class KeyHandler : Handler
    {
        private const int Acted = 1;

        protected virtual int KeyBytes => ReservationKeys.Size;

        public override void Parse(ControllerCore c, CommandContext command) => command.DataLength = KeyBytes;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            if (command.Phase == Acted) return Finish(c, command);
            var bytes = command.Buffer(ReservationKeys.Size);
            var received = c.ReceiveAll(command, bytes[..KeyBytes]);
            if (!received.IsDone || !command.Status.IsSuccess) return received;
            bytes[KeyBytes..].Clear();
            var (volume, host) = (command.Namespace!.Volume, HostIdentity.Of(c).Id);
            var status = Act(command, volume.Reservations, host, Wire.Read<ReservationKeys>(bytes));
            if (!status.IsSuccess) return command.Fail(status);
            command.Phase = Acted;
            ReservationNotices.Tell(volume, host);
            return Finish(c, command);
        }

        protected abstract Status Act(CommandContext command, ReservationState state, UInt128 host, in ReservationKeys keys);

        /// <summary>It has taken effect: whether there is something left to wait for.</summary>
        protected virtual StepResult Finish(ControllerCore c, CommandContext command) => StepResult.Done;
    }

    private sealed class Register : KeyHandler
    {
        public override byte Opcode => (byte)NvmOpcode.ReservationRegister;

        protected override Status Act(CommandContext command, ReservationState state, UInt128 host, in ReservationKeys keys)
        {
            var fields = new ReservationRegisterFields(command.Entry);
            var change = (PersistenceChange)fields.ChangePersistence;
            if (change is not (PersistenceChange.NoChange or PersistenceChange.Clear or PersistenceChange.Persist)) return Status.InvalidField;
            var status = (RegisterAction)fields.Action switch
            {
                RegisterAction.Register => state.Register(host, keys.NrkeyOrPrkey),
                RegisterAction.Unregister => state.Unregister(host, keys.Crkey, fields.IgnoreExistingKey),
                RegisterAction.Replace => state.Replace(host, keys.Crkey, keys.NrkeyOrPrkey, fields.IgnoreExistingKey),
                _ => Status.InvalidField,
            };
            if (status.IsSuccess && change != PersistenceChange.NoChange) state.Persists = change == PersistenceChange.Persist;
            return status;
        }
    }

    private sealed class Acquire : KeyHandler
    {
        /// <summary>ns between two looks at the commands that are to be aborted.</summary>
        private const long Patience = 1_000;

        public override byte Opcode => (byte)NvmOpcode.ReservationAcquire;

        protected override Status Act(CommandContext command, ReservationState state, UInt128 host, in ReservationKeys keys)
        {
            var fields = new ReservationAcquireFields(command.Entry);
            if (fields.IgnoreExistingKey) return Status.InvalidField;
            var type = (ReservationType)fields.ReservationType;
            switch ((AcquireAction)fields.Action)
            {
                case AcquireAction.Acquire:
                    return ReservationState.IsDefined(type) ? state.Acquire(host, keys.Crkey, type) : Status.InvalidField;
                case AcquireAction.Preempt:
                    return state.Preempt(host, keys.Crkey, keys.NrkeyOrPrkey, type);
                case AcquireAction.PreemptAndAbort:
                    var status = state.Preempt(host, keys.Crkey, keys.NrkeyOrPrkey, type);
                    if (status.IsSuccess) command.Notes = Abort(command);
                    return status;
                default:
                    return Status.InvalidField;
            }
        }

        /// <summary>It does not complete before all commands that it was to abort have, one way or the other.</summary>
        protected override StepResult Finish(ControllerCore c, CommandContext command) =>
            command.Notes is List<WaitingCommand> victims && victims.Exists(victim => victim.IsThere)
                ? StepResult.Later(c.Now + Patience)
                : StepResult.Done;

        /// <summary>Aborts the commands of preempted hosts for the namespace, as far as their execution has not begun.</summary>
        private static List<WaitingCommand> Abort(CommandContext acquire)
        {
            List<WaitingCommand> victims = [];
            var volume = acquire.Namespace!.Volume;
            foreach (var (host, what) in volume.Reservations.Told)
            {
                if (what != ReservationNotification.RegistrationPreempted) continue;
                foreach (var ns in volume.Faces)
                {
                    foreach (var controller in ns.Controllers)
                    {
                        if (HostIdentity.Is(controller, host)) Abort(controller, ns, acquire, victims);
                    }
                }
            }

            return victims;
        }

        private static void Abort(ControllerCore controller, Namespace ns, CommandContext acquire, List<WaitingCommand> victims)
        {
            for (var victim = controller.Commands.First; victim is not null; victim = victim.Next)
            {
                if (!ReferenceEquals(victim.Namespace, ns) || ReferenceEquals(victim, acquire)) continue;
                victims.Add(new WaitingCommand(victim, victim.Serial));
                if (victim is { Stage: CommandStage.Execute, Phase: 0, IsHeld: false })
                    controller.Machine.Finish(victim, Status.AbortedPreempt);
            }
        }
    }

    private sealed class Release : KeyHandler
    {
        public override byte Opcode => (byte)NvmOpcode.ReservationRelease;

        protected override int KeyBytes => sizeof(ulong);

        protected override Status Act(CommandContext command, ReservationState state, UInt128 host, in ReservationKeys keys)
        {
            var fields = new ReservationReleaseFields(command.Entry);
            if (fields.IgnoreExistingKey) return Status.InvalidField;
            return (ReleaseAction)fields.Action switch
            {
                ReleaseAction.Release => state.Release(host, keys.Crkey, (ReservationType)fields.ReservationType),
                ReleaseAction.Clear => state.Clear(host, keys.Crkey),
                _ => Status.InvalidField,
            };
        }
    }
}
