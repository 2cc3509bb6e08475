using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>How a cancelled source comes back after SAVE, which disables it.</summary>
public sealed record VendorOptions
{
    public VendorCommandSet Commands { get; init; } = new();

    /// <summary>The index of the first VF in the commands; 1 in the December 2022 series.</summary>
    public int FirstVfIndex { get; init; } = 1;

    /// <summary>Bytes that one unit of QUERY's answer and LOAD's size field stands for.</summary>
    public int SizeUnit { get; init; } = 1;

    public FreezePoint FreezePoint { get; init; } = FreezePoint.Save;

    public CancelAfterSave CancelAfterSave { get; init; } = CancelAfterSave.LoadThenResume;

    /// <summary>The dialect of a profile; null: that of the series.</summary>
    public static VendorOptions Of(VendorDialect? dialect, CancelAfterSave cancel)
    {
        dialect ??= new VendorDialect();
        return new VendorOptions
        {
            Commands = new VendorCommandSet
            {
                QueryDataSizeOpcode = dialect.QueryOpcode, SuspendOpcode = dialect.SuspendOpcode, ResumeOpcode = dialect.ResumeOpcode,
                SaveDataOpcode = dialect.SaveOpcode, LoadDataOpcode = dialect.LoadOpcode,
            },
            FirstVfIndex = dialect.FirstVfIndex,
            SizeUnit = dialect.SizeUnit,
            FreezePoint = dialect.FreezePoint == VendorFreezePoint.Save ? FreezePoint.Save : FreezePoint.Suspend,
            CancelAfterSave = cancel,
            CapabilityOffset = dialect.CapabilityOffset,
            CapabilityValue = dialect.CapabilityValue,
        };
    }

    /// <summary>Where Identify Controller of the PF says that migration is supported.</summary>
    public int CapabilityOffset { get; init; } = VendorCommandSet.CapabilityOffset;

    public byte CapabilityValue { get; init; } = (byte)VendorCapability.Supported;
}

/// <summary>
/// The vendor commands of the December 2022 Linux series: SUSPEND, QUERY_DATA_SIZE, SAVE_DATA, LOAD_DATA, RESUME on the PF's admin queue,
/// the VF named by its number. The state is opaque and moves in one command. Tracks nothing.
/// </summary>
public sealed class VendorMigrator(ControllingFunction controlling, int vfNumber, VendorOptions options) : IMigrator
{
    private readonly ushort _index = (ushort)(vfNumber - 1 + options.FirstVfIndex);
    private bool _saved;

    public string Name => "vendor-rfc";

    public FreezePoint FreezePoint => options.FreezePoint;

    public bool IsOpaque => true;

    public bool InPieces => false;

    public int MaxChunk => controlling.Admin.Capabilities.MaxTransfer;

    public ValueTask<(Outcome Outcome, MigratorAbilities? Abilities)> DescribeAsync()
    {
        var identity = controlling.Identity;
        var capability = Wire.Bytes(identity)[options.CapabilityOffset];
        if (capability != options.CapabilityValue)
        {
            return ValueTask.FromResult<(Outcome, MigratorAbilities?)>((Outcome.NotOffered(
                "Identify Controller", $"{controlling.Name}: byte {options.CapabilityOffset} is {capability:X2}h, not {options.CapabilityValue:X2}h (migration supported)"), null));
        }

        var blob = $"vendor {identity.Vid:X4}h model '{$"{identity.Mn}".Trim()}' firmware '{$"{identity.Fr}".Trim()}'";
        return ValueTask.FromResult<(Outcome, MigratorAbilities?)>((Outcome.Ok, new MigratorAbilities(false, false, true, new StateFormats([], [], blob))));
    }

    public void Use(in StateFormat format)
    {
        // There is but one.
    }

    public async ValueTask<Outcome> SuspendAsync()
    {
        _saved = false;
        return Outcome.Of("SUSPEND", await controlling.AdminAsync(options.Commands.Suspend(_index)));
    }

    public async ValueTask<(Outcome Outcome, int Bytes)> BeginSaveAsync()
    {
        var answer = await controlling.AdminAsync(options.Commands.QueryDataSize(_index));
        if (!answer.IsOk) return (Outcome.Of("QUERY_DATA_SIZE", answer), 0);
        var bytes = (long)answer.Completion.Dw0 * options.SizeUnit;
        if (bytes == 0) return (Outcome.Failed("QUERY_DATA_SIZE", "the state has no bytes"), 0);
        // SAVE_DATA has no length and no offset: what one command cannot carry cannot be saved.
        return bytes > MaxChunk
            ? (Outcome.Failed("QUERY_DATA_SIZE", $"{bytes} bytes of state, one command transfers {MaxChunk}"), 0)
            : (Outcome.Ok, (int)bytes);
    }

    public ValueTask<(Outcome Outcome, ControllerLook Look)?> LookAsync() => ValueTask.FromResult<(Outcome, ControllerLook)?>(null);

    public async ValueTask<(Outcome Outcome, StatePiece Piece)> SaveChunkAsync(int offset, int bytes)
    {
        var reading = await controlling.Client.ReadBytesAsync(options.Commands.SaveData(_index), bytes);
        var outcome = Outcome.Of("SAVE_DATA", reading.Answer);
        // One that was refused has disabled nothing.
        _saved = outcome.IsOk || outcome.IsUnknown;
        return (outcome, new StatePiece(reading.Value, null));
    }

    public async ValueTask<Outcome> LoadChunkAsync(ReadOnlyMemory<byte> state, int offset, int bytes)
    {
        var answer = await controlling.Client.WriteBytesAsync(options.Commands.LoadData(_index, (uint)(bytes / options.SizeUnit)), state.Slice(offset, bytes));
        return Outcome.Of("LOAD_DATA", answer);
    }

    public async ValueTask<Outcome> ResumeAsync() => Outcome.Of("RESUME", await controlling.AdminAsync(options.Commands.Resume(_index)));

    public async ValueTask<Outcome> CancelAsync(ReadOnlyMemory<byte> saved)
    {
        if (_saved && options.CancelAfterSave == CancelAfterSave.Impossible) return Outcome.Failed("cancel", "the dialect does not bring a saved controller back");
        if (_saved && options.CancelAfterSave == CancelAfterSave.LoadThenResume)
        {
            var loaded = await LoadChunkAsync(saved, 0, saved.Length);
            if (!loaded.IsOk) return loaded;
        }

        return await ResumeAsync();
    }

    public ValueTask<Outcome> StartBlockTrackingAsync(Signal reported) => ValueTask.FromResult(Outcome.Failed("track blocks", "the vendor commands track nothing"));

    public ValueTask<(Outcome Outcome, DrainState State)> DrainBlocksAsync(List<LbaMigrationQueueEntry> into) =>
        ValueTask.FromResult((Outcome.Ok, DrainState.Ended));

    public bool IsTracking => false;

    public (int Asked, int Reported) TailEvents => (0, 0);

    public ValueTask<CommandAnswer?> AskDeletedQueueAsync() => ValueTask.FromResult<CommandAnswer?>(null);

    public string? EntryOfWrongPhase => null;

    public ValueTask<Outcome> StartMemoryTrackingAsync(IReadOnlyList<DirtyMemory> ranges) =>
        ValueTask.FromResult(Outcome.Failed("track memory", "the vendor commands track nothing"));

    public ValueTask<(Outcome Outcome, DrainState State)> DrainMemoryAsync(List<DirtyMemory> into) => ValueTask.FromResult((Outcome.Ok, DrainState.Ended));

    public ValueTask<Outcome> StopTrackingAsync() => ValueTask.FromResult(Outcome.Ok);
}
