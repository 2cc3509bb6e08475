using Conformance.Device;
using Conformance.Linux;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// Taking functions from the kernel and giving them back, on a tree that behaves as the kernel's. What it cannot see: whether the kernel does what the
/// tree does; the test bed shows that.
/// </summary>
[TestFixture]
public sealed class HostSetUpTests
{
    private FakeKernel _kernel = null!;
    private FakeReach _reach = null!;
    private string _path = null!;

    [SetUp]
    public void Create()
    {
        (_kernel, _reach) = (FakeKernel.Create(), new FakeReach());
        _path = Path.Combine(Directory.CreateTempSubdirectory("undo").FullName, "undo.jsonl");
    }

    [TearDown]
    public void Remove()
    {
        _kernel.Dispose();
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
    }

    [TestCase(PfAccess.Vfio, "vfio-pci")]
    [TestCase(PfAccess.Kernel, "nvme")]
    public void Functions_are_had_as_the_profile_says_and_given_back_as_they_were(PfAccess access, string pfDriver)
    {
        var (before, inside) = (_kernel.Snapshot(), _reach.Snapshot());
        using (var record = UndoRecord.Begin(_path, "boot-1"))
        {
            var host = SetUp(access).Run(record);
            Assert.That(host.Functions.Select(it => it.Vfs), Is.EqualTo(new[] { (string[])["0000:01:00.1", "0000:01:00.2"], ["0000:02:00.1", "0000:02:00.2"] }));
            Assert.That(host.Functions.Select(it => it.Serial), Is.EqualTo(new[] { "SN0", "SN1" }));
            Assert.That(new PciFunction(_kernel, PciAddress.Parse(FakeKernel.PfA)).Driver, Is.EqualTo(pfDriver));
            Assert.That(new PciFunction(_kernel, PciAddress.Parse("0000:02:00.2")).Driver, Is.EqualTo("vfio-pci"));
            Assert.That(UndoRecord.ReadPrepared(_path)!.Functions[1].Address, Is.EqualTo(FakeKernel.PfB), "what the processes of the run are told");
            Disturb();
            Assert.That(Undo().Run(record), Is.Empty);
        }

        Assert.That(_kernel.Snapshot(), Is.EqualTo(before));
        Assert.That(_reach.Snapshot(), Is.EqualTo(inside));
        Assert.That(File.Exists(_path), Is.False, "a record with nothing to take back is gone");
    }

    /// <summary>The process ends at each write in turn, before and after it; the next one finds the record and everything is as it was.</summary>
    [Test]
    public void Wherever_a_run_crashes_the_next_one_takes_back_what_it_did([Values] bool afterTheWrite)
    {
        var (before, inside) = (_kernel.Snapshot(), _reach.Snapshot());
        var crashes = 0;
        for (var number = 1; ; number++)
        {
            _kernel.CrashAt = (_kernel.Writes + number, afterTheWrite);
            var crashed = false;
            using (var record = UndoRecord.Begin(_path, "boot-1"))
            {
                try
                {
                    SetUp(PfAccess.Vfio).Run(record);
                }
                catch (CrashException)
                {
                    crashed = true;
                }
            }

            _kernel.CrashAt = null;
            using (var left = UndoRecord.Find(_path)!) Assert.That(Undo().Run(left), Is.Empty);
            Assert.That(_kernel.Snapshot(), Is.EqualTo(before), $"after a crash at write {number}");
            Assert.That(_reach.Snapshot(), Is.EqualTo(inside));
            if (!crashed) break;
            crashes++;
        }

        Assert.That(crashes, Is.GreaterThan(10), "writes of a whole set-up");
    }

    /// <summary>The undo itself is cut off at each of its writes, and done again.</summary>
    [Test]
    public void An_undo_that_is_cut_off_can_be_done_again([Values] bool afterTheWrite)
    {
        var before = _kernel.Snapshot();
        for (var number = 1; ; number++)
        {
            using (var record = UndoRecord.Begin(_path, "boot-1")) SetUp(PfAccess.Vfio).Run(record);
            _kernel.CrashAt = (_kernel.Writes + number, afterTheWrite);
            var crashed = false;
            using (var record = UndoRecord.Find(_path)!)
            {
                try
                {
                    Undo().Run(record);
                }
                catch (CrashException)
                {
                    crashed = true;
                }
            }

            _kernel.CrashAt = null;
            using (var left = UndoRecord.Find(_path))
            {
                if (left is not null) Assert.That(Undo().Run(left), Is.Empty);
            }

            Assert.That(_kernel.Snapshot(), Is.EqualTo(before), $"after a crash at write {number} of the undo");
            if (!crashed) break;
        }
    }

    [Test]
    public void A_change_that_the_crash_cut_out_of_the_record_was_not_made()
    {
        using (var record = UndoRecord.Begin(_path, "boot-1")) record.Add(new Change { Kind = ChangeKind.Value, Where = "/sys/a", Before = "0", After = "1" });
        File.AppendAllText(_path, "{\"change\":{\"kind\":\"Value\",\"whe");
        using var left = UndoRecord.Find(_path)!;
        Assert.That(left.Open.Select(it => it.Change.Where), Is.EqualTo(new[] { "/sys/a" }));
        left.Close(0);
    }

    [Test]
    public void After_another_boot_only_what_is_in_devices_is_taken_back()
    {
        using (var record = UndoRecord.Begin(_path, "boot-1")) SetUp(PfAccess.Kernel).Run(record);
        var machine = _kernel.Snapshot();
        var inside = new FakeReach().Snapshot();
        Disturb();
        using (var left = UndoRecord.Find(_path)!) Assert.That(new Undo(_kernel, _reach, "boot-2").Run(left), Is.Empty);
        Assert.That(_kernel.Snapshot(), Is.EqualTo(machine));
        Assert.That(_reach.Snapshot(), Is.EqualTo(inside));
    }

    [Test]
    public void What_cannot_be_taken_back_is_told_and_stays_in_the_record()
    {
        using (var record = UndoRecord.Begin(_path, "boot-1"))
        {
            record.Add(new Change { Kind = ChangeKind.Value, Where = "/sys/module/vfio_pci/parameters/enable_sriov", Before = "Y", After = "N" });
            record.Add(new Change { Kind = ChangeKind.Driver, Where = FakeKernel.PfA, Before = "no-such-driver" });
            var failures = Undo().Run(record);
            Assert.That(failures.Select(it => it.Change.Where), Is.EqualTo(new[] { FakeKernel.PfA }));
            Assert.That(failures[0].Why, Does.Contain("ENOENT"));
            Assert.That(_kernel.Read("/sys/module/vfio_pci/parameters/enable_sriov"), Is.EqualTo("Y"), "the others are tried all the same");
        }

        Assert.That(File.Exists(_path));
    }

    [Test]
    public void Two_runs_do_not_have_the_devices_at_once()
    {
        using var record = UndoRecord.Begin(_path, "boot-1");
        record.Add(new Change { Kind = ChangeKind.Value, Where = "/sys/a", Before = "0", After = "1" });
        Assert.That(() => UndoRecord.Find(_path), Throws.TypeOf<DevicesHeldException>());
        record.Close(0);
    }

    [Test]
    public void Only_devices_that_were_named_are_touched() =>
        Assert.That(SetUp(PfAccess.Vfio).NotAllowed(["SN1"]), Is.EqualTo(new[] { "SN0" }));

    [Test]
    public void A_machine_that_fits_has_no_obstacle() => Assert.That(Obstacles(), Is.Empty);

    [TestCase("/sys/bus/pci/devices/0000:01:00.0/class", "0x020000", "not an NVMe controller")]
    [TestCase("/sys/class/nvme/nvme0/serial", "OTHER", "its serial number is 'OTHER', not 'SN0'")]
    [TestCase("/sys/class/nvme/nvme0/state", "resetting", "/dev/nvme0 is resetting")]
    [TestCase("/sys/bus/pci/devices/0000:01:00.0/sriov_totalvfs", "1", "it has 1 VFs (sriov_totalvfs), and 2 are asked for")]
    [TestCase("/sys/bus/pci/devices/0000:01:00.0/sriov_numvfs", "1", "1 VFs are enabled already")]
    [TestCase("/proc/self/mountinfo", "30 1 259:0 / /data rw - ext4 /dev/nvme0n1 rw", "in use: /dev/nvme0n1 is mounted at /data")]
    [TestCase("/proc/swaps", "/dev/nvme0n1\tpartition", "in use: /dev/nvme0n1 is swap")]
    [TestCase("/sys/block/nvme0n1/holders/dm-0", "", "in use: /dev/nvme0n1 is part of dm-0")]
    public void What_is_not_as_it_must_be_is_told_before_anything_is_touched(string path, string value, string expected)
    {
        _kernel.Put(path, value);
        Assert.That(Obstacles(), Has.Exactly(1).Contains(expected));
        Assert.That(_kernel.Writes, Is.Zero);
    }

    /// <summary>Nobody has it to himself: a virtual machine with a raw disk, a loop device, a target of a network.</summary>
    [Test]
    public void Who_has_it_open_without_holding_it_counts()
    {
        _kernel.Put("/proc/77/comm", "qemu");
        _kernel.PutLink("/proc/77/fd/9", "/dev/nvme0n1");
        _kernel.PutLink("/proc/77/fd/10", "/dev/null");
        _kernel.PutLink("/proc/78/fd/4", "/dev/ng0n1");
        _kernel.Put("/proc/78/comm", "fio");
        _kernel.PutLink($"/proc/{Environment.ProcessId}/fd/4", "/dev/nvme0n1");
        _kernel.Put("/sys/block/loop0/loop/backing_file", "/dev/nvme1n1");
        _kernel.Put("/sys/kernel/config/nvmet/subsystems/t/namespaces/1/device_path", "/dev/nvme0n1");
        Assert.That(Obstacles(), Is.EqualTo(new[]
        {
            "0000:01:00.0: in use: /dev/nvme0n1 is open in process 77 (qemu)",
            "0000:01:00.0: in use: /dev/ng0n1 is open in process 78 (fio)",
            "0000:01:00.0: in use: /dev/nvme0n1 is open in nvmet, t",
            "0000:02:00.0: in use: /dev/nvme1n1 is open in loop0",
        }));
    }

    [Test]
    public void A_partition_that_is_mounted_counts()
    {
        _kernel.Put("/sys/block/nvme0n1/nvme0n1p2/dev", "259:7");
        _kernel.Put("/proc/self/mountinfo", "30 1 259:7 / /boot rw - ext4 /dev/nvme0n1p2 rw");
        Assert.That(Obstacles(), Is.EqualTo(new[] { "0000:01:00.0: in use: /dev/nvme0n1p2 is mounted at /boot" }));
    }

    [Test]
    public void A_device_that_another_program_holds_is_refused() =>
        Assert.That(
            SetUp(PfAccess.Vfio).Obstacles(path => path == "/dev/nvme1n1"), Is.EqualTo(new[] { "0000:02:00.0: in use: /dev/nvme1n1 is held by another program (EBUSY)" }));

    /// <summary>A controller that nobody named may have the namespace as a disk of its own.</summary>
    [Test]
    public void A_disk_of_another_controller_of_the_subsystem_is_in_use_too()
    {
        _kernel.Put($"{KernelTree.NvmeControllers}/nvme7/subsysnqn", "nqn.one");
        _kernel.Put($"{KernelTree.NvmeControllers}/nvme7/nvme7n1/uevent", "");
        _kernel.Put("/sys/block/nvme7n1/dev", "259:9");
        _kernel.Put("/proc/self/mountinfo", "30 1 259:9 / /data rw - ext4 /dev/nvme7n1 rw");
        Assert.That(Obstacles(), Is.EqualTo(new[] { "/dev/nvme7, of the same subsystem: in use: /dev/nvme7n1 is mounted at /data" }));
        _kernel.Put($"{KernelTree.NvmeControllers}/nvme7/subsysnqn", "nqn.other");
        Assert.That(Obstacles(), Is.Empty);
    }

    /// <summary>A device that is dead is waited for once, and one that stands in another's place is left alone for good.</summary>
    [Test]
    public void Who_does_not_answer_is_not_asked_again_and_another_device_is_left_alone()
    {
        using var record = UndoRecord.Begin(_path, "boot-1");
        foreach (var (pf, id) in ((string, ushort)[])[(FakeKernel.PfA, 1), (FakeKernel.PfB, 4), (FakeKernel.PfA, 2)])
            record.Add(new Change { Kind = ChangeKind.Secondary, Where = pf, Serial = "SN", Secondary = new SecondaryState(id, false, 0, 0) });
        var asked = 0;
        _reach.Refuse = pf => pf == FakeKernel.PfB ? new NotOursException("another") : ++asked > 0 ? new TimeoutException("not live") : null;
        var failures = Undo().Run(record);
        Assert.That(asked, Is.EqualTo(1));
        Assert.That(failures.Select(it => (it.Change.Secondary!.Id, it.Why)), Is.EqualTo(new[] { ((ushort)2, "not live"), ((ushort)1, "not live") }));
        Assert.That(record.Open.Select(it => it.Number), Is.EqualTo(failures.Select(it => it.Number)));
        foreach (var it in failures) record.Close(it.Number);
    }

    /// <summary>Between the crash and the undo somebody enabled VFs of his own, and gave a function to another driver.</summary>
    [Test]
    public void What_somebody_has_changed_since_is_left_alone_and_told()
    {
        var numVfs = $"/sys/bus/pci/devices/{FakeKernel.PfA}/sriov_numvfs";
        using var record = UndoRecord.Begin(_path, "boot-1");
        record.Add(new Change { Kind = ChangeKind.Value, Where = numVfs, Before = "0", After = "2" });
        record.Add(new Change { Kind = ChangeKind.Driver, Where = FakeKernel.PfA, Before = null, After = "vfio-pci" });
        _kernel.Put(numVfs, "1");
        var left = new List<string>();
        Assert.That(Undo().Run(record, left: (change, why) => left.Add($"{change}: {why}")), Is.Empty);
        Assert.That(left, Is.EqualTo(new[]
        {
            $"{FakeKernel.PfA}: driver none: nvme has it by now, and not vfio-pci: somebody changed that since",
            $"{numVfs} = 0: it is '1' by now, and not '2': somebody changed that since",
        }));
        Assert.That((_kernel.Read(numVfs), new PciFunction(_kernel, PciAddress.Parse(FakeKernel.PfA)).Driver), Is.EqualTo(("1", "nvme")));
        Assert.That(record.Open, Is.Empty);
    }

    /// <summary>Two secondary controllers had the resources of each other: neither can have its own again before the other has given them back.</summary>
    [Test]
    public void Resources_that_went_from_one_controller_to_another_come_back()
    {
        (_reach.Pool, _reach.Secondaries[FakeKernel.PfA]) = (8, [new(1, true, 0, 0), new(2, true, 8, 0)]);
        using var record = UndoRecord.Begin(_path, "boot-1");
        foreach (var it in _reach.Secondaries[FakeKernel.PfA]) record.Add(new Change { Kind = ChangeKind.Secondary, Where = FakeKernel.PfA, Serial = "SN0", Secondary = it });
        var before = _reach.Snapshot();
        _reach.Secondaries[FakeKernel.PfA] = [new(1, true, 8, 0), new(2, true, 0, 0)];
        Assert.That(Undo().Run(record), Is.Empty);
        Assert.That(_reach.Snapshot(), Is.EqualTo(before));
    }

    /// <summary>A controller that answers and refuses is still asked for the rest.</summary>
    [Test]
    public void A_refusal_keeps_nothing_else_from_being_taken_back()
    {
        using var record = UndoRecord.Begin(_path, "boot-1");
        record.Add(new Change { Kind = ChangeKind.Attachment, Where = FakeKernel.PfA, Serial = "SN0", Nsid = 1, Controllers = [0] });
        record.Add(new Change { Kind = ChangeKind.Secondary, Where = FakeKernel.PfA, Serial = "SN0", Secondary = new SecondaryState(1, false, 0, 0) });
        _reach.Refuse = _ => new RefusedByDeviceException("no");
        Assert.That(Undo().Run(record), Has.Count.EqualTo(1));
        Assert.That(_reach.Attached[FakeKernel.PfA], Is.EqualTo(new ushort[] { 0 }));
        foreach (var (number, _) in record.Open.ToList()) record.Close(number);
    }

    /// <summary>Cases use the whole subsystem: what the profile does not name must not be there.</summary>
    [TestCase(new uint[] { 1 }, "")]
    [TestCase(new uint[] { 1, 3 }, "3 of its subsystem is not in device.linux.namespaces")]
    [TestCase(new uint[] { 2, 3 }, "cases use namespace 1, and there is none")]
    public void A_namespace_that_the_profile_does_not_name_keeps_cases_away(uint[] there, string expected)
    {
        _reach.Namespaces.Clear();
        _reach.Namespaces.AddRange(there);
        var obstacles = SetUp(PfAccess.Vfio).Obstacles(_ => false, withCases: true);
        Assert.That(obstacles, expected.Length == 0 ? Is.Empty : Has.Some.Contains(expected));
        Assert.That(Obstacles(), Is.Empty, "combinations use those that are named");
    }

    [Test]
    public void A_device_that_does_not_say_what_it_has_keeps_cases_away_in_a_line()
    {
        _reach.Refuse = pf => pf == FakeKernel.PfA ? new RefusedByDeviceException("Identify: Internal Error") : null;
        Assert.That(SetUp(PfAccess.Vfio).Obstacles(_ => false, withCases: true), Is.EqualTo(new[] { "what there is to lose cannot be known: Identify: Internal Error" }));
    }

    [Test]
    public void Only_files_of_the_kernel_are_written_whatever_the_record_says()
    {
        var file = Path.Combine(Path.GetDirectoryName(_path)!, "precious");
        File.WriteAllText(file, "as it was");
        using var record = UndoRecord.Begin(_path, "boot-1");
        record.Add(new Change { Kind = ChangeKind.Value, Where = file, Before = "root::0:0:", After = "" });
        Assert.That(new Undo(KernelTree.OfMachine, _reach, "boot-1").Run(record)[0].Why, Does.Contain("no file of the kernel's"));
        Assert.That(File.ReadAllText(file), Is.EqualTo("as it was"));
        record.Close(0);
    }

    [Test]
    public void VFs_that_share_a_group_are_told_before_a_case_needs_them()
    {
        _kernel.GroupOfVfs = "30";
        using var record = UndoRecord.Begin(_path, "boot-1");
        var refused = Assert.Throws<KernelException>(() => SetUp(PfAccess.Kernel).Run(record))!;
        Assert.That(refused.Message, Does.Contain("it shares its IOMMU group with 0000:01:00.2"));
        Assert.That(Undo().Run(record), Is.Empty);
    }

    [Test]
    public void A_namespace_of_several_paths_is_known_by_the_name_of_its_subsystem()
    {
        _kernel.Put("/sys/class/nvme/nvme1/nvme0c1n2/path", "");
        Assert.That(new NvmeNode(_kernel, "nvme1").Blocks, Is.EquivalentTo(new[] { "nvme0n2", "nvme1n1" }));
    }

    private IReadOnlyList<string> Obstacles() => SetUp(PfAccess.Vfio).Obstacles(_ => false);

    private HostSetUp SetUp(PfAccess access) => new(_kernel, _reach, new LinuxDevice
    {
        Source = new LinuxFunction { Pf = FakeKernel.PfA, Serial = "SN0" },
        Destination = new LinuxFunction { Pf = FakeKernel.PfB, Serial = "SN1" },
        PfAccess = access,
    });

    private Undo Undo() => new(_kernel, _reach, "boot-1");

    /// <summary>What a run does inside the devices.</summary>
    private void Disturb()
    {
        _reach.Attached[FakeKernel.PfA] = [1, 2, 0];
        _reach.Secondaries[FakeKernel.PfA][0] = new SecondaryState(1, true, 5, 5);
        _reach.Secondaries[FakeKernel.PfB][0] = new SecondaryState(4, false, 0, 0);
    }
}
