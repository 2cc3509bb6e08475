using System.Numerics;

namespace Conformance.Device;

/// <summary>
/// Seeded random numbers (xoshiro256**, seeded by SplitMix64). Our own because the same seed must give the same run on every
/// version of the runtime. A mutable struct: keep it in a field.
/// </summary>
public record struct Rng
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    public Rng(ulong seed)
    {
        _a = Mix(ref seed);
        _b = Mix(ref seed);
        _c = Mix(ref seed);
        _d = Mix(ref seed);
    }

    /// <summary>A seed for part <paramref name="index"/> of something that has <paramref name="seed"/>.</summary>
    public static ulong Derive(ulong seed, ulong index)
    {
        var state = seed ^ (index * 0xD1B54A32D192ED03);
        return Mix(ref state);
    }

    /// <summary>A seed for the part called <paramref name="name"/>: the same on every machine and version (FNV-1a).</summary>
    public static ulong Derive(ulong seed, string name) =>
        Derive(seed, name.Aggregate(0xCBF29CE484222325, (hash, c) => (hash ^ c) * 0x100000001B3));

    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 to <paramref name="bound"/> - 1, without bias that 64 bits would show.</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>0 (included) to 1 (excluded).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An exponentially distributed interval with the given mean: the gap between Poisson arrivals.</summary>
    public double Exponential(double mean) => -mean * Math.Log(1.0 - Unit());

    private static ulong Mix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
