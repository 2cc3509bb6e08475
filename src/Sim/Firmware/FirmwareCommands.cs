using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Firmware Image Download (Base 2.3 5.2.9) and Firmware Commit (5.2.8). There are no boot partitions.</summary>
internal static class FirmwareCommands
{
    private const int Unit = 4096;

    private static readonly AsyncEvent _starting = AsyncEvent.Of(NoticeEvent.FirmwareActivationStarting, LogId.FirmwareSlot);

    public static void AddTo(CommandTable table) => table.Add(new Download()).Add(new Commit());

    private sealed class Download : CommandHandler
    {
        public override byte Opcode => (byte)AdminOpcode.FirmwareImageDownload;

        public override bool IsSupported(ControllerCore c) => c.Options.Firmware.Slots != 0;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => true;

        public override void Parse(ControllerCore c, CommandContext command) =>
            command.DataLength = 4L * (new FirmwareImageDownloadFields(command.Entry).NumberOfDwordsZ + 1L);

        public override Status Validate(ControllerCore c, CommandContext command)
        {
            var offset = 4L * new FirmwareImageDownloadFields(command.Entry).OffsetInDwords;
            var granularity = c.Options.Firmware.Granularity * Unit;
            if (granularity != 0 && offset % granularity != 0) return Status.InvalidField;
            return offset + command.DataLength > FirmwareImage.Largest ? Status.InvalidField : Status.Success;
        }

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var piece = command.Buffer((int)command.DataLength);
            var received = c.ReceiveAll(command, piece);
            if (!received.IsDone || !command.Status.IsSuccess) return received;
            var status = c.Subsystem.Firmware.Download(c, 4 * (int)new FirmwareImageDownloadFields(command.Entry).OffsetInDwords, piece);
            return status.IsSuccess ? StepResult.Done : command.Fail(status);
        }
    }

    private sealed class Commit : CommandHandler
    {
        private const byte Place = 0;
        private const byte PlaceAndAwait = 1;
        private const byte Await = 2;
        private const byte Activate = 3;

        public override byte Opcode => (byte)AdminOpcode.FirmwareCommit;

        public override uint Effects => new CommandEffects { ControllerCapabilityChange = true, Execution = 2 }.Raw;

        public override bool IsSupported(ControllerCore c) => c.Options.Firmware.Slots != 0;

        public override bool ConcernsSanitized(CommandContext command, uint nsid) => true;

        public override StepResult Execute(ControllerCore c, CommandContext command)
        {
            var before = c.Subsystem.Firmware.Running;
            var result = Carry(c, command);
            if (result.IsDone) Record(c, command, before);
            return result;
        }

        /// <summary>Every commit is an event, whatever it ends with (Base 2.3 5.2.12.1.14.2.2).</summary>
        private static void Record(ControllerCore c, CommandContext command, string before)
        {
            var fields = new FirmwareCommitFields(command.Entry);
            var made = new FirmwareCommitEvent
            {
                Ofr = before, Nfr = c.Subsystem.Firmware[fields.Slot] ?? "", Fca = fields.Action, Fslt = fields.Slot,
                Sctfcc = command.Status.Sct, Srfcc = command.Status.Sc,
            };
            c.Subsystem.PersistentLog.Record(c, PersistentEventType.FirmwareCommit, revision: 1, Wire.Bytes(in made));
        }

        private static StepResult Carry(ControllerCore c, CommandContext command)
        {
            var (fields, store) = (new FirmwareCommitFields(command.Entry), c.Subsystem.Firmware);
            if (command.Phase != 0)
            {
                // The activation that was begun has ended. The phase is the slot.
                store.Activate(command.Phase);
                return StepResult.Done;
            }

            if (fields.Action > Activate) return command.Fail(Status.InvalidField);
            var places = fields.Action is Place or PlaceAndAwait || (fields.Action == Activate && store.HasDownload);
            int slot = fields.Slot == 0 ? store.Choose(places) : fields.Slot;
            if (slot > c.Options.Firmware.Slots || (places && store.IsReadOnly(slot))) return command.Fail(Status.InvalidFirmwareSlot);
            var status = places ? store.Place(slot) : store[slot] is null ? Status.InvalidFirmwareImage : Status.Success;
            if (!status.IsSuccess) return command.Fail(status);
            return fields.Action switch
            {
                Place => StepResult.Done,
                Activate => Now(c, command, slot),
                _ => AtReset(c, command, slot),
            };
        }

        private static StepResult AtReset(ControllerCore c, CommandContext command, int slot)
        {
            var store = c.Subsystem.Firmware;
            store.Await(slot);
            return store.Demand.IsSuccess ? StepResult.Done : command.Fail(store.Demand);
        }

        private static StepResult Now(ControllerCore c, CommandContext command, int slot)
        {
            var (options, store) = (c.Options.Firmware, c.Subsystem.Firmware);
            if (options.Activation != FirmwareActivation.Immediate)
            {
                store.Await(slot);
                return command.Fail(store.Pending);
            }

            var time = options.ActivationTime.Nanoseconds;
            if (options.MaximumActivationTime != 0 && time > options.MaximumActivationTime * 100_000_000L)
                return command.Fail(Status.FirmwareNeedsMaximumTimeViolation);
            foreach (var controller in c.Subsystem.Controllers) controller.Raise(in _starting);
            command.Phase = slot;
            if (time != 0) return StepResult.Later(c.Now + time);
            store.Activate(slot);
            return StepResult.Done;
        }
    }
}
