using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Self.Device;

public sealed class MemoryTests
{
    [Test]
    public void Only_what_the_processor_wrote_is_dirty_and_only_once()
    {
        using var memory = new GuestMemory("test", 1 << 20);
        memory.Store(0, 1u);
        memory.Dirty.Start();
        memory.Store(4095, (ushort)7); // two pages
        memory.Write(100 * 4096, new byte[8192]);
        memory.DeviceSpan(50 * 4096, 4096).Fill(1);
        var pages = new List<long>();
        memory.Dirty.Collect(pages);
        Assert.That(pages, Is.EqualTo([0L, 1, 100, 101]));
        pages.Clear();
        memory.Dirty.Collect(pages);
        Assert.That(pages, Is.Empty);
    }

    [Test]
    public void Access_outside_is_refused_and_names_the_memory()
    {
        using var memory = new GuestMemory("guest 1", 4096);
        Assert.That(() => memory.Load<ulong>(4089), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("guest 1"));
        Assert.That(() => memory.Read(-1, 1).Length, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Memory_is_page_aligned_and_zero()
    {
        using var memory = new GuestMemory("test", 64 * 4096);
        Assert.That((long)memory.AddressOf(0) % GuestMemory.PageSize, Is.Zero);
        Assert.That(memory.Read(0, (int)memory.Length).ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void Memory_can_be_replaced_under_a_guest()
    {
        using var source = new GuestMemory("source", 8192);
        using var destination = new GuestMemory("destination", 8192);
        var space = new AddressSpace("guest");
        space.Add(0x10000, source);
        space.Store(0x10004, 42u);
        destination.Write(0, source.Read(0, 8192));
        space.Replace(source, destination);
        space.Store(0x11000, 43u);
        Assert.That(space.Load<uint>(0x10004), Is.EqualTo(42));
        Assert.That(source.Load<uint>(0x1000), Is.Zero);
    }

    [Test]
    public void Pages_given_back_become_one_run_again()
    {
        var pages = new PageAllocator(0x1000, 16 * 4096);
        var rented = Enumerable.Range(0, 16).Select(_ => pages.Rent(4096)).ToArray();
        Assert.That(() => pages.Rent(1), Throws.TypeOf<InvalidOperationException>());
        foreach (var i in new[] { 3, 1, 2, 0, 15, 13, 14, 4, 5, 12, 6, 11, 7, 10, 8, 9 }) pages.Return(rented[i]);
        Assert.That(pages.Rent(16 * 4096), Is.EqualTo(0x1000));
        Assert.That(() => pages.Return(0x5000), Throws.TypeOf<ArgumentException>());
    }

    [Test]
    public void The_same_seed_gives_the_same_numbers_on_every_runtime()
    {
        var rng = new Rng(1);
        Assert.That(new[] { rng.Next(), rng.Next(), rng.Next() }, Is.EqualTo(new[] { 12966619160104079557, 9600361134598540522, 10590380919521690900 }));
    }
}
