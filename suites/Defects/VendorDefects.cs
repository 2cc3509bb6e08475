using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of the vendor commands of the December 2022 series, whose opcodes and sizes they know.</summary>
internal static class VendorDefects
{
    private const byte Query = (byte)VendorOpcode.QueryDataSize;
    private const byte Suspend = (byte)VendorOpcode.Suspend;
    private const byte Resume = (byte)VendorOpcode.Resume;
    private const byte Save = (byte)VendorOpcode.SaveData;
    private const byte Load = (byte)VendorOpcode.LoadData;

    /// <summary>Where the blob of the simulated device has its checksum.</summary>
    private const int ChecksumOffset = 16;

    public static IReadOnlyList<Defect> All { get; } =
    [
        Wrong(
            "vendor-load-unknown", "LM-VEND-02", "The capability byte is set and LOAD_DATA is not there.", Load,
            static (_, command, _, _) => command.Fail(Status.InvalidOpcode)),
        Of(
            "vendor-capability-reserved", "LM-VEND-03", "The capability byte has a value that is reserved.",
            static () => new() { Identify = new ReservedCapability() }),
        Wrong(
            "vendor-capability-of-the-vf", "LM-VEND-04", "Whether a VF may be suspended is read from its own capability byte, which is 00h.", Suspend,
            static (_, command, _, _) => command.Fail(Status.InvalidOpcode)),
        Of(
            "vendor-index-zero", "LM-VEND-05", "Index 0 names the first VF, as index 1 does.",
            static () => new() { Parse = new OtherIndex(static (index, _) => index == 0 ? 1 : index) }),
        Of(
            "vendor-on-a-vf", "LM-VEND-06", "SUSPEND on a VF's own admin queue is refused, and suspends it.",
            static () => new() { Parse = new SuspendsItself() }),
        Of(
            "vendor-index-from-zero", "LM-VEND-07", "An index names the VF behind the one that is meant.",
            static () => new() { Parse = new OtherIndex(static (index, count) => index >= 1 && index <= count ? (index % count) + 1 : index) }),
        Of(
            "vendor-index-wraps", "LM-VEND-08", "Only the low bits of an index are looked at.",
            static () => new() { Parse = new OtherIndex(static (index, count) => index > count ? ((index - 1) % count) + 1 : index) }),
        Of(
            "vendor-reserved-by-one", "LM-VEND-09", "SAVE_DATA alone refuses dword 12 that is not 0.",
            static () => new() { Validate = new StrictSave() }),
        Of(
            "vendor-answers-after-save", "LM-VEND-10", "A doorbell that is rung after SAVE_DATA still makes the VF write to its completion queue.",
            static () => new() { Doorbell = new AnswersAfterSave() }),
        Wrong(
            "vendor-query-room", "LM-VEND-11", "QUERY_DATA_SIZE tells what is left of the device's buffer, not what the state needs.", Query,
            static (_, command, _, rightly) => Then(rightly, () => command.Dw0 = 65_536 - command.Dw0)),
        Wrong(
            "vendor-save-longer", "LM-VEND-12", "SAVE_DATA writes one dword more than QUERY_DATA_SIZE announced.", Save,
            static (c, command, _, rightly) => Then(rightly, () =>
            {
                if (command.Status.IsSuccess) c.WriteHost(command.Entry.Prp1 + (ulong)command.DataLength, [1, 2, 3, 4]);
            })),
        Of(
            "vendor-save-shorter", "LM-VEND-12", "SAVE_DATA leaves out the last dword of what QUERY_DATA_SIZE announced.",
            static () => new() { Transfer = new CutSave(4) }),
        Wrong(
            "vendor-query-restless", "LM-VEND-13", "Each QUERY_DATA_SIZE of a suspended VF tells a little more.", Query,
            static (_, command, target, rightly) => Then(
                rightly, () => command.Dw0 += target is { Suspension.FetchStopped: true } ? 4 * ++target.StateSaves : 0)),
        Wrong(
            "vendor-save-live", "LM-VEND-14", "SAVE_DATA takes a running VF as it is, and forgets the commands that it has fetched.", Save,
            static (c, _, target, rightly) =>
            {
                if (target is { Suspension.FetchStopped: false, IsReady: true })
                {
                    target.Suspension.StopFetching(c);
                    target.Suspension.Freeze();
                }

                return rightly();
            }),
        Wrong(
            "vendor-save-numbered", "LM-VEND-15", "A second SAVE_DATA gives other bytes than the first.", Save,
            static (_, _, target, rightly) =>
            {
                if (target?.Suspension.Saved is { } saved) saved[ChecksumOffset]++;
                return rightly();
            }),
        Wrong(
            "vendor-failed-save-disables", "LM-VEND-16", "A SAVE_DATA whose data could not be written disables the VF all the same.", Save,
            static (_, command, target, rightly) => Then(rightly, () =>
            {
                if (!command.Status.IsSuccess) target?.Machine.Run(new ResetRequest(ResetKind.StateChange));
            })),
        Of(
            "vendor-save-cut", "LM-VEND-17", "SAVE_DATA writes 256 KiB of a larger state and reports success.",
            static () => new() { Transfer = new CutSave(256 << 10) { FromTheEnd = false } }),
        Of(
            "vendor-load-rounds", "LM-VEND-18", "The size of LOAD_DATA is taken in whole dwords: up to three bytes too many are not noticed.",
            static () => new() { Parse = new RoundedLoad() }),
        Of(
            "vendor-load-any-maker", "LM-COMP-04", "LOAD_DATA does not look at whose state it is given: the first bytes, which say so, are skipped.",
            static () => new() { Transfer = new Garbled((AdminOpcode)Load, static (_, bytes) => BitConverter.TryWriteBytes(bytes, VendorBlob.Magic)) }),
        Wrong(
            "vendor-load-wants-a-suspend", "LM-VEND-19", "A VF fresh from a function reset takes no state before it was suspended.", Load,
            static (_, command, target, rightly) => target is { Suspension.FetchStopped: false } ? command.Fail(Status.CommandSequenceError) : rightly()),
        Wrong(
            "vendor-resume-always-well", "LM-VEND-20", "RESUME reports success for a VF that there is not.", Resume,
            static (_, _, target, rightly) => target is null ? StepResult.Done : rightly()),
        Wrong(
            "vendor-query-always-well", "LM-VEND-21", "QUERY_DATA_SIZE reports a size for a VF that there is not.", Query,
            static (_, command, target, rightly) =>
            {
                if (target is not null) return rightly();
                command.Dw0 = 64;
                return StepResult.Done;
            }),
        Wrong(
            "vendor-resume-forgets", "LM-VEND-22", "RESUME of a VF that SAVE_DATA disabled reports success and leaves it disabled.", Resume,
            static (_, _, target, rightly) =>
            {
                if (target?.Suspension.Saved is null) return rightly();
                target.Suspension.End();
                return StepResult.Done;
            }),
        Wrong(
            "vendor-suspend-toggles", "LM-VEND-23", "SUSPEND of a suspended VF lets it run.", Suspend,
            static (_, _, target, rightly) =>
            {
                if (target is not { Suspension.FetchStopped: true }) return rightly();
                target.Suspension.End();
                target.Machine.Wake();
                return StepResult.Done;
            }),
    ];

    /// <summary>What is done instead of a command.</summary>
    /// <param name="c">The PF's controller.</param>
    /// <param name="command">The command.</param>
    /// <param name="target">The VF that it names; null for nobody.</param>
    /// <param name="rightly">Does what should be done.</param>
    private delegate StepResult Wrongly(ControllerCore c, CommandContext command, ControllerCore? target, Func<StepResult> rightly);

    private static Defect Of(string name, string breaks, string story, Func<ControllerSteps> steps) => Defect.OfDevice(name, breaks, story, steps);

    private static Defect Wrong(string name, string breaks, string story, byte opcode, Wrongly wrongly) =>
        Of(name, breaks, story, () => new() { Execute = new WrongCommand(opcode, wrongly) });

    private static StepResult Then(Func<StepResult> rightly, Action and)
    {
        var result = rightly();
        if (result.IsDone) and();
        return result;
    }

    /// <summary>One vendor command on the PF's queue does something else.</summary>
    private sealed class WrongCommand(byte opcode, Wrongly wrongly) : ExecuteStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (!c.IsPrimary || !command.IsAdmin || command.Opcode != opcode) return base.Run(c, command);
            var index = new VendorCommandFields(command.Entry).VfIndex;
            var target = c.Subsystem.Controllers.FirstOrDefault(it => ReferenceEquals(it.Primary, c) && it.Function.VfNumber == index && it.Function.IsPresent);
            return wrongly(c, command, target, () => base.Run(c, command));
        }
    }

    private sealed class ReservedCapability : IdentifyStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
        {
            var result = base.Run(c, command, page);
            ref var capability = ref page[VendorCommandSet.CapabilityOffset];
            if (new IdentifyFields(command.Entry).Cns == (byte)Cns.IdentifyController && capability == (byte)VendorCapability.Supported) capability = 2;
            return result;
        }
    }

    /// <summary>The index of every vendor command is read as another one; given the number of VFs.</summary>
    private sealed class OtherIndex(Func<int, int, int> read) : ParseStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (c.IsPrimary && command.IsAdmin && command.Opcode is Query or Suspend or Resume or Save or Load)
            {
                var fields = new VendorCommandFields(command.Entry);
                fields.VfIndex = (ushort)read(fields.VfIndex, c.Function.VirtualFunctions.Count);
                command.Entry = fields.Entry;
            }

            return base.Run(c, command);
        }
    }

    private sealed class SuspendsItself : ParseStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (c.Primary is { } primary && command.IsAdmin && command.Opcode == Suspend && c.Options.VendorRfc is not null) c.Suspension.StopFetching(primary);
            return base.Run(c, command);
        }
    }

    private sealed class StrictSave : ValidateStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command) =>
            command.IsAdmin && command.Opcode == Save && command.Entry.Cdw12 != 0 ? command.Fail(Status.InvalidField) : base.Run(c, command);
    }

    private sealed class AnswersAfterSave : DoorbellStep
    {
        private ulong _last;

        public override StepResult Run(ControllerCore c, int qid, bool completion, uint value)
        {
            if (qid != 0 && !completion && c.Queues.Sq(qid) is { } queue) _last = queue.Completion.Memory.AddressOf(queue.Completion.Entries - 1);
            if (qid != 0 && !completion && c.Suspension.IsSuspended && _last != 0) c.WriteHost(_last, [1]);
            return base.Run(c, qid, completion, value);
        }
    }

    /// <summary>Part of the state is not written: so many bytes at its end, or all behind so many.</summary>
    private sealed class CutSave(long bytes) : TransferStep
    {
        public bool FromTheEnd { get; init; } = true;

        public override StepResult Run(ControllerCore c, ref Transfer transfer)
        {
            if (!transfer.ToHost || !transfer.Command.IsAdmin || transfer.Command.Opcode != Save) return base.Run(c, ref transfer);
            var keep = FromTheEnd ? Math.Max(0, transfer.Command.Data.Left - bytes) : Math.Max(0, bytes - transfer.Command.Progress);
            transfer.Source = transfer.Source[..(int)Math.Min(transfer.Source.Length, keep)];
            return base.Run(c, ref transfer);
        }
    }

    private sealed class RoundedLoad : ParseStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (command.IsAdmin && command.Opcode == Load) command.Entry.Cdw11 &= ~3u;
            return base.Run(c, command);
        }
    }
}
