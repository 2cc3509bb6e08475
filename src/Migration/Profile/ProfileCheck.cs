using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>What no single key can know: whether the parts of a profile fit each other and the device.</summary>
internal sealed class ProfileCheck(Profile profile, Binder binder, List<ProfileError> errors, Func<IEnumerable<CaseName>>? cases)
{
    private readonly GuestSettings _guest = profile.Guest;

    public void Run()
    {
        if (profile.Combinations.Count == 0 && profile.Cases is null)
            Fail(profile, nameof(Profile.Combinations), "there is no combination and no case, so nothing would be done");
        CheckGuest();
        CheckLimits();
        if (profile.Copy.StateChunk.Bytes % 4 != 0)
            Fail(profile.Copy, nameof(CopySettings.StateChunk), "state-chunk must be a multiple of 4");
        if (profile.Device.Linux is { } linux)
        {
            CheckLinux(linux);
            return;
        }

        if (profile.Device.Mediated is { } mediated)
        {
            CheckMediated(mediated);
            return;
        }

        if (profile.Device.Sim is not { } sim)
        {
            Fail(profile, nameof(Profile.Device), "device must say what is tested: sim, linux or mediated");
            return;
        }

        CheckParts(sim, "device.sim");
        if (profile.Device.SimDestination is { } destination) CheckParts(destination, "device.sim-destination");
        foreach (var (name, device) in profile.Devices) CheckParts(device, $"devices.{name}");
        CheckCases();
        if (profile.Cases is null && profile.Devices.Count > 0) Fail(profile, nameof(Profile.Devices), "devices are for cases, and there are none: cases");
        // The guest's load is that of combinations.
        if (profile.Combinations.Count == 0) return;
        CheckDevice(sim);
        foreach (var (name, combination) in profile.Combinations) CheckCombination(name, combination, sim);
        CheckGates();
        foreach (var (name, sweep) in profile.Sweeps) CheckSweep(name, sweep);
    }

    /// <summary>There is no NVMe controller behind these, so nothing of NVMe can be asked of them.</summary>
    private void CheckMediated(MediatedDevices mediated)
    {
        CheckNothingSimulated(nameof(DeviceUnderTest.Mediated), "mediated");
        if (profile.Combinations.Count > 0)
            Fail(profile, nameof(Profile.Combinations), $"{mediated.Type} is no NVMe controller: device.mediated has cases, and no combinations");
    }

    private void CheckNothingSimulated(string key, string name)
    {
        if (profile.Device is { Sim: not null } or { SimDestination: not null }) Fail(profile.Device, key, $"device is either sim or {name}");
        if (profile.Devices.Count > 0) Fail(profile, nameof(Profile.Devices), $"devices are simulated ones, for cases; there are none beside device.{name}");
        if (profile.Clock == ClockKind.Virtual) Fail(profile, nameof(Profile.Clock), "a real device keeps its own time: clock must be real");
        CheckCases();
    }

    /// <summary>Real functions: what they can is known once they are asked, and not before.</summary>
    private void CheckLinux(LinuxDevice linux)
    {
        if (profile.Device.Mediated is not null) Fail(profile.Device, nameof(DeviceUnderTest.Mediated), "device is either linux or mediated");
        CheckNothingSimulated(nameof(DeviceUnderTest.Linux), "linux");
        if (linux.Namespaces.Any(it => it < 1)) Fail(linux, nameof(LinuxDevice.Namespaces), "a namespace identifier is 1 or more");
        var one = linux.Destination is null || linux.Destination.Pf == linux.Source.Pf;
        foreach (var (name, it) in profile.Combinations)
        {
            if (it.Clock == ClockKind.Virtual) Fail(it, nameof(Combination.Clock), "a real device keeps its own time: clock must be real");
            CheckChoices(name, it);
            if (PlannedCombination.DialectOf(it.Commands, it.Vfio) == MigrationCommands.VendorRfc) CheckVendor(it, linux.VendorRfc);
            CheckFunctions(it, nameof(Combination.FromVf), it.FromVf, linux.Vfs);
            CheckFunctions(it, nameof(Combination.ToVf), it.ToVf, linux.Vfs);
            CheckNeighbours(it, linux.Vfs);
            if (it.Vfs + it.Neighbours > linux.Namespaces.Count)
                Fail(it, nameof(Combination.Vfs), $"{it.Vfs + it.Neighbours} VFs need a namespace each; device.linux.namespaces has {linux.Namespaces.Count}");
            if (it.Hosts == HostCount.One || one) CheckOneHost(it);
            if (linux.PfAccess == PfAccess.Kernel && it is { Medium: MediumSharing.Local, Commands: MigrationCommands.Hmlm, Dirty: null or DirtySource.Tracked })
            {
                Fail(
                    it, nameof(Combination.Dirty),
                    "pf-access: kernel has no controller data queue; with medium: local, dirty must be host-noted or copy-while-suspended");
            }
        }

        CheckGates();
        foreach (var (name, sweep) in profile.Sweeps) CheckSweep(name, sweep);
    }

    private void CheckCases()
    {
        if (profile.Cases is { } options && cases is not null) CheckCases(options, [.. cases()]);
    }

    private void CheckGates()
    {
        foreach (var gate in profile.Gates.Quantiles) CheckGate(gate);
        foreach (var gate in profile.Gates.Latency) CheckGate(gate);
        var (gates, dwell) = (profile.Gates, profile.Dwell);
        if (gates.Recovery is { } within && new Duration(within.Nanoseconds + dwell.RecoveryWindow.Nanoseconds) is var watched && dwell.After.CompareTo(watched) < 0)
            Fail(gates, nameof(GateSettings.Recovery), $"recovery within {within} takes a dwell.after of {watched}, with its window; it is {dwell.After}");
        if (gates.ThroughputAfter is not null && (dwell.Before == Duration.Zero || dwell.After == Duration.Zero))
            Fail(gates, nameof(GateSettings.ThroughputAfter), "throughput is told where the guest runs before and after the move: dwell.before and dwell.after");
    }

    /// <summary>
    /// What so few commands cannot answer is not asked. How many there are is known of an open loop, in the time that it dwells; what comes while a
    /// controller moves is known once it did, and those that its blackout met count by their cycles.
    /// </summary>
    private void CheckGate(LatencyGate gate)
    {
        var phases = new LatencyRecord().Phases.Select(it => it.When).ToList();
        if (!phases.Contains(gate.When, StringComparer.Ordinal))
        {
            Fail(gate, nameof(LatencyGate.When), $"latency is told {string.Join(", ", phases)}, and not '{gate.When}'");
            return;
        }

        var needed = Quantiles.Needed(gate.Quantile);
        if (gate.When == LatencyRecord.OfBlackouts)
        {
            foreach (var (name, it) in profile.Combinations.Where(one => (long)one.Value.Cycles * one.Value.Vfs < needed).Take(1))
                Fail(gate, nameof(LatencyGate.Quantile), $"p{gate.Quantile * 100:0.####} gate during the move needs {needed} cycles, '{name}' has {(long)it.Cycles * it.Vfs}: what a blackout met waited together");
        }

        if (gate.When is not ("before" or "after") || profile.Guest is not { Mode: LoadMode.Open, Rate: { } rate }) return;
        var dwell = gate.When == "before" ? profile.Dwell.Before : profile.Dwell.After;
        foreach (var (name, it) in profile.Combinations)
        {
            var has = (long)(rate * dwell.Nanoseconds / 1e9 * it.Cycles * it.Vfs);
            if (has >= needed) continue;
            Fail(gate, nameof(LatencyGate.Quantile), $"p{gate.Quantile * 100:0.####} gate needs {needed} commands, '{name}' has {has} {gate.When} its moves (guest.rate, dwell.{gate.When}, cycles)");
            return;
        }
    }

    /// <summary>What so few cycles cannot answer is not asked.</summary>
    private void CheckGate(QuantileGate gate)
    {
        var needed = Quantiles.Needed(gate.Quantile);
        foreach (var (name, it) in profile.Combinations)
        {
            var has = (long)it.Cycles * it.Vfs;
            if (has >= needed) continue;
            Fail(gate, nameof(QuantileGate.Quantile), $"p{gate.Quantile * 100:0.####} gate needs {needed} cycles, '{name}' has {has}");
            return;
        }
    }

    private void CheckSweep(string name, SweepOptions sweep)
    {
        if (profile.Combinations.ContainsKey(name)) Fail(sweep, nameof(SweepOptions.Of), $"a combination is named '{name}' too");
        if (!profile.Combinations.TryGetValue(sweep.Of, out var of))
        {
            var hint = Nearest.To(sweep.Of, profile.Combinations.Keys);
            Fail(sweep, nameof(SweepOptions.Of), $"sweeps.{name}: no combination is named '{sweep.Of}'; the nearest is '{hint}'");
        }
        else if (of.CancelAfter.IsEvery || of.BreakAt.IsEvery) Fail(sweep, nameof(SweepOptions.Of), $"sweeps.{name}: '{sweep.Of}' is one combination for each step");
        if (sweep.Values.CountBy(it => it).FirstOrDefault(it => it.Value > 1) is { Value: > 1 } twice)
            Fail(sweep, nameof(SweepOptions.Values), $"sweeps.{name}: '{twice.Key}' is there {twice.Value} times, and each value is a combination by its name");
        foreach (var figure in sweep.Figure ?? [])
        {
            if (MoveFigure.Named(figure) is not { } known)
            {
                var hint = Nearest.To(figure, MoveFigure.All.Select(it => it.Name));
                Fail(sweep, nameof(SweepOptions.Figure), $"sweeps.{name}: no figure is named '{figure}'; the nearest is '{hint}'");
            }
            else if (known.Step is { } step && of is not null && !StepsOf.All(of).Contains(step))
                Fail(sweep, nameof(SweepOptions.Figure), $"sweeps.{name}: {figure}: the step {Words.Of(step)} is not part of a cycle of '{sweep.Of}'");
        }
    }

    private void CheckParts(SimulatedDevice device, string path)
    {
        foreach (var error in SimulatedDeviceCheck.Of(device)) Fail(error.Part, error.Property, $"{path}.{error.What}");
    }

    /// <summary>A key names a command, and no two the same.</summary>
    private void CheckLimits()
    {
        var seen = new Dictionary<byte, string>();
        foreach (var key in profile.Limits.Commands.Keys)
        {
            if (LimitSettings.OpcodeOf(key) is not { } opcode)
            {
                Fail(profile.Limits, nameof(LimitSettings.Commands), $"limits.commands: {CaseGlob.Unmatched(key, "admin command or opcode (0xC8)", LimitSettings.CommandNames)}");
                return;
            }

            if (!seen.TryAdd(opcode, key))
                Fail(profile.Limits, nameof(LimitSettings.Commands), $"limits.commands: '{seen[opcode]}' and '{key}' are the same command");
        }
    }

    /// <summary>A name that names nothing is a mistake.</summary>
    private void CheckCases(CaseOptions options, IReadOnlyList<CaseName> names)
    {
        var ids = names.Select(it => it.Id).ToList();
        foreach (var (property, patterns) in new[] { (nameof(options.Only), options.Only), (nameof(options.Skip), options.Skip) })
        {
            foreach (var pattern in patterns.Where(pattern => !ids.Exists(id => CaseGlob.Matches(pattern, id))))
                Fail(options, property, $"cases.{Words.OfName(property)}: {CaseGlob.Unmatched(pattern, "case", ids)}");
        }

        var groups = names.SelectMany(it => new[] { it.Area, it.Class }).Distinct().ToList();
        foreach (var key in options.Timeouts.Keys.Where(key => !groups.Contains(key) && !ids.Exists(id => CaseGlob.Matches(key, id))))
            Fail(options, nameof(options.Timeouts), $"cases.timeouts: {CaseGlob.Unmatched(key, "class, area or case", groups.Concat(ids))}");
    }

    private void CheckGuest()
    {
        var mix = _guest.Mix;
        var sum = mix.Read + mix.Write + mix.WriteZeroes + mix.Deallocate + mix.Flush;
        if (sum != 100) Fail(_guest, nameof(GuestSettings.Mix), $"the percentages of mix must sum to 100, not {sum}");
        if (_guest is { Mode: LoadMode.Open, Rate: null })
            Fail(_guest, nameof(GuestSettings.Mode), "an open loop needs its rate, commands per second");
        if (_guest is { Mode: LoadMode.Closed, Rate: not null }) Fail(_guest, nameof(GuestSettings.Rate), "rate belongs to mode: open");
    }

    private void CheckDevice(SimulatedDevice sim)
    {
        if (sim.Namespaces is not [{ } first, ..])
        {
            Fail(sim, nameof(SimulatedDevice.Namespaces), "the guest needs a namespace, and there is none");
            return;
        }

        foreach (var it in sim.Namespaces)
        {
            if (it.BlockSize is not (512 or 4096))
                Fail(it, nameof(SimulatedNamespace.BlockSize), $"block-size must be 512 or 4096, not {it.BlockSize}");
            if (it.MetadataSize is not (0 or 8 or 64))
                Fail(it, nameof(SimulatedNamespace.MetadataSize), $"metadata-size must be 0, 8 or 64, not {it.MetadataSize}");
            else if (it.MetadataSize != 0 && it is not { MetadataSize: ProtectionInformation.Size, ProtectionType: not 0 })
            {
                Fail(
                    it,
                    nameof(SimulatedNamespace.MetadataSize),
                    "the guest has no metadata of its own: metadata-size must be 0, or 8 with a protection-type, for combinations");
            }
        }

        var size = first.Blocks * first.BlockSize;
        if (_guest.Region.Bytes > size)
            Fail(_guest, nameof(GuestSettings.Region), $"region is more than the namespace, which has {new Size(size)}");
        var region = _guest.Region.Bytes == 0 ? size : _guest.Region.Bytes;
        var longest = sim.Capabilities.Mdts == 0 ? 1L << 30 : 1L << (12 + sim.Capabilities.MpsMin + sim.Capabilities.Mdts);
        foreach (var io in _guest.IoSizes)
        {
            if (io.Bytes == 0 || io.Bytes % first.BlockSize != 0)
                Fail(
                    _guest,
                    nameof(GuestSettings.IoSizes),
                    $"io-sizes must be multiples of the block size {first.BlockSize}, which {io} is not");
            else if (io.Bytes > region)
                Fail(_guest, nameof(GuestSettings.IoSizes), $"io-sizes must fit the region of {new Size(region)}, which {io} does not");
            else if (io.Bytes > longest)
                Fail(
                    _guest,
                    nameof(GuestSettings.IoSizes),
                    $"io-sizes must not exceed the device's largest transfer of {new Size(longest)}, which {io} does");
        }

        CheckQueues(sim);
        if (profile.Copy.Chunk.Bytes % first.BlockSize != 0)
            Fail(profile.Copy, nameof(CopySettings.Chunk), $"chunk must be a multiple of the block size {first.BlockSize}");
    }

    private void CheckQueues(SimulatedDevice sim)
    {
        var resources = sim.Resources;
        var pairs = resources.FlexibleQueues > 0 ? resources.SecondaryMaximum : resources.SecondaryPrivate;
        if (_guest.Queues >= pairs)
            Fail(_guest, nameof(GuestSettings.Queues), $"a VF of this device has at most {pairs - 1} I/O queue pairs, not {_guest.Queues}");
        var (asked, most) = (LoadSpec.Of(_guest).QueueEntries, sim.Capabilities.MqesZ + 1);
        if (_guest.Depth >= most)
            Fail(_guest, nameof(GuestSettings.Depth), $"a queue of this device takes at most {most - 1} commands, not {_guest.Depth}");
        else if (asked <= _guest.Depth)
            Fail(_guest, nameof(GuestSettings.Entries), $"entries must be more than depth, which is {_guest.Depth}");
        else if (asked > most)
            Fail(_guest, nameof(GuestSettings.Entries), $"a queue of this device has at most {most} entries, not {asked}");
        if (_guest.Events > sim.Capabilities.AerlZ + 1)
            Fail(
                _guest,
                nameof(GuestSettings.Events),
                $"this device takes at most {sim.Capabilities.AerlZ + 1} event requests, not {_guest.Events}");
        CheckMemory();
    }

    /// <summary>
    /// Each command slot has a buffer of the largest command and a page of its own for a PRP list; queues are whole pages.
    /// </summary>
    private void CheckMemory()
    {
        const long Page = 4096;
        const long Rest = 64 << 10; // the admin queue, event buffers, Identify
        static long Pages(long bytes) => (bytes + Page - 1) / Page * Page;
        var load = LoadSpec.Of(_guest);
        var queue = Pages(load.QueueEntries * 64L) + Pages(load.QueueEntries * 16L) + (load.Depth * (Pages(load.Sizes.Max()) + Page));
        var least = Rest + (load.Queues * queue);
        if (_guest.Memory.Bytes < least)
            Fail(
                _guest,
                nameof(GuestSettings.Memory),
                $"memory must be at least {new Size(least)} for {load.Queues} queue pairs of depth {load.Depth} and"
                + $" commands of {new Size(load.Sizes.Max())}");
    }

    private void CheckCombination(string name, Combination it, SimulatedDevice sim)
    {
        if (PlannedCombination.DialectOf(it.Commands, it.Vfio) == MigrationCommands.VendorRfc) CheckVendor(it, sim.VendorRfc);
        else CheckHmlm(it, sim);
        CheckChoices(name, it);
        if (it.QueueMemory == QueueMemoryKind.Scattered && sim.Capabilities.ContiguousQueuesRequired)
            Fail(it, nameof(Combination.QueueMemory), "this device takes contiguous queues only (CAP.CQR)");
        if (it.Hosts == HostCount.One) CheckOneHost(it);
        var functions = sim.Topology.PhysicalFunctions * sim.Topology.VirtualFunctions;
        CheckFunctions(it, nameof(Combination.FromVf), it.FromVf, functions);
        CheckFunctions(it, nameof(Combination.ToVf), it.ToVf, functions);
        CheckNeighbours(it, functions);
        var flexible = sim.Resources.FlexibleQueues;
        if (flexible > 0 && (it.Vfs + it.Neighbours) * (_guest.Queues + 1) > flexible)
            Fail(
                it,
                it.Neighbours > 0 ? nameof(Combination.Neighbours) : nameof(Combination.Vfs),
                $"{it.Vfs + it.Neighbours} VFs with {_guest.Queues} I/O queue pairs each need more than the device's {flexible} flexible queue pairs");
    }

    /// <summary>Whether the choices fit each other, whatever the device.</summary>
    private void CheckChoices(string name, Combination it)
    {
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            Fail(it, "", $"a combination's name has letters, digits, - and _ only, not '{name}'");
        if (it.Commands == MigrationCommands.Vfio) CheckVfio(it, it.Vfio ?? new());
        else if (it.Vfio is not null) Fail(it, nameof(Combination.Vfio), "vfio belongs to commands: vfio");

        if (it is { Medium: MediumSharing.Shared, Dirty: not null })
            Fail(it, nameof(Combination.Dirty), "dirty belongs to medium: local; a shared medium is not copied");
        var tracked = it is { Medium: MediumSharing.Local, Commands: MigrationCommands.Hmlm, Dirty: null or DirtySource.Tracked };
        if (it.DataQueue != DataQueueEnd.Kept && !tracked)
            Fail(it, nameof(Combination.DataQueue), "data-queue belongs to medium: local with dirty: tracked; nothing else has such a queue");
        if (it.Reports != ReportSource.Polled && !tracked)
            Fail(it, nameof(Combination.Reports), "reports belongs to medium: local with dirty: tracked; nothing else has any");
        if (it is { CancelAfter.IsNone: false, BreakAt.IsNone: false })
            Fail(it, nameof(Combination.BreakAt), "a cycle is either cancelled or broken: cancel-after or break-at");
        var commit = StepsOf.CommitPoint(it);
        if (it.CancelAfter.Step >= commit)
            Fail(it, nameof(Combination.CancelAfter), $"cancel-after must be a step before {Words.Of(commit)}, the commit point, not {it.CancelAfter}");
        if (it.BreakAt.Step > commit || (it.BreakAt.Step == commit && commit != CycleStep.Resume))
        {
            var last = commit == CycleStep.Resume ? "resume or a step before it" : $"a step before {Words.Of(commit)}, the commit point";
            Fail(it, nameof(Combination.BreakAt), $"break-at must be {last}, not {it.BreakAt}");
        }

        CheckStepHappens(it, nameof(Combination.CancelAfter), it.CancelAfter);
        CheckStepHappens(it, nameof(Combination.BreakAt), it.BreakAt);

        if (it is { Expect: Expectation.Fail, MustFind: [] })
            Fail(it, nameof(Combination.Expect), "expect: fail must say what is to be found: must-find, requirements or kinds of finding, such as [LM-POST-01]");
        if (it is { Expect: Expectation.Pass, MustFind: not [] }) Fail(it, nameof(Combination.MustFind), "must-find belongs to expect: fail");
        if (it is { Vfs: 1, Direction: Direction.Crossing }) Fail(it, nameof(Combination.Direction), "direction: crossing needs two VFs or more: vfs");
    }

    private void CheckOneHost(Combination it)
    {
        if (it.Medium == MediumSharing.Local)
            Fail(it, nameof(Combination.Hosts), "hosts: one has one subsystem, whose namespaces both VFs reach; medium must be shared");
        if (Math.Abs(it.FromVf - it.ToVf) < it.Vfs)
            Fail(it, nameof(Combination.ToVf), $"hosts: one needs other VFs to move to: from-vf {it.FromVf} and to-vf {it.ToVf} name the same ones");
    }

    private void CheckHmlm(Combination it, SimulatedDevice sim)
    {
        if (!sim.Migration.Supported) Fail(it, nameof(Combination.Commands), "hmlm needs device.sim.migration.supported");
        if (it.AdminQueue == AdminQueueKind.Carried && sim.Migration.VendorState is not { Supported: true, AdminQueue: true })
        {
            Fail(it, nameof(Combination.AdminQueue), "admin-queue: carried needs a vendor part of the state that holds it: "
                + "device.sim.migration.vendor-state with supported and admin-queue true");
        }

        if (it.CancelAfterSave is not null)
            Fail(it, nameof(Combination.CancelAfterSave), "cancel-after-save belongs to commands: vendor-rfc");
        if (it is { Medium: MediumSharing.Local, Dirty: null or DirtySource.Tracked } && !sim.Migration.TracksUserData)
            Fail(it, nameof(Combination.Dirty), "this device tracks no user data; dirty must be host-noted or copy-while-suspended");
        if (it.GuestMemory == GuestMemoryKind.Copied && !sim.Migration.TracksMemory)
            Fail(
                it,
                nameof(Combination.GuestMemory),
                "guest-memory: copied needs a device that tracks memory: device.sim.migration.tracks-memory");
    }

    private void CheckVendor(Combination it, VendorDialect? dialect)
    {
        if (dialect is null)
            Fail(
                it,
                nameof(Combination.Commands),
                "vendor-rfc needs a device that has these commands: device.sim.vendor-rfc, or device.linux.vendor-rfc, {} for its defaults");
        if (it.AdminQueue == AdminQueueKind.Mediated)
            Fail(it, nameof(Combination.AdminQueue), "vendor-rfc carries the admin queue in its state; it cannot be mediated");
        if (it is { Medium: MediumSharing.Local, Dirty: null or DirtySource.Tracked })
            Fail(
                it,
                nameof(Combination.Dirty),
                "vendor-rfc tracks no user data; with medium: local, dirty must be host-noted or copy-while-suspended");
        if (it.GuestMemory == GuestMemoryKind.Copied)
            Fail(it, nameof(Combination.GuestMemory), "vendor-rfc tracks no memory; guest-memory must be same");
    }

    private void CheckVfio(Combination it, VfioSettings vfio)
    {
        if (vfio is { Over: VfioOver.VendorRfc, PreCopy: true })
            Fail(vfio, nameof(VfioSettings.PreCopy), "over vendor-rfc the state can be read only once it is stopped; pre-copy needs over: hmlm");
        if (vfio is { Arc: VfioArc.AsPosted } and not { Over: VfioOver.VendorRfc, PeerToPeer: false })
            Fail(vfio, nameof(VfioSettings.Arc), "the series has these arcs over vendor-rfc, and without peer-to-peer");
        if (it is { Medium: MediumSharing.Local, Dirty: null or DirtySource.Tracked })
            Fail(it, nameof(Combination.Dirty), "vfio reports no changed blocks; with medium: local, dirty must be host-noted or copy-while-suspended");
        if (it.CancelAfterSave == CancelAfterSave.Impossible)
            Fail(it, nameof(Combination.CancelAfterSave), "a VFIO device in STOP can always go back to RUNNING; impossible is not possible");
    }

    private void CheckStepHappens(Combination it, string property, StepChoice choice)
    {
        if (choice.Step is { } step && !StepsOf.OfMigration(it).Contains(step))
            Fail(it, property, $"{Words.OfName(property)}: the step {choice} is not part of such a migration");
    }

    private void CheckNeighbours(Combination it, int functions)
    {
        var last = Math.Max(it.FromVf, it.ToVf) + it.Vfs - 1 + it.Neighbours;
        if (it.Neighbours > 0 && last > functions) Fail(it, nameof(Combination.Neighbours), $"neighbours: VF {last} is needed, and the device has {functions}");
    }

    private void CheckFunctions(Combination it, string property, int first, int functions)
    {
        if (first + it.Vfs - 1 > functions)
            Fail(it, property, $"{Words.OfName(property)}: VF {first + it.Vfs - 1} is needed, and the device has {functions}");
    }

    private void Fail(object record, string property, string what)
    {
        // A default that does not fit was written nowhere: the profile as a whole is to blame.
        var owner = binder.IsGiven(record) ? record : profile;
        errors.Add(new ProfileError(binder.PlaceOf(owner, property), what));
    }
}
