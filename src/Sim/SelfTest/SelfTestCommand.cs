using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Device Self-test (Base 2.3 5.2.5): short, extended, abort; one at a time on each controller.</summary>
internal sealed class SelfTestCommand : CommandHandler
{
    private const uint All = 0xFFFF_FFFF;

    public static void AddTo(CommandTable table) => table.Add(new SelfTestCommand());

    public override byte Opcode => (byte)AdminOpcode.DeviceSelfTest;

    public override NamespaceUse NamespaceUse => NamespaceUse.Own;

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var (tests, code) = (c.Logs.SelfTests, (SelfTestCode)new DeviceSelfTestFields(command.Entry).SelfTestCode);
        var nsid = command.Entry.Nsid;
        if (code == SelfTestCode.Abort)
        {
            tests.Abort(SelfTestOutcome.AbortedByCommand);
            return StepResult.Done;
        }

        if (code is not (SelfTestCode.Short or SelfTestCode.Extended)) return command.Fail(Status.InvalidField);
        if (nsid is not (0 or All) && nsid >= (uint)c.Attached.Length) return command.Fail(Status.InvalidNamespaceOrFormat);
        if (nsid is not (0 or All) && command.Namespace is null) return command.Fail(Status.InvalidField);
        if (tests.Current != SelfTestCode.None) return command.Fail(Status.DeviceSelfTestInProgress);
        tests.Start(code, nsid);
        return StepResult.Done;
    }
}
