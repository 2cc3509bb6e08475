namespace Conformance.Device;

/// <summary>Something that happens at a time: an actor's next step or the deadline of a wait. Lives in one lane's <see cref="DueHeap"/>.</summary>
public abstract class Due
{
    /// <summary>The time of the next event in ns, <see cref="World.Never"/> while idle.</summary>
    public long NextAt { get; internal set; } = World.Never;

    /// <summary>Breaks ties: the lower goes first. Actors have their order of registration, waits come behind all actors.</summary>
    internal long Order;

    /// <summary>Place in the heap, -1 while not in it.</summary>
    internal int HeapIndex = -1;

    internal bool Before(Due other) => NextAt < other.NextAt || (NextAt == other.NextAt && Order < other.Order);
}

/// <summary>Binary min-heap over <see cref="Due"/> whose members know their place, so that a doorbell can bring one forward in O(log n).</summary>
internal sealed class DueHeap
{
    private Due[] _items = new Due[64];
    private int _count;

    public Due? Earliest => _count == 0 ? null : _items[0];

    /// <summary>Puts <paramref name="due"/> at time <paramref name="at"/>, wherever it was; <see cref="World.Never"/> takes it out.</summary>
    public void Set(Due due, long at)
    {
        if (at == World.Never)
        {
            due.NextAt = at;
            Remove(due);
            return;
        }

        if (due.HeapIndex < 0)
        {
            if (_count == _items.Length) Array.Resize(ref _items, _count * 2);
            due.NextAt = at;
            due.HeapIndex = _count;
            _items[_count++] = due;
            Up(due.HeapIndex);
            return;
        }

        var later = at > due.NextAt;
        due.NextAt = at;
        if (later) Down(due.HeapIndex);
        else Up(due.HeapIndex);
    }

    private void Remove(Due due)
    {
        var i = due.HeapIndex;
        if (i < 0) return;
        due.HeapIndex = -1;
        var last = _items[--_count];
        _items[_count] = null!;
        if (ReferenceEquals(last, due)) return;
        _items[i] = last;
        last.HeapIndex = i;
        Up(i);
        Down(last.HeapIndex);
    }

    private void Up(int i)
    {
        var item = _items[i];
        while (i > 0)
        {
            var parent = (i - 1) / 2;
            if (!item.Before(_items[parent])) break;
            Place(_items[parent], i);
            i = parent;
        }

        Place(item, i);
    }

    private void Down(int i)
    {
        var item = _items[i];
        while (true)
        {
            var child = (2 * i) + 1;
            if (child >= _count) break;
            if (child + 1 < _count && _items[child + 1].Before(_items[child])) child++;
            if (!_items[child].Before(item)) break;
            Place(_items[child], i);
            i = child;
        }

        Place(item, i);
    }

    private void Place(Due item, int i)
    {
        _items[i] = item;
        item.HeapIndex = i;
    }
}
