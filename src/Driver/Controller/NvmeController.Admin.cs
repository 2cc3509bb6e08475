using System.Runtime.CompilerServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

public sealed partial class NvmeController
{
    private IdentifyController _identity;

    /// <summary>Identify Controller (CNS 01h); zeroes before <see cref="IdentifyAsync()"/>.</summary>
    public ref readonly IdentifyController Identity => ref _identity;

    /// <summary>Bytes in one command: MDTS, the options, whichever is less.</summary>
    public int MaxTransfer { get; private set; } = int.MaxValue;

    /// <summary>Reads Identify Controller, and from it how much a command may transfer.</summary>
    public async ValueTask<Outcome> IdentifyAsync()
    {
        var identity = await IdentifyAsync<IdentifyController>(Cns.IdentifyController);
        if (identity.IsOk)
        {
            _identity = identity.Value;
            var smallestPage = (long)Prp.PageSize(Capabilities.MpsMin);
            // MDTS 0 is no limit, and a shift that leaves 32 bits is none that matters.
            MaxTransfer = _identity.Mdts is 0 or > 18
                ? _options.MaxTransfer
                : (int)Math.Min(smallestPage << _identity.Mdts, _options.MaxTransfer);
            Admin.LimitTransfer(MaxTransfer);
        }

        return Outcome.Of("Identify Controller", identity.Answer);
    }

    /// <summary>One admin command, given up at the options' timeout or at <paramref name="timeout"/> ns.</summary>
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default, long? timeout = null) =>
        Admin.ExecuteAsync(_world, command, data, default, _world.Now + (timeout ?? _options.AdminTimeouts?.Of(command.Opcode) ?? _options.CommandTimeout));

    /// <summary>One admin command whose data is a <typeparamref name="T"/> to the host.</summary>
    public async ValueTask<Reading<T>> ReadAsync<T>(SubmissionEntry command)
        where T : unmanaged
    {
        var buffer = Memory.Rent(Unsafe.SizeOf<T>());
        var answer = await AdminAsync(command, buffer);
        var value = answer.IsOk ? Memory.Space.Load<T>(buffer.Iova) : default;
        GiveBack(buffer, answer);
        return new Reading<T>(answer, value);
    }

    /// <summary>One admin command whose data is <paramref name="bytes"/> bytes to the host.</summary>
    public async ValueTask<Reading<byte[]>> ReadBytesAsync(SubmissionEntry command, int bytes)
    {
        var buffer = Memory.Rent(bytes);
        var answer = await AdminAsync(command, buffer);
        var value = answer.IsOk ? Memory.Space.Read(buffer.Iova, bytes).ToArray() : [];
        GiveBack(buffer, answer);
        return new Reading<byte[]>(answer, value);
    }

    /// <summary>One admin command whose data is bytes to the controller.</summary>
    public async ValueTask<CommandAnswer> WriteBytesAsync(SubmissionEntry command, ReadOnlyMemory<byte> bytes)
    {
        var buffer = Memory.Rent(bytes.Length);
        Memory.Space.Write(buffer.Iova, bytes.Span);
        var answer = await AdminAsync(command, buffer);
        GiveBack(buffer, answer);
        return answer;
    }

    /// <summary>Identify: any structure by its CNS.</summary>
    public ValueTask<Reading<T>> IdentifyAsync<T>(Cns cns, uint nsid = 0, ushort cntid = 0, byte csi = 0, ushort cnsSpecificId = 0)
        where T : unmanaged => ReadAsync<T>(AdminCommand.Identify((byte)cns, nsid, cntid, csi, cnsSpecificId));

    /// <summary>Get Features without data: the value is completion dword 0.</summary>
    public async ValueTask<Reading<uint>> GetFeatureAsync(
        FeatureId fid, FeatureSelect select = FeatureSelect.Current, uint cdw11 = 0, uint nsid = 0)
    {
        var answer = await AdminAsync(AdminCommand.GetFeatures((byte)fid, (byte)select, cdw11, nsid));
        return new Reading<uint>(answer, answer.Completion.Dw0);
    }

    /// <summary>Set Features without data.</summary>
    public ValueTask<CommandAnswer> SetFeatureAsync(FeatureId fid, uint cdw11, uint cdw12 = 0, uint nsid = 0, bool save = false) =>
        AdminAsync(AdminCommand.SetFeatures((byte)fid, cdw11, cdw12, nsid: nsid, save: save));

    /// <summary>
    /// Number of Queues (feature 07h): asks for that many submission and completion queues, returns how many I/O queue pairs may be
    /// created, which may be fewer or more.
    /// </summary>
    public async ValueTask<Reading<int>> SetQueueCountAsync(int pairs)
    {
        var z = (uint)(pairs - 1);
        var answer = await SetFeatureAsync(FeatureId.NumberOfQueues, z | (z << 16));
        var granted = answer.Completion.Dw0;
        return new Reading<int>(answer, (int)Math.Min(granted & 0xFFFF, granted >> 16) + 1);
    }

    /// <summary>Returns a buffer unless its command was never answered: then the device may still write it.</summary>
    private void GiveBack(in DmaBuffer buffer, in CommandAnswer answer)
    {
        if (answer.Outcome == TicketOutcome.Completed) Memory.Return(buffer);
    }
}
