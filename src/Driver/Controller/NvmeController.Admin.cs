using System.Runtime.CompilerServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

public sealed partial class NvmeController
{
    private const int MdtsOffset = 77;
    private const int CntlidOffset = 78;
    private const int AerlOffset = 259;

    /// <summary>The 4096 bytes of Identify Controller (CNS 01h); empty before <see cref="IdentifyAsync()"/>.</summary>
    public byte[] IdentifyControllerData { get; private set; } = [];

    /// <summary>Bytes in one command: MDTS, the options, whichever is less.</summary>
    public int MaxTransfer { get; private set; } = int.MaxValue;

    /// <summary>CNTLID; from <see cref="IdentifyAsync()"/> on.</summary>
    public ushort ControllerId => BitConverter.ToUInt16(IdentifyControllerData, CntlidOffset);

    /// <summary>AERL: event requests that the controller holds, 0's based; from <see cref="IdentifyAsync()"/> on.</summary>
    public byte AerlZ => IdentifyControllerData[AerlOffset];

    /// <summary>Reads Identify Controller, and from it how much a command may transfer.</summary>
    public async ValueTask<Outcome> IdentifyAsync()
    {
        var buffer = Memory.Rent(4096);
        var answer = await AdminAsync(AdminCommand.Identify(1), buffer);
        if (answer.IsOk)
        {
            IdentifyControllerData = Memory.Space.Read(buffer.Iova, buffer.Length).ToArray();
            var mdts = IdentifyControllerData[MdtsOffset];
            var smallestPage = Prp.PageSize(Capabilities.MpsMin);
            MaxTransfer = mdts == 0 || mdts > 18 ? _options.MaxTransfer : Math.Min(smallestPage << mdts, _options.MaxTransfer);
            Admin.LimitTransfer(MaxTransfer);
        }

        GiveBack(buffer, answer);
        return Outcome.Of("Identify Controller", answer);
    }

    /// <summary>One admin command, given up at the options' timeout or at <paramref name="timeout"/> ns.</summary>
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default, long? timeout = null) =>
        Admin.ExecuteAsync(_world, command, data, default, _world.Now + (timeout ?? _options.CommandTimeout));

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
    public ValueTask<Reading<T>> IdentifyAsync<T>(byte cns, uint nsid = 0, ushort cntid = 0, byte csi = 0, ushort cnsSpecificId = 0)
        where T : unmanaged => ReadAsync<T>(AdminCommand.Identify(cns, nsid, cntid, csi, cnsSpecificId));

    /// <summary>Get Features without data: the value is completion dword 0.</summary>
    public async ValueTask<Reading<uint>> GetFeatureAsync(byte fid, byte select = 0, uint cdw11 = 0, uint nsid = 0)
    {
        var answer = await AdminAsync(AdminCommand.GetFeatures(fid, select, cdw11, nsid));
        return new Reading<uint>(answer, answer.Completion.Dw0);
    }

    /// <summary>Set Features without data.</summary>
    public ValueTask<CommandAnswer> SetFeatureAsync(byte fid, uint cdw11, uint cdw12 = 0, uint nsid = 0, bool save = false) =>
        AdminAsync(AdminCommand.SetFeatures(fid, cdw11, cdw12, nsid: nsid, save: save));

    /// <summary>
    /// Number of Queues (feature 07h): asks for that many submission and completion queues, returns how many I/O queue pairs may be
    /// created, which may be fewer or more.
    /// </summary>
    public async ValueTask<Reading<int>> SetQueueCountAsync(int pairs)
    {
        var z = (uint)(pairs - 1);
        var answer = await SetFeatureAsync(0x07, z | (z << 16));
        var granted = answer.Completion.Dw0;
        return new Reading<int>(answer, (int)Math.Min(granted & 0xFFFF, granted >> 16) + 1);
    }

    /// <summary>Returns a buffer unless its command was never answered: then the device may still write it.</summary>
    private void GiveBack(in DmaBuffer buffer, in CommandAnswer answer)
    {
        if (answer.Outcome == TicketOutcome.Completed) Memory.Return(buffer);
    }
}
