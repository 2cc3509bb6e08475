using FsCheck;
using FsCheck.Fluent;

namespace Conformance.Self;

/// <summary>Runs FsCheck properties from a fixed seed, so that a failure comes back.</summary>
internal static class Properties
{
    public static void Hold<T>(Gen<T> cases, Func<T, bool> property, int count = 300) =>
        Prop.ForAll(cases.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(20240730, 4159));

    public static Gen<byte[]> Bytes(int count) => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(count);
}
