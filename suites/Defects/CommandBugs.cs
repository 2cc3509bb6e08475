using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>What a firmware does where a command is to be executed.</summary>
/// <param name="c">Who executes.</param>
/// <param name="command">The command.</param>
/// <param name="rightly">Executes it as it should be.</param>
internal delegate StepResult Execution(ControllerCore c, CommandContext command, Func<StepResult> rightly);

/// <summary>One admin command is executed otherwise.</summary>
internal sealed class MisexecutedAdmin(AdminOpcode opcode, Execution wrongly) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        command.IsAdmin && command.Opcode == (byte)opcode ? wrongly(c, command, () => base.Run(c, command)) : base.Run(c, command);
}

/// <summary>One I/O command is executed otherwise.</summary>
internal sealed class MisexecutedIo(NvmOpcode opcode, Execution wrongly) : ExecuteStep
{
    public override StepResult Run(ControllerCore c, CommandContext command) =>
        !command.IsAdmin && command.Opcode == (byte)opcode ? wrongly(c, command, () => base.Run(c, command)) : base.Run(c, command);
}

/// <summary>The fields of one admin command are read otherwise than they stand there.</summary>
internal sealed class MisreadAdmin(AdminOpcode opcode, Func<SubmissionEntry, SubmissionEntry> misread) : ParseStep
{
    public override StepResult Run(ControllerCore c, CommandContext command)
    {
        if (command.IsAdmin && command.Opcode == (byte)opcode) command.Entry = misread(command.Entry);
        return base.Run(c, command);
    }
}

/// <summary>The first bytes of one admin command's data are garbled: as the host gets them, or as the device takes them.</summary>
internal sealed class Garbled(AdminOpcode opcode, Garbled.Patch patch) : TransferStep
{
    /// <param name="c">Who transfers.</param>
    /// <param name="bytes">The data from its beginning, as much of it as lies together.</param>
    public delegate void Patch(ControllerCore c, Span<byte> bytes);

    public override StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        var isFirst = transfer.Command.IsAdmin && transfer.Command.Opcode == (byte)opcode && transfer.Command.Progress == 0;
        if (!isFirst) return base.Run(c, ref transfer);
        if (!transfer.ToHost)
        {
            var result = base.Run(c, ref transfer);
            patch(c, transfer.Target);
            return result;
        }

        var bytes = transfer.Source.ToArray();
        patch(c, bytes);
        transfer.Source = bytes;
        return base.Run(c, ref transfer);
    }
}
