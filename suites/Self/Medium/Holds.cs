using FsCheck.Fluent;
using FsCheck;
using Microsoft.FSharp.Core;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Runs a property over seeded cases; a failing case is made smaller by leaving parts out.</summary>
internal static class Holds
{
    /// <param name="steps">Makes one step of a case; a case is a list of them.</param>
    /// <param name="difference">What is wrong after these steps, or null.</param>
    public static void ForLists<T>(Gen<T> steps, int length, int cases, ulong seed, Func<IReadOnlyList<T>, string?> difference)
    {
        var gen = Gen.Choose(1, length).SelectMany(n => Gen.ListOf(steps, n)).Select(l => l.ToArray());
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(cases)
            .WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, 0x9E37_79B9_7F4A_7C15), FSharpOption<int>.None)));
        Assert.That(
            () => Check.One(config, Prop.ForAll(Arb.From(gen, Smaller), list => Judge(difference(list)))),
            Throws.Nothing);
    }

    private static Property Judge(string? difference) => (difference is null).Label(difference ?? "same");

    private static IEnumerable<T[]> Smaller<T>(T[] list)
    {
        for (var part = list.Length / 2; part > 0; part /= 2)
        {
            for (var at = 0; at < list.Length; at += part) yield return [.. list[..at], .. list[Math.Min(at + part, list.Length)..]];
        }
    }
}
