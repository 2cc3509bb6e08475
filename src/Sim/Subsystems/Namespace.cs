using Conformance.Device;

namespace Conformance.Sim;

/// <summary>A namespace of a subsystem: its identity, who it is attached to, and the volume behind it.</summary>
internal sealed class Namespace(uint nsid, SimulatedNamespace definition, Volume volume)
{
    private readonly SortedDictionary<ushort, ControllerCore> _attached = [];

    public uint Nsid { get; } = nsid;

    /// <summary>Identity and delivery state; what a format changes is in the volume.</summary>
    public SimulatedNamespace Definition { get; } = definition;

    public Volume Volume { get; } = volume;

    public BlockStore Medium => Volume.Medium;

    /// <summary>The protection information of its blocks; null for none.</summary>
    public Protection? Protection => Volume.Protection;

    /// <summary>NSZE.</summary>
    public ulong Blocks => Medium.Blocks;

    public int BlockSize => Medium.BlockSize;

    public int MetadataSize => Medium.MetadataSize;

    /// <summary>Metadata is the end of an extended logical block.</summary>
    public bool ExtendedMetadata => Volume.Format.Extended;

    /// <summary>NMIC bit 0.</summary>
    public bool IsShared => Definition.Shared;

    /// <summary>A sanitize operation of this namespace alone is under way.</summary>
    public bool IsBeingSanitized => Sanitizing.IsInProgress;

    /// <summary>The namespace as a sanitization target of its own.</summary>
    public SanitizeTarget Sanitizing { get; } = new(nsid);

    /// <summary>The controllers that it is attached to, ascending by CNTLID.</summary>
    public IReadOnlyCollection<ControllerCore> Controllers => _attached.Values;

    /// <summary>The subsystem that it is in.</summary>
    public Subsystem Owner { get; internal set; } = null!;

    public bool IsAttachedTo(ControllerCore controller) => _attached.ContainsKey(controller.Cntlid);

    /// <summary>NRDY at a time.</summary>
    public bool IsReady(long now) => now >= Definition.ReadyAfter.Nanoseconds;

    internal void Attach(ControllerCore controller)
    {
        _attached.Add(controller.Cntlid, controller);
        controller.Attached[Nsid] = this;
    }

    internal void Detach(ControllerCore controller)
    {
        _attached.Remove(controller.Cntlid);
        controller.Attached[Nsid] = null;
        // What was submitted before ends as if it had been for an inactive namespace (Base 2.3 8.1.16).
        for (var command = controller.Commands.First; command is not null; command = command.Next)
        {
            if (ReferenceEquals(command.Namespace, this) && command is { Stage: CommandStage.Execute, Phase: 0, IsHeld: false } && command.Queue.Id != 0)
                controller.Machine.Finish(command, Nvme.Status.InvalidField, dnr: true);
        }
    }
}

/// <summary>What was done to blocks.</summary>
internal enum MediumChangeKind
{
    Written,
    Zeroed,
    Deallocated,
    Uncorrectable,

    /// <summary>The whole namespace: format, sanitize.</summary>
    All,
}

/// <summary>A change of user data that took effect.</summary>
internal readonly record struct MediumChange(Namespace Namespace, ulong Slba, ulong Blocks, MediumChangeKind Kind);
