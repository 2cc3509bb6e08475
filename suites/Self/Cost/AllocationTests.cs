using Conformance.Device;
using Conformance.Nvme;
using Conformance.Performance;
using NUnit.Framework;

namespace Conformance.Self.Cost;

/// <summary>
/// What the hot paths allocate for a command, once warm: nothing. The loads are those of the benchmarks. Bytes are counted and no time is measured,
/// so it holds on any machine; what is allocated once, or for a batch of hundreds, is not seen.
/// </summary>
[TestFixture]
[NonParallelizable]
internal sealed class AllocationTests
{
    private const long Bytes = 8L << 20;
    private const int Commands = 20_000;

    // A hundredth of a byte a command: less than one object in a thousand commands.
    private const double Nothing = 0.01;

    [Test]
    public void A_command_from_driver_to_device_and_back_allocates_nothing(
        [Values(NvmOpcode.Read, NvmOpcode.Write, NvmOpcode.Flush)] NvmOpcode opcode, [Values(512, 4096)] int blockSize)
    {
        using var load = new IoLoad(blockSize, Bytes);
        Assert.That(load.Allocated(opcode, Commands), Is.LessThan(Nothing));
    }

    [Test]
    public void Nor_where_the_device_has_a_thread_of_its_own()
    {
        using var load = new IoLoad(4096, Bytes, ClockKind.Real);
        Assert.That(load.Allocated(NvmOpcode.Write, Commands), Is.LessThan(1), "no object has less than 24 bytes");
    }

    [Test]
    public void A_command_of_the_guest_stamped_and_checked_allocates_nothing()
    {
        using var load = new GuestLoad(Bytes);
        Assert.That(load.Allocated(Commands), Is.LessThan(Nothing));
    }

    [Test]
    public void A_command_of_the_medium_copy_allocates_nothing([Values] bool verify)
    {
        using var load = new CopyLoad(4 * Bytes, 4 * Bytes, 1);
        Assert.That(load.Allocated(verify), Is.LessThan(1), "bytes a command of 128 KiB: a copy of all has its workers once");
    }

    [Test]
    public void One_allocation_planted_in_one_step_of_the_device_is_noticed()
    {
        using var load = new IoLoad(4096, Bytes, passing: true, allocates: true);
        Assert.That(load.Allocated(NvmOpcode.Read, Commands), Is.GreaterThan(20));
        using var plain = new IoLoad(4096, Bytes, passing: true);
        Assert.That(plain.Allocated(NvmOpcode.Read, Commands), Is.LessThan(Nothing));
    }
}
