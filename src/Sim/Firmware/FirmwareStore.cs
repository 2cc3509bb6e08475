using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The firmware slots of a subsystem, and the revision that all its controllers run (Base 2.3 3.11).</summary>
internal sealed class FirmwareStore
{
    /// <summary>Of the slot log, whatever there are.</summary>
    public const int MostSlots = 7;

    private readonly Subsystem _subsystem;
    private readonly string?[] _slots = new string?[MostSlots + 1];
    private FirmwareImage? _download;
    private ControllerCore? _downloader;
    private bool _committed;

    public FirmwareStore(Subsystem subsystem)
    {
        _subsystem = subsystem;
        Running = _slots[1] = subsystem.Options.Identity.FirmwareRevision;
    }

    /// <summary>FR: the revision that runs.</summary>
    public string Running { get; private set; }

    /// <summary>CAFS.</summary>
    public int Active { get; private set; } = 1;

    /// <summary>NAFS; 0 for none.</summary>
    public int Next { get; private set; }

    /// <summary>What a command is refused with that bears no change of firmware, while one waits for a reset; success when none does.</summary>
    public Status Pending => Next == 0 ? Status.Success : Demand is { IsSuccess: false } demand ? demand : Status.FirmwareNeedsControllerLevelReset;

    /// <summary>What Firmware Commit says to a host that wants an image to be activated by less than it takes.</summary>
    public Status Demand => Options.Activation switch
    {
        FirmwareActivation.ConventionalReset => Status.FirmwareNeedsConventionalReset,
        FirmwareActivation.SubsystemReset => Status.FirmwareNeedsSubsystemReset,
        _ => Status.Success,
    };

    private SimulatedFirmware Options => _subsystem.Options.Firmware;

    public string? this[int slot] => _slots[slot];

    /// <summary>A piece of an image came. The first one after a commit begins a new image, whatever was left of another.</summary>
    public Status Download(ControllerCore c, int offset, ReadOnlySpan<byte> piece)
    {
        if (_committed || _download is null) _download = new FirmwareImage();
        (_committed, _downloader) = (false, c);
        _download.Add(offset, piece);
        return _download.Overlaps ? Status.OverlappingRange : Status.Success;
    }

    /// <summary>An image has been downloaded since the last commit.</summary>
    public bool HasDownload => !_committed && _download is { IsEmpty: false };

    /// <summary>Puts the downloaded image into a slot.</summary>
    public Status Place(int slot)
    {
        var revision = HasDownload ? _download!.Revision() : null;
        _committed = true;
        if (revision is null) return Status.InvalidFirmwareImage;
        _slots[slot] = revision;
        return Status.Success;
    }

    /// <summary>The slot that the controller chooses: one that it may write and does not run, or the one that holds another image.</summary>
    public int Choose(bool places)
    {
        for (var slot = 1; slot <= Options.Slots; slot++)
        {
            if (slot != Active && (places ? !IsReadOnly(slot) : _slots[slot] is not null)) return slot;
        }

        return Active;
    }

    public bool IsReadOnly(int slot) => slot == 1 && Options.FirstSlotReadOnly;

    /// <summary>To be activated by the next reset that suffices.</summary>
    public void Await(int slot) => Next = slot;

    public void Activate(int slot) => (Active, Running, Next) = (slot, _slots[slot]!, 0);

    /// <summary>A controller level reset. True where it has activated another image.</summary>
    public bool ControllerWasReset(ControllerCore c, ResetKind kind)
    {
        // What is left of a download is thrown away.
        if (ReferenceEquals(_downloader, c) && kind != ResetKind.StateChange) (_download, _downloader) = (null, null);
        if (Next == 0 || !Suffices(kind)) return false;
        Activate(Next);
        return true;
    }

    private bool Suffices(ResetKind kind) => Options.Activation switch
    {
        FirmwareActivation.SubsystemReset => kind == ResetKind.SubsystemReset,
        FirmwareActivation.ConventionalReset => kind is ResetKind.ConventionalReset or ResetKind.SubsystemReset,
        _ => kind != ResetKind.StateChange,
    };
}
