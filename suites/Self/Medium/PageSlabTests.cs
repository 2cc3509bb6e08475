using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class PageSlabTests
{
    [Test]
    public void Chunks_are_apart_zeroed_and_stay_in_place([Values(128, 3072, 65_536, PageSlab.SlabSize)] int chunkSize)
    {
        using var slab = new PageSlab(chunkSize);
        var handles = Enumerable.Range(0, 70).Select(_ => slab.Rent()).ToArray();
        Assert.That(handles.Distinct().Count(), Is.EqualTo(70));
        Assert.That(handles, Is.All.GreaterThan(0));
        foreach (var handle in handles)
        {
            Assert.That(slab[handle].Length, Is.EqualTo(chunkSize));
            Assert.That(slab[handle].ContainsAnyExcept((byte)0), Is.False);
            slab[handle].Fill((byte)handle);
        }

        foreach (var handle in handles) Assert.That(slab[handle].ContainsAnyExcept((byte)handle), Is.False);
        Assert.That(slab.Rented, Is.EqualTo(70));
    }

    [Test]
    public void Returned_chunks_are_used_before_new_memory()
    {
        using var slab = new PageSlab(65_536);
        var handles = Enumerable.Range(0, 64).Select(_ => slab.Rent()).ToArray();
        var reserved = slab.ReservedBytes;
        Assert.That(reserved, Is.EqualTo(2 * PageSlab.SlabSize));
        foreach (var handle in handles) slab.Return(handle);
        foreach (var _ in handles) Assert.That(handles, Does.Contain(slab.Rent()));
        Assert.That(slab.ReservedBytes, Is.EqualTo(reserved));
        slab.Rent();
        Assert.That(slab.ReservedBytes, Is.EqualTo(reserved + PageSlab.SlabSize));
        slab.Clear();
        Assert.That((slab.ReservedBytes, slab.Rented), Is.EqualTo((0L, 0)));
        Assert.That(slab[slab.Rent()].ContainsAnyExcept((byte)0), Is.False);
    }

    [Test]
    public void A_handle_that_is_not_rented_throws()
    {
        var slab = new PageSlab(4096);
        var handle = slab.Rent();
        slab.Return(handle);
        Assert.Multiple(() =>
        {
            Assert.That(() => slab[handle].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => slab.Return(handle), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => slab[0].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => slab[handle + 1].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => slab[int.MinValue].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
        handle = slab.Rent();
        slab.Dispose();
        Assert.That(() => slab[handle].Length, Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(slab.Rent, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(slab.Dispose, Throws.Nothing);
    }
}
