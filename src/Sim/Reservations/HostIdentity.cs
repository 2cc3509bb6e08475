using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The host that a controller belongs to, as Host Identifier (81h) says; 0 while it says nothing. It is the controller's and moves with it:
/// in the features of a vendor state, or set anew by whoever replays them. A reset forgets it (Base 2.3 5.2.26.1.32).
/// </summary>
/// <param name="Id">64 or 128 bits.</param>
/// <param name="IsExtended">128 bits, EXHID.</param>
internal readonly record struct HostIdentity(UInt128 Id, bool IsExtended)
{
    private const int Words = 4;

    public bool IsKnown => Id != 0;

    public static HostIdentity Of(ControllerCore c)
    {
        UInt128 id = 0;
        for (var word = Words; word > 0; word--) id = (id << 32) | c.Features.Current(FeatureId.HostIdentifier, (uint)word);
        return new(id, new HostIdentifierFeature(c.Features.Current(FeatureId.HostIdentifier)).Extended);
    }

    /// <summary>Whether a controller belongs to a host.</summary>
    public static bool Is(ControllerCore c, UInt128 id) => Of(c).Id == id;

    /// <summary>Its values in the feature table: EXHID, then the identifier from its lowest dword on.</summary>
    public static IEnumerable<ushort> Instances => Enumerable.Range(0, Words + 1).Select(instance => (ushort)instance);

    public void Put(ControllerCore c)
    {
        c.Features.Set(FeatureId.HostIdentifier, new HostIdentifierFeature { Extended = IsExtended }.Raw, save: false);
        for (var word = 0; word < Words; word++)
            c.Features.Set(FeatureId.HostIdentifier, (uint)(Id >> (32 * word)), save: false, (uint)word + 1);
    }
}

/// <summary>Host Identifier (Base 2.3 5.2.26.1.32): set once between two resets, in one size throughout the subsystem.</summary>
internal sealed class HostIdentifierSetting : Feature
{
    public override FeatureId Id => FeatureId.HostIdentifier;

    public override IEnumerable<ushort> Instances(ControllerCore c) => HostIdentity.Instances;

    public override int SetLength(in SubmissionEntry entry) => LengthOf(in entry);

    public override int GetLength(in SubmissionEntry entry) => LengthOf(in entry);

    public override Status Set(ControllerCore c, CommandContext command, ReadOnlySpan<byte> data)
    {
        if (HostIdentity.Of(c).IsKnown) return Status.CommandSequenceError;
        var isExtended = data.Length != sizeof(ulong);
        foreach (var other in c.Subsystem.Controllers)
        {
            var identity = HostIdentity.Of(other);
            if (identity.IsKnown && identity.IsExtended != isExtended) return Status.HostIdentifierInconsistentFormat;
        }

        new HostIdentity(isExtended ? Wire.Read<UInt128>(data) : Wire.Read<ulong>(data), isExtended).Put(c);
        return Status.Success;
    }

    public override Status Get(ControllerCore c, CommandContext command, FeatureSelect select, Span<byte> data)
    {
        var identity = select == FeatureSelect.Current ? HostIdentity.Of(c) : default;
        var isExtended = data.Length != sizeof(ulong);
        // An identifier is never returned in part.
        if (identity.IsKnown && identity.IsExtended != isExtended) return Status.HostIdentifierInconsistentFormat;
        if (isExtended) Wire.Write(data, identity.Id);
        else Wire.Write(data, (ulong)identity.Id);
        return Status.Success;
    }

    private static int LengthOf(in SubmissionEntry entry) => new HostIdentifierFeature(entry.Cdw11).Extended ? 16 : sizeof(ulong);
}
