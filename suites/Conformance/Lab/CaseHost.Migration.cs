using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>The saved state of a controller, whole.</summary>
/// <param name="Bytes">As it was read.</param>
/// <param name="Decoded">Null where it is no state.</param>
/// <param name="Suspended">CSUP: the controller was suspended during all of the last command.</param>
public sealed record CaseState(byte[] Bytes, ControllerState? Decoded, bool Suspended);

/// <summary>Host Managed Live Migration as a case asks it: one command a call, or the whole of a transfer.</summary>
public sealed partial class CaseHost
{
    private SupportedControllerStateFormats? _formats;

    /// <summary>CSVI of state version 0000h, from the formats that the device offers.</summary>
    public byte Csvi => (_formats ?? throw new InvalidOperationException($"Call {nameof(NeedMigrationAsync)} first.")).Csvi(0);

    public SupportedControllerStateFormats Formats => _formats!;

    /// <summary>The case asked for migration, so that states can be read.</summary>
    internal bool KnowsFormats => _formats is not null;

    /// <summary>Ends the case as not supported where the PF has no Host Managed Live Migration; reads the formats of its state.</summary>
    public async ValueTask NeedMigrationAsync()
    {
        Lab.Need(Identity.Oacs.HostManagedLiveMigration, "Host Managed Live Migration (OACS bit 11, Identify Controller bytes 256:257)");
        if (_formats is not null) return;
        var page = Lab.Must(
            "Identify, Supported Controller State Formats",
            await Pf.ReadBytesAsync(AdminCommand.Identify((byte)Cns.SupportedControllerStateFormats), SupportedControllerStateFormats.Size));
        _formats = SupportedControllerStateFormats.TryDecode(page, out var error)
            ?? throw CaseEnd.Inconclusive($"set-up: the supported controller state formats are none: {error}");
        Lab.Need(_formats.Csvi(0) != 0, "state version 0000h (Identify CNS 20h)");
    }

    /// <summary>Ends the case as not supported where changes of user data cannot be logged.</summary>
    public async ValueTask NeedUserDataTrackingAsync()
    {
        await NeedMigrationAsync();
        Lab.Need(Identity.Trattr.UserDataChanges, "user data tracking (TRATTR bit 1, Identify Controller byte 576)");
    }

    /// <summary>Ends the case as not supported where writes to host memory cannot be tracked.</summary>
    public async ValueTask NeedMemoryTrackingAsync()
    {
        await NeedMigrationAsync();
        Lab.Need(Identity.Trattr.HostMemoryChanges, "host memory tracking (TRATTR bit 0, Identify Controller byte 576)");
    }

    public ValueTask<CommandAnswer> SuspendAsync(ushort cntlid, SuspendType type = SuspendType.Suspend, bool deleteQueue = false) =>
        AdminAsync(MigrationCommand.Suspend(cntlid, type, deleteQueue));

    public ValueTask<CommandAnswer> ResumeAsync(ushort cntlid) => AdminAsync(MigrationCommand.Resume(cntlid));

    /// <summary>A suspend of setting up.</summary>
    public async ValueTask MustSuspendAsync(ushort cntlid) => Lab.Must("Migration Send, Suspend", await SuspendAsync(cntlid));

    /// <summary>A resume of setting up.</summary>
    public async ValueTask MustResumeAsync(ushort cntlid) => Lab.Must("Migration Send, Resume", await ResumeAsync(cntlid));

    /// <summary>Get Controller State: one command, one piece.</summary>
    /// <param name="cntlid">Of which controller.</param>
    /// <param name="bytes">Of the buffer, a multiple of 4.</param>
    /// <param name="offset">First byte of the state.</param>
    /// <param name="csvi">Index of the state version; null: the one of version 0000h.</param>
    /// <param name="csuuidi">Index of the vendor's part.</param>
    public ValueTask<Reading<byte[]>> GetStateAsync(ushort cntlid, int bytes, ulong offset = 0, byte? csvi = null, byte csuuidi = 0) =>
        Pf.ReadBytesAsync(MigrationCommand.GetControllerState(cntlid, csvi ?? Csvi, csuuidi, (uint)bytes, offset), bytes);

    /// <summary>The whole state, in pieces; a step of setting up.</summary>
    /// <param name="cntlid">Of which controller.</param>
    /// <param name="chunk">Most bytes of a piece.</param>
    /// <param name="csuuidi">Index of the vendor's part.</param>
    public async ValueTask<CaseState> ReadStateAsync(ushort cntlid, int chunk = 4096, byte csuuidi = 0)
    {
        const string step = "Migration Receive, Get Controller State";
        var header = Lab.Must(step, await GetStateAsync(cntlid, ControllerStateHeader.Size, csuuidi: csuuidi));
        var length = ControllerState.AnnouncedLength(Wire.Read<ControllerStateHeader>(header));
        if (length is null or > 1 << 28) throw CaseEnd.Inconclusive($"set-up: {step}: the header announces {length?.ToString() ?? "more than 2^63"} bytes");
        var (bytes, suspended) = (new byte[(int)length], false);
        for (var offset = 0; offset < bytes.Length; offset += chunk)
        {
            var size = Math.Min(chunk, bytes.Length - offset);
            var piece = await GetStateAsync(cntlid, size, (ulong)offset, csuuidi: csuuidi);
            Lab.Must(step, piece).CopyTo(bytes, offset);
            suspended = (piece.Answer.Completion.Dw0 & 1) != 0;
        }

        return new CaseState(bytes, ControllerState.TryDecode(bytes, out _), suspended);
    }

    /// <summary>Set Controller State: one command, one piece.</summary>
    /// <param name="cntlid">Of which controller.</param>
    /// <param name="piece">A multiple of 4 bytes.</param>
    /// <param name="offset">Where the piece belongs.</param>
    /// <param name="sequence">Which piece it is.</param>
    /// <param name="csvi">Index of the state version; null: the one of version 0000h.</param>
    /// <param name="csuuidi">Index of the vendor's part.</param>
    public async ValueTask<CommandAnswer> SetStateAsync(
        ushort cntlid, ReadOnlyMemory<byte> piece, ulong offset = 0, SequenceIndicator sequence = SequenceIndicator.Entire, byte? csvi = null,
        byte csuuidi = 0)
    {
        var command = MigrationCommand.SetControllerState(cntlid, csvi ?? Csvi, csuuidi, (uint)piece.Length, offset, sequence);
        return piece.IsEmpty ? await AdminAsync(command) : await Pf.WriteBytesAsync(command, piece);
    }

    /// <summary>Whether a controller is suspended, as Get Controller State tells.</summary>
    public async ValueTask<bool> IsSuspendedAsync(ushort cntlid)
    {
        var header = await GetStateAsync(cntlid, ControllerStateHeader.Size);
        Lab.Must("Migration Receive, Get Controller State", header);
        return (header.Answer.Completion.Dw0 & 1) != 0;
    }

    /// <summary>Creates a user data migration queue for a controller; the queue is null where it was refused.</summary>
    /// <param name="cntlid">Whose changes are logged.</param>
    /// <param name="entries">Slots.</param>
    public async ValueTask<(CommandAnswer Answer, CaseDataQueue? Queue)> CreateDataQueueAsync(ushort cntlid, int entries = 64)
    {
        var memory = Buffer(entries * LbaMigrationQueueEntry.Size);
        var answer = await AdminAsync(MigrationCommand.CreateUserDataMigrationQueue(cntlid, (uint)entries) with { Prp1 = memory.Iova });
        return (answer, answer.IsOk ? new CaseDataQueue(this, (ushort)answer.Completion.Dw0, [memory], entries) : null);
    }

    /// <summary>A data queue with logging started; steps of setting up.</summary>
    public async ValueTask<CaseDataQueue> StartLoggingAsync(ushort cntlid, int entries = 64)
    {
        var (answer, queue) = await CreateDataQueueAsync(cntlid, entries);
        Lab.Must("Controller Data Queue, Create", answer);
        Lab.Must("Track Send, Log User Data Changes", await LogAsync(queue!.Id, LoggingAction.Start));
        return queue;
    }

    public ValueTask<CommandAnswer> LogAsync(ushort cdqid, LoggingAction action) => AdminAsync(MigrationCommand.LogUserDataChanges(cdqid, action));

    /// <summary>Track Send, start of Track Memory Changes.</summary>
    /// <param name="cntlid">The tracked controller.</param>
    /// <param name="granularity">Exponent: 2^n x 4 KiB.</param>
    /// <param name="ranges">First address and length in granules.</param>
    public async ValueTask<CommandAnswer> TrackMemoryAsync(ushort cntlid, byte granularity, params MemoryRangeTrackingDescriptor[] ranges)
    {
        var data = new byte[TrackMemoryChanges.Length(ranges.Length)];
        TrackMemoryChanges.Write(data, granularity, ranges);
        return await Pf.WriteBytesAsync(MigrationCommand.TrackMemory(cntlid, start: true), data);
    }

    public ValueTask<CommandAnswer> StopTrackingMemoryAsync(ushort cntlid) => AdminAsync(MigrationCommand.TrackMemory(cntlid, start: false));

    /// <summary>Track Receive: one report.</summary>
    public ValueTask<Reading<byte[]>> TrackedMemoryAsync(ushort cntlid, int bytes = 4096) =>
        Pf.ReadBytesAsync(MigrationCommand.TrackedMemory(cntlid, (uint)bytes), bytes);
}
