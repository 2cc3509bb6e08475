using Conformance.Device;

namespace Conformance.Sim;

/// <summary>Something that a controller is to go on with at a time.</summary>
internal abstract class Work
{
    /// <summary>ns; <see cref="World.Never"/> while somebody else is to say when.</summary>
    internal long DueAt = World.Never;

    /// <summary>Among those due at once the one that was put off first goes first.</summary>
    internal long Order;

    /// <summary>Place in its queue, -1 while in none.</summary>
    internal int HeapIndex = -1;

    internal bool Before(Work other) => DueAt < other.DueAt || (DueAt == other.DueAt && Order < other.Order);
}

/// <summary>What is due next: a binary heap whose members know their place.</summary>
internal sealed class WorkQueue
{
    private Work[] _items = new Work[16];
    private int _count;
    private long _order;

    public long Earliest => _count == 0 ? World.Never : _items[0].DueAt;

    /// <summary>Puts <paramref name="work"/> at a time, wherever it was; <see cref="World.Never"/> takes it out.</summary>
    public void Set(Work work, long at)
    {
        Remove(work);
        work.DueAt = at;
        if (at == World.Never) return;
        work.Order = _order++;
        if (_count == _items.Length) Array.Resize(ref _items, _count * 2);
        Place(work, _count++);
        Up(work.HeapIndex);
    }

    public bool TryTakeDue(long now, out Work work)
    {
        work = null!;
        if (_count == 0 || _items[0].DueAt > now) return false;
        work = _items[0];
        Remove(work);
        work.DueAt = World.Never;
        return true;
    }

    public void Remove(Work work)
    {
        var i = work.HeapIndex;
        if (i < 0) return;
        work.HeapIndex = -1;
        var last = _items[--_count];
        _items[_count] = null!;
        if (ReferenceEquals(last, work)) return;
        Place(last, i);
        Up(i);
        Down(last.HeapIndex);
    }

    public void Clear()
    {
        for (var i = 0; i < _count; i++)
        {
            _items[i].HeapIndex = -1;
            _items[i].DueAt = World.Never;
        }

        Array.Clear(_items, 0, _count);
        _count = 0;
    }

    private void Up(int i)
    {
        var item = _items[i];
        for (; i > 0 && item.Before(_items[(i - 1) / 2]); i = (i - 1) / 2) Place(_items[(i - 1) / 2], i);
        Place(item, i);
    }

    private void Down(int i)
    {
        var item = _items[i];
        for (var child = (2 * i) + 1; child < _count; child = (2 * i) + 1)
        {
            if (child + 1 < _count && _items[child + 1].Before(_items[child])) child++;
            if (!_items[child].Before(item)) break;
            Place(_items[child], i);
            i = child;
        }

        Place(item, i);
    }

    private void Place(Work work, int i)
    {
        _items[i] = work;
        work.HeapIndex = i;
    }
}
