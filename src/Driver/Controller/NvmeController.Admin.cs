using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Driver;

public sealed partial class NvmeController
{
    /// <summary>Its admin commands with their data.</summary>
    public AdminClient Client { get; }

    /// <inheritdoc cref="AdminClient.Identity"/>
    public ref readonly IdentifyController Identity => ref Client.Identity;

    /// <summary>Bytes in one command: MDTS, the options, whichever is less.</summary>
    public int MaxTransfer { get; private set; } = int.MaxValue;

    /// <summary>Reads Identify Controller, and from it how much a command may transfer.</summary>
    public async ValueTask<Outcome> IdentifyAsync()
    {
        var outcome = await Client.IdentifyAsync();
        if (!outcome.IsOk) return outcome;
        var smallestPage = (long)Prp.PageSize(Capabilities.MpsMin);
        // MDTS 0 is no limit, and a shift that leaves 32 bits is none that matters.
        MaxTransfer = Identity.Mdts is 0 or > 18
            ? _options.MaxTransfer
            : (int)Math.Min(smallestPage << Identity.Mdts, _options.MaxTransfer);
        Admin.LimitTransfer(MaxTransfer);
        return outcome;
    }

    /// <summary>One admin command, given up at the options' timeout or at <paramref name="timeout"/> ns.</summary>
    public ValueTask<CommandAnswer> AdminAsync(SubmissionEntry command, DmaBuffer data = default, long? timeout = null) =>
        Client.AdminAsync(command, data, timeout);

    /// <inheritdoc cref="AdminClient.ReadAsync{T}"/>
    public ValueTask<Reading<T>> ReadAsync<T>(SubmissionEntry command)
        where T : unmanaged => Client.ReadAsync<T>(command);

    /// <inheritdoc cref="AdminClient.ReadBytesAsync"/>
    public ValueTask<Reading<byte[]>> ReadBytesAsync(SubmissionEntry command, int bytes) => Client.ReadBytesAsync(command, bytes);

    /// <inheritdoc cref="AdminClient.WriteBytesAsync"/>
    public ValueTask<CommandAnswer> WriteBytesAsync(SubmissionEntry command, ReadOnlyMemory<byte> bytes) => Client.WriteBytesAsync(command, bytes);

    /// <summary>Identify: any structure by its CNS.</summary>
    public ValueTask<Reading<T>> IdentifyAsync<T>(Cns cns, uint nsid = 0, ushort cntid = 0, byte csi = 0, ushort cnsSpecificId = 0)
        where T : unmanaged => Client.IdentifyAsync<T>(cns, nsid, cntid, csi, cnsSpecificId);

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
}
