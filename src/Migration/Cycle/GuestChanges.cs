namespace Conformance.Migration;

/// <summary>Blocks whose change the guest was told of, by the part of the cycle in which it was.</summary>
internal sealed class GuestChanges(Guest guest)
{
    private readonly List<(ulong Lba, int Count)> _before = [];
    private readonly List<(ulong Lba, int Count)> _during = [];
    private readonly List<(ulong Lba, int Count)> _since = [];

    /// <summary>While tracking was on, or would have been.</summary>
    public IReadOnlyList<(ulong Lba, int Count)> During => _during;

    /// <summary>Since the guest was restarted.</summary>
    public IReadOnlyList<(ulong Lba, int Count)> Since => _since;

    public IEnumerable<(ulong Lba, int Count)> All => _before.Concat(_during).Concat(_since);

    /// <summary>Tracking begins: what changed so far is not for it.</summary>
    public void TakeBefore() => guest.Ledger.TakeChanged(_before);

    /// <summary>Takes what changed since the last call, while tracking is on.</summary>
    public ReadOnlySpan<(ulong Lba, int Count)> TakeDuring()
    {
        var known = _during.Count;
        guest.Ledger.TakeChanged(_during);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_during)[known..];
    }

    /// <summary>Takes what changed since the restart.</summary>
    public void TakeSince() => guest.Ledger.TakeChanged(_since);
}
