using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>One guest, the function that it was given, and the two sides between which it moves.</summary>
public sealed class Tenant(int number, Guest guest, GuestFunction function, Side source, Side destination)
{
    /// <summary>From 1.</summary>
    public int Number { get; } = number;

    public Guest Guest { get; } = guest;

    /// <summary>What the guest holds; it stands on <see cref="Source"/>'s function.</summary>
    public GuestFunction Function { get; } = function;

    /// <summary>Where the guest is.</summary>
    public Side Source { get; private set; } = source;

    /// <summary>Where it goes next.</summary>
    public Side Destination { get; private set; } = destination;

    public bool IsMediated => Function.Mediator is not null;

    /// <summary>Both sides map the same pages.</summary>
    public bool SharesMemory => ReferenceEquals(Source.Ram, Destination.Ram);

    /// <summary>Of its commands in the cycle at hand.</summary>
    internal GuestLatencies Latencies { get; } = new();

    /// <summary>What its load did over the time of the cycle at hand.</summary>
    internal LoadStrip Strip { get; } = new();

    /// <summary>After a cycle: the destination is the next one's source.</summary>
    public void Swap() => (Source, Destination) = (Destination, Source);
}
