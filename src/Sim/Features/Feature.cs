using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// One feature: what Set Features and Get Features do with it (Base 2.3 4.4). Without state of its own, for all controllers use it. What
/// is common to all - support, scope of the NSID, saving, moving the data - is done by the two commands.
/// </summary>
internal abstract class Feature
{
    public abstract FeatureId Id { get; }

    /// <summary>FSP: exactly one bit.</summary>
    public virtual EffectScope Scope => EffectScope.Controller;

    /// <summary>What setting it changes besides itself: the other bits of FID Supported and Effects.</summary>
    public virtual FeatureEffects Effects => default;

    public virtual bool IsSaveable => false;

    /// <summary>A change is recorded in the Persistent Event log (Base 2.3 5.2.12.1.14.2.11).</summary>
    public virtual bool IsLogged => true;

    public virtual bool IsSupported(ControllerCore c) => true;

    /// <summary>Of a feature that each namespace has: what Get Features for FFFFFFFFh is answered with.</summary>
    public virtual Status GetOfAll => Status.InvalidNamespaceOrFormat;

    /// <summary>Gives a new controller the value that the device is delivered with.</summary>
    public virtual void Define(ControllerCore c)
    {
    }

    /// <summary>The values of it that the controller's <see cref="FeatureTable"/> holds and a controller state carries.</summary>
    public virtual IEnumerable<ushort> Instances(ControllerCore c) => [];

    /// <summary>Bytes that Set Features brings.</summary>
    public virtual int SetLength(in SubmissionEntry entry) => 0;

    /// <summary>Bytes that Get Features returns; not asked for the supported capabilities.</summary>
    public virtual int GetLength(in SubmissionEntry entry) => 0;

    /// <summary>Makes a value current, and saved where SV is set. A refusal changes nothing.</summary>
    /// <param name="c">The controller.</param>
    /// <param name="command">Set Features; <see cref="CommandContext.Namespace"/> is the namespace of a feature that has one each.</param>
    /// <param name="data">What the host sent, <see cref="SetLength"/> bytes.</param>
    public abstract Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data);

    /// <summary>Puts the value asked for into completion dword 0 and the data.</summary>
    /// <param name="c">The controller.</param>
    /// <param name="command">Get Features.</param>
    /// <param name="select">Current, default or saved.</param>
    /// <param name="data">Zeroes, <see cref="GetLength"/> bytes.</param>
    public abstract Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data);
}
