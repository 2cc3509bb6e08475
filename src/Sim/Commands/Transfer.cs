using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>One run of data between host memory and the device; what the <see cref="TransferStep"/> works on.</summary>
internal ref struct Transfer
{
    /// <summary>The command that moves it.</summary>
    public CommandContext Command;

    /// <summary>First byte in host memory.</summary>
    public ulong Iova;

    /// <summary>From device to host.</summary>
    public bool ToHost;

    /// <summary>The device's bytes to send.</summary>
    public ReadOnlySpan<byte> Source;

    /// <summary>Where the host's bytes go.</summary>
    public Span<byte> Target;

    /// <summary>The outcome.</summary>
    public Status Status;

    public readonly int Length => ToHost ? Source.Length : Target.Length;
}

/// <summary>Moves data of a command along its <see cref="CommandContext.Data"/>. Errors become the command's status.</summary>
internal static class Transfers
{
    /// <summary>
    /// Sends the next bytes of the command's data to the host. When done, <see cref="CommandContext.Status"/> says how; when not, call
    /// again with what is left behind <see cref="CommandContext.Progress"/>.
    /// </summary>
    public static StepResult Send(this ControllerCore c, CommandContext command, ReadOnlySpan<byte> bytes) =>
        c.Move(command, ref command.Data, bytes, default, toHost: true);

    /// <summary>Fetches the next bytes of the command's data from the host, as <see cref="Send"/>.</summary>
    public static StepResult Receive(this ControllerCore c, CommandContext command, Span<byte> bytes) =>
        c.Move(command, ref command.Data, default, bytes, toHost: false);

    /// <summary>Sends a whole answer; may be called again with the same bytes when it was not done.</summary>
    public static StepResult SendAll(this ControllerCore c, CommandContext command, ReadOnlySpan<byte> bytes) =>
        c.Send(command, bytes[(int)command.Progress..]);

    /// <summary>Fetches a whole parameter; may be called again with the same buffer when it was not done.</summary>
    public static StepResult ReceiveAll(this ControllerCore c, CommandContext command, Span<byte> bytes) =>
        c.Receive(command, bytes[(int)command.Progress..]);

    /// <summary>Sends the next bytes of the command's metadata to the buffer that it has for it.</summary>
    public static StepResult SendMetadata(this ControllerCore c, CommandContext command, ReadOnlySpan<byte> bytes) =>
        c.Move(command, ref command.Metadata, bytes, default, toHost: true);

    /// <summary>Fetches the next bytes of the command's metadata from the buffer that it has for it.</summary>
    public static StepResult ReceiveMetadata(this ControllerCore c, CommandContext command, Span<byte> bytes) =>
        c.Move(command, ref command.Metadata, default, bytes, toHost: false);

    private static StepResult Move(
        this ControllerCore c, CommandContext command, ref GuestCursor cursor, ReadOnlySpan<byte> source, Span<byte> target, bool toHost)
    {
        var length = toHost ? source.Length : target.Length;
        for (var done = 0; done < length;)
        {
            var status = cursor.Peek(c, length - done, out var iova, out var run, out var discard);
            if (status.IsSuccess && c.Function.Local is { } local) status = local.CheckPair(command.Data.Place, command.Metadata.Place);
            if (!status.IsSuccess) return command.Fail(status);
            if (!discard)
            {
                var transfer = new Transfer
                {
                    Command = command,
                    Iova = iova,
                    ToHost = toHost,
                    Source = toHost ? source.Slice(done, run) : default,
                    Target = toHost ? default : target.Slice(done, run),
                };
                var result = c.Steps.Transfer.Run(c, ref transfer);
                if (!result.IsDone) return result;
                if (!transfer.Status.IsSuccess) return command.Fail(transfer.Status, dnr: false);
            }

            cursor.Use(run);
            done += run;
        }

        return StepResult.Done;
    }
}
