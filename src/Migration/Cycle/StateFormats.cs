namespace Conformance.Migration;

/// <summary>The formats of controller state that one side offers: CNS 20h (Base 2.3 5.2.13.2.21), or a blob that only its own kind reads.</summary>
/// <param name="Versions">Of the NVMe part, in the order of the list.</param>
/// <param name="Vendors">UUIDs of the vendor part, in the order of the list.</param>
/// <param name="Blob">What names the kind of an opaque state; null where the state has a structure.</param>
public sealed record StateFormats(IReadOnlyList<ushort> Versions, IReadOnlyList<Guid> Vendors, string? Blob = null)
{
    /// <summary>Versions of the NVMe part that this suite can read: the only one that is defined.</summary>
    private static readonly ushort[] s_known = [0];

    /// <summary>
    /// What both sides have in common: the highest known version and the first vendor part of ours that is theirs too. Null, and why, where
    /// there is nothing.
    /// </summary>
    /// <param name="theirs">The destination's.</param>
    /// <param name="vendorPart">A vendor part is needed.</param>
    public (StateFormat? Common, string Why) Choose(StateFormats theirs, bool vendorPart)
    {
        if (Blob is not null || theirs.Blob is not null)
        {
            // The series has no version of the blob: only the same vendor, model and firmware are known to read it.
            return Blob == theirs.Blob
                ? (new StateFormat(0, null), "")
                : (null, $"the state is that of {Blob ?? "no blob"}, the destination takes that of {theirs.Blob ?? "no blob"}");
        }

        var versions = Versions.Intersect(theirs.Versions).Intersect(s_known).ToList();
        if (versions.Count == 0) return (null, $"no state version in common that is known: {List(Versions)} here, {List(theirs.Versions)} there");
        if (!vendorPart) return (new StateFormat(versions.Max(), null), "");
        var vendors = Vendors.Intersect(theirs.Vendors).ToList();
        return vendors.Count == 0
            ? (null, $"no vendor part in common: {List(Vendors)} here, {List(theirs.Vendors)} there")
            : (new StateFormat(versions.Max(), vendors[0]), "");
    }

    private static string List<T>(IReadOnlyList<T> items) => items.Count == 0 ? "none" : string.Join(", ", items);
}

/// <summary>A format that both sides have.</summary>
/// <param name="Version">Of the NVMe part.</param>
/// <param name="Vendor">Of the vendor part; null for none.</param>
public readonly record struct StateFormat(ushort Version, Guid? Vendor);
