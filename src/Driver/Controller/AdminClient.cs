using System.Runtime.CompilerServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// Admin commands with their data, over any command path: the admin queue of a driver of ours, or the kernel's passthrough. Buffers come from the
/// memory of whoever has the path.
/// </summary>
/// <param name="world">Whose time it waits by.</param>
/// <param name="path">Asked at each command, for a controller that is reset has another queue then.</param>
/// <param name="memory">Where data lies.</param>
/// <param name="timeouts">How long each command may take before it is given up.</param>
public sealed class AdminClient(World world, Func<ICommandPath> path, DriverMemory memory, CommandTimeouts timeouts)
{
    private IdentifyController _identity;

    /// <summary>Identify Controller (CNS 01h); zeroes before <see cref="IdentifyAsync()"/>.</summary>
    public ref readonly IdentifyController Identity => ref _identity;

    /// <summary>One admin command, given up at its timeout, or at <paramref name="within"/> ns.</summary>
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default, long? within = null) =>
        path().ExecuteAsync(world, command, data, default, world.Now + (within ?? timeouts.Of(command.Opcode)));

    /// <summary>One admin command whose data is a <typeparamref name="T"/> to the host.</summary>
    public async ValueTask<Reading<T>> ReadAsync<T>(SubmissionEntry command)
        where T : unmanaged
    {
        var buffer = memory.Rent(Unsafe.SizeOf<T>());
        var answer = await AdminAsync(command, buffer);
        var value = answer.IsOk ? memory.Space.Load<T>(buffer.Iova) : default;
        GiveBack(buffer, answer);
        return new Reading<T>(answer, value);
    }

    /// <summary>One admin command whose data is <paramref name="bytes"/> bytes to the host.</summary>
    public async ValueTask<Reading<byte[]>> ReadBytesAsync(SubmissionEntry command, int bytes)
    {
        var buffer = memory.Rent(bytes);
        var answer = await AdminAsync(command, buffer);
        var value = answer.IsOk ? memory.Space.Read(buffer.Iova, bytes).ToArray() : [];
        GiveBack(buffer, answer);
        return new Reading<byte[]>(answer, value);
    }

    /// <summary>One admin command whose data is bytes to the controller.</summary>
    public async ValueTask<CommandAnswer> WriteBytesAsync(SubmissionEntry command, ReadOnlyMemory<byte> bytes)
    {
        var buffer = memory.Rent(bytes.Length);
        memory.Space.Write(buffer.Iova, bytes.Span);
        var answer = await AdminAsync(command, buffer);
        GiveBack(buffer, answer);
        return answer;
    }

    /// <summary>Identify: any structure by its CNS.</summary>
    public ValueTask<Reading<T>> IdentifyAsync<T>(Cns cns, uint nsid = 0, ushort cntid = 0, byte csi = 0, ushort cnsSpecificId = 0)
        where T : unmanaged => ReadAsync<T>(AdminCommand.Identify((byte)cns, nsid, cntid, csi, cnsSpecificId));

    /// <summary>Reads Identify Controller, and keeps it.</summary>
    public async ValueTask<Outcome> IdentifyAsync()
    {
        var identity = await IdentifyAsync<IdentifyController>(Cns.IdentifyController);
        if (identity.IsOk) _identity = identity.Value;
        return Outcome.Of("Identify Controller", identity.Answer);
    }

    /// <summary>Returns a buffer unless its command was never answered: then the device may still write it.</summary>
    private void GiveBack(in DmaBuffer buffer, in CommandAnswer answer)
    {
        if (answer.Outcome == TicketOutcome.Completed) memory.Return(buffer);
    }
}
