using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Structures and bytes are two looks at the same memory.</summary>
[TestFixture]
public sealed class WireTests
{
    [Test]
    public void A_view_writes_through()
    {
        var bytes = new byte[LbaFormat.Size];
        ref var format = ref Wire.View<LbaFormat>(bytes);
        format.Ms = 0x0102;
        format.Lbads = 9;
        Assert.That(bytes, Is.EqualTo(new byte[] { 2, 1, 9, 0 }));
        bytes[2] = 12;
        Assert.That(Wire.Peek<LbaFormat>(bytes).Lbads, Is.EqualTo(12));
    }

    [Test]
    public void A_read_is_a_copy_and_a_write_puts_it_back()
    {
        byte[] bytes = [8, 0, 9, 1];
        var format = Wire.Read<LbaFormat>(bytes);
        bytes[0] = 0;
        Assert.That(format.Ms, Is.EqualTo(8));
        Wire.Write(bytes, in format);
        Assert.That(bytes, Is.EqualTo(new byte[] { 8, 0, 9, 1 }));
    }

    [Test]
    public void Bytes_of_a_structure_are_its_memory()
    {
        var list = default(NamespaceIdList);
        Wire.MutableBytes(ref list)[4] = 7;
        Assert.That(list[1], Is.EqualTo(7u));
        Assert.That(Wire.Bytes(in list).Length, Is.EqualTo(NamespaceIdList.Size));
    }

    [Test]
    public void Sameness_includes_reserved_bytes()
    {
        IdentifyController one = default, other = default;
        Assert.That(Wire.Same(in one, in other), Is.True);
        Wire.MutableBytes(ref other)[103] = 1;
        Assert.That(Wire.Same(in one, in other), Is.False);
    }

    [Test]
    public void Entries_are_those_that_fit()
    {
        var bytes = new byte[(2 * SecondaryControllerEntry.Size) + 5];
        Wire.Entries<SecondaryControllerEntry>(bytes.AsSpan())[1].Vfn = 2;
        Assert.That(Wire.Entries<SecondaryControllerEntry>((ReadOnlySpan<byte>)bytes).Length, Is.EqualTo(2));
        Assert.That(bytes[SecondaryControllerEntry.Size + 8], Is.EqualTo(2));
    }

    [Test]
    public void Too_few_bytes_are_refused()
    {
        Assert.That(() => Wire.Read<LbaFormat>(new byte[3]), Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Wire.View<LbaFormat>(new byte[3]).Ms, Throws.InstanceOf<ArgumentException>());
        Assert.That(() => Wire.Write(new byte[3], default(LbaFormat)), Throws.InstanceOf<ArgumentException>());
    }
}
