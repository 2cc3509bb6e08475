using Conformance.Device;
using Conformance.Migration;
using Conformance.Self.Driver;
using NUnit.Framework;

namespace Conformance.Self.Vfio;

/// <summary>A variant driver over a fake device.</summary>
internal sealed class VariantBench
{
    private VariantBench(FakeFunction function, FakeDialect dialect, VariantDriverModel device) => (Function, Dialect, Device) = (function, dialect, device);

    public FakeFunction Function { get; }

    public FakeDialect Dialect { get; }

    public VariantDriverModel Device { get; }

    /// <summary>Every set of flags that a driver may have, and the dialects that can have them.</summary>
    public static IEnumerable<(bool DrainsAtSave, VariantOptions Options)> Kinds { get; } =
    [
        (false, new()), (false, new() { P2P = true }), (false, new() { PreCopy = true }), (false, new() { P2P = true, PreCopy = true }),
        (true, new()), (true, new() { P2P = true }),
    ];

    /// <summary>A state of that many bytes, which differ.</summary>
    public static byte[] StateOf(int bytes, int seed = 1)
    {
        var state = new byte[bytes];
        var rng = new Rng((ulong)seed);
        for (var i = 0; i < bytes; i++) state[i] = (byte)rng.Next();
        return state;
    }

    public static void Run(Func<World, Task> test)
    {
        var world = new World(ClockKind.Virtual, 1_000_000_000_000, 50_000_000);
        world.Run(() => test(world));
    }

    public static async Task<VariantBench> NewAsync(World world, bool drainsAtSave, VariantOptions? options = null, byte[]? state = null, string format = "fake 1")
    {
        var function = new FakeFunction(world, new AddressSpace("none"));
        var dialect = new FakeDialect(function, drainsAtSave, state ?? StateOf(200)) { Format = format };
        var (outcome, device) = await VariantDriverModel.OpenAsync(world, function, dialect, options ?? new());
        Assert.That(outcome.IsOk, Is.True, outcome.ToString());
        return new VariantBench(function, dialect, device!);
    }

    /// <summary>Brings a fresh device into a state: ERROR by a suspend without an answer, RESUMING with a whole stream written.</summary>
    public async Task<IVfioDataStream?> ReachAsync(World world, VfioState state)
    {
        if (state == VfioState.Error)
        {
            var last = Dialect.Asked.Count;
            Dialect.Answers = number => number == last ? FakeAnswer.LostUndone : FakeAnswer.Done;
            Assert.That((await Device.SetStateAsync(VfioState.Stop)).Result.Errno, Is.EqualTo(Errno.Etimedout));
            return null;
        }

        var stream = await GoAsync(state);
        if (state != VfioState.Resuming) return stream;
        var other = await NewAsync(world, Dialect.FreezePoint == FreezePoint.Save);
        Assert.That(await WriteAsync(stream!, await other.SaveAsync()), Is.Zero);
        return stream;
    }

    /// <summary>Goes to a state that can be asked for.</summary>
    public async Task<IVfioDataStream?> GoAsync(VfioState state)
    {
        var (result, stream) = await Device.SetStateAsync(state);
        Assert.That(result.IsOk, Is.True, $"to {state}: {result}");
        return stream;
    }

    public async Task<VfioState> StateAsync() => (await Device.GetStateAsync()).State;

    /// <summary>The stream of a device that is stopped for it.</summary>
    public async Task<byte[]> SaveAsync()
    {
        var stream = await GoAsync(VfioState.StopCopy);
        return await ReadAsync(stream!);
    }

    /// <summary>Reads to the end, or to the end for now, in pieces of at most <paramref name="most"/> bytes.</summary>
    public static async Task<byte[]> ReadAsync(IVfioDataStream stream, int most = 4096)
    {
        var all = new List<byte>();
        var buffer = new byte[most];
        while (true)
        {
            var read = await stream.ReadAsync(buffer);
            if (read is 0 or -Errno.Enomsg) return [.. all];
            Assert.That(read, Is.Positive);
            all.AddRange(buffer.AsSpan(0, read));
        }
    }

    /// <summary>Writes all, in pieces; the errno of the first that is refused, 0 when none is.</summary>
    public static async Task<int> WriteAsync(IVfioDataStream stream, byte[] bytes, int most = 4096)
    {
        for (var at = 0; at < bytes.Length; at += most)
        {
            var piece = bytes.AsMemory(at, Math.Min(most, bytes.Length - at));
            var written = await stream.WriteAsync(piece);
            if (written < 0) return -written;
            Assert.That(written, Is.EqualTo(piece.Length));
        }

        return 0;
    }
}
