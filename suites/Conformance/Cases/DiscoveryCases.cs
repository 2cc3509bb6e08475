using System.Runtime.CompilerServices;
using Conformance.Driver;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What a subsystem says of itself (Base 2.3 8.1.13, 5.2.13.2.21, 5.2.12.1.6, 5.2.12.1.18).</summary>
[Area("discovery")]
internal sealed class DiscoveryCases : ConformanceCase
{
    private static readonly AdminOpcode[] _migration =
        [AdminOpcode.MigrationSend, AdminOpcode.MigrationReceive, AdminOpcode.ControllerDataQueue, AdminOpcode.TrackSend, AdminOpcode.TrackReceive];

    /// <summary>
    /// Identify Controller of the PF and of every VF that can be brought up: who moves whom, and nobody asks for host memory. Where the PF's bit is 0, its
    /// effects log tells whether it has the commands all the same.
    /// </summary>
    /// <remarks>A PF that hides the bit and its commands too counts as one without live migration. Four VFs at most are asked.</remarks>
    [Test]
    [Covers("LM-DISC-01", "LM-DISC-02", "LM-DISC-03")]
    public async CaseTask Who_moves_whom_is_announced()
    {
        var host = await Lab.StartAsync();
        var announced = host.Identity.Oacs.HostManagedLiveMigration;
        var offered = announced || await ListsMigrationAsync(host.Pf);
        Lab.Need(offered, "Host Managed Live Migration (OACS bit 11, Identify Controller bytes 256:257, and effects of 41h and 42h, log 05h)");
        if (!Check.Equal("LM-DISC-01", "pf.oacs.hmlms", announced, true, "Migration Send or Receive is supported, and the controller does not say so")) return;
        await host.NeedMigrationAsync();
        Check.Equal("LM-DISC-03", "pf.hmpre", host.Identity.Hmpre, 0u, "it asks for host memory");
        var functions = await host.FunctionsAsync();
        for (var number = 1; number <= functions.Count; number++)
        {
            var vf = await host.BringUpAsync(number, pairs: 1);
            Check.Equal("LM-DISC-02", $"vf[{number}].oacs.hmlms", vf.Nvme.Identity.Oacs.HostManagedLiveMigration, false, "a controlled controller says that it controls");
            Check.Equal("LM-DISC-03", $"vf[{number}].hmpre", vf.Nvme.Identity.Hmpre, 0u, "it asks for host memory");
        }
    }

    /// <summary>The formats of the state, byte by byte.</summary>
    /// <remarks>Whether what is listed can be saved and loaded: the cases of states use version 0000h alone.</remarks>
    [Test]
    [Covers("LM-DISC-04", "LM-DISC-05")]
    public async CaseTask The_formats_of_the_state_are_a_list_that_ends()
    {
        var host = await Lab.StartAsync();
        // The bit alone: what reads the formats for other cases would take wrong ones for none.
        Lab.Need(host.Identity.Oacs.HostManagedLiveMigration, "Host Managed Live Migration (OACS bit 11, Identify Controller bytes 256:257)");
        var page = await FormatsAsync(host.Pf);
        if (!Check.Ok("LM-DISC-04", "cns 20h", page.Answer, "the controlling controller does not tell its formats")) return;
        var (versions, uuids) = (page.Value[0], page.Value[1]);
        var end = 2 + (2 * versions) + (16 * uuids);
        Check.That("LM-DISC-04", "nv+nuuid", versions + uuids >= 1, "no format at all is listed");
        Check.That("LM-DISC-04", "end", end <= page.Value.Length, "the lists do not end within the page");
        Check.That("LM-DISC-04", "rest", !page.Value.AsSpan(Math.Min(end, page.Value.Length)).ContainsAnyExcept((byte)0), "something follows the lists");
        var listed = SupportedControllerStateFormats.TryDecode(page.Value, out _)?.Versions ?? [];
        Check.That("LM-DISC-05", "versions", listed.Contains((ushort)0), "version 0000h is not listed");
        Check.Equal("LM-DISC-05", "versions.unique", listed.Distinct().Count(), listed.Count, "a version is listed twice");
    }

    /// <summary>Vendor formats have names of their own.</summary>
    /// <remarks>Two formats of one name, and a name that is another vendor's.</remarks>
    [Test]
    [Covers("LM-DISC-06")]
    public async CaseTask A_vendor_format_has_a_name()
    {
        // The UUID that NVMe calls invalid (Base 2.3 8.1.30.2).
        var invalid = new Guid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], bigEndian: true);
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        Lab.Need(host.Formats.Uuids.Count > 0, "a vendor format of the state (Identify CNS 20h, NUUID)");
        for (var i = 0; i < host.Formats.Uuids.Count; i++)
            Check.That("LM-DISC-06", $"uuid[{i + 1}]", host.Formats.Uuids[i] != Guid.Empty && host.Formats.Uuids[i] != invalid, "a format is listed without a valid name");
    }

    /// <summary>A controlled controller is asked for formats.</summary>
    /// <remarks>VFs other than the first; other data structures that a VF should not tell.</remarks>
    [Test]
    [Covers("LM-DISC-07")]
    public async CaseTask A_controlled_controller_knows_no_formats()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync(pairs: 1);
        Check.Refused("LM-DISC-07", "cns 20h", (await FormatsAsync(vf.Nvme)).Answer, Status.InvalidField);
    }

    /// <summary>The effects logs of both sides, held against what Identify Controller says.</summary>
    /// <remarks>Any bit of an entry but CSUPP, and commands that are marked as supported and promised by nothing.</remarks>
    [Test]
    [Covers("LM-DISC-08", "LM-DISC-09")]
    public async CaseTask The_effects_logs_say_what_Identify_says()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var attributes = host.Identity.Trattr;
        var effects = await CommandEffectsAsync(host.Pf);
        (AdminOpcode Opcode, bool Wanted)[] wanted =
        [
            (AdminOpcode.MigrationSend, true), (AdminOpcode.MigrationReceive, true),
            (AdminOpcode.TrackSend, attributes.UserDataChanges || attributes.HostMemoryChanges),
            (AdminOpcode.TrackReceive, attributes.HostMemoryChanges), (AdminOpcode.ControllerDataQueue, attributes.UserDataChanges),
        ];
        foreach (var (opcode, supported) in wanted.Where(it => it.Wanted))
            Check.Equal("LM-DISC-08", $"pf.acs[{(byte)opcode:X2}h].csupp", effects.Acs[(byte)opcode].Supported, supported, "a command that the attributes promise is not marked as supported");
        var vf = await host.BringUpAsync(pairs: 1);
        var controlled = await CommandEffectsAsync(vf.Nvme);
        foreach (var opcode in (AdminOpcode[])[AdminOpcode.MigrationSend, AdminOpcode.MigrationReceive])
            Check.Equal("LM-DISC-09", $"vf.acs[{(byte)opcode:X2}h]", controlled.Acs[(byte)opcode].Raw, 0u, "a controlled controller lists a migration command");
    }

    /// <summary>The feature of data queues in the feature effects log.</summary>
    /// <remarks>What else the entry says of the feature. That its effect is a data queue's alone, no log can show.</remarks>
    [Test]
    [Covers("LM-DISC-10")]
    public async CaseTask The_feature_of_data_queues_has_their_scope()
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        var features = Lab.Must("Get Log Page 12h", await host.Pf.ReadAsync<FeatureEffectsLog>(AdminCommand.GetLogPage((byte)LogId.FeatureEffects, FeatureEffectsLog.Size)));
        var data = features.Fis[ControllerDataQueueFeature.Fid];
        Check.Equal("LM-DISC-10", "fid[21h].fsupp", data.Supported, true, "the feature of data queues is not marked as supported");
        Check.That("LM-DISC-10", "fid[21h].fsp", data.Scope is EffectScope.None or EffectScope.ControllerDataQueue, "the scope is not that of a data queue alone");
    }

    /// <summary>The limits of data queues, of the controller and of the subsystem.</summary>
    /// <remarks>Whether the device keeps them: cases that ask for one queue or one piece more look at that. MCDQPC is not judged.</remarks>
    [Test]
    [Covers("LM-DISC-11")]
    public async CaseTask Limits_of_data_queues_allow_one()
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        var id = host.Identity;
        Check.That("LM-DISC-11", "mcudmq", id.Mcudmq >= 1 && id.Mcudmq <= id.Mnsudmq, $"MCUDMQ {id.Mcudmq} is 0 or above MNSUDMQ {id.Mnsudmq}");
        Check.That("LM-DISC-11", "mcmr", id.Mcmr >= 1 && id.Mcmr <= id.Nmcmr, $"MCMR {id.Mcmr} is 0 or above NMCMR {id.Nmcmr}");
    }

    /// <summary>The limits of memory tracking, of the controller and of the subsystem.</summary>
    /// <remarks>Whether the device keeps them: cases that start tracking look at that.</remarks>
    [Test]
    [Covers("LM-DISC-12")]
    public async CaseTask Limits_of_memory_tracking_allow_a_range()
    {
        var host = await Lab.StartAsync();
        await host.NeedMemoryTrackingAsync();
        var id = host.Identity;
        Check.That("LM-DISC-12", "cmmrtd", id.Cmmrtd >= 1 && id.Cmmrtd <= id.Nmmrtd, $"CMMRTD {id.Cmmrtd} is 0 or above NMMRTD {id.Nmmrtd}");
        Check.That("LM-DISC-12", "minmrtg", id.Minmrtg <= id.Maxmrtg, $"MINMRTG {id.Minmrtg} is above MAXMRTG {id.Maxmrtg}");
    }

    /// <summary>What is reserved around the attributes of tracking.</summary>
    /// <remarks>The page of the PF alone; what is reserved elsewhere in it.</remarks>
    [Test]
    [Covers("LM-DISC-13")]
    public async CaseTask What_is_reserved_around_tracking_is_0()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var bytes = Wire.Bytes(host.Identity);
        Check.Equal("LM-DISC-13", "trattr[7:3]", bytes[576] >> 3, 0, "bits without a meaning are set");
        Check.Equal("LM-DISC-13", "byte[577]", bytes[577], (byte)0, "a reserved byte is set");
        Check.That("LM-DISC-13", "byte[588..767]", !bytes[588..768].ContainsAnyExcept((byte)0), "reserved bytes are set");
    }

    /// <summary>The format of entries of the migration queue.</summary>
    /// <remarks>Whether entries are of that format: cases about the log take them for type 0.</remarks>
    [Test]
    [Covers("LM-DISC-14")]
    public async CaseTask The_format_of_migration_queue_entries_is_known()
    {
        var host = await Lab.StartAsync();
        await host.NeedUserDataTrackingAsync();
        var nvm = Lab.Must("Identify CNS 06h", await host.Pf.IdentifyAsync<NvmController>(Cns.CommandSetController));
        Check.That("LM-DISC-14", "lbamqf", nvm.Lbamqf is 0 or >= 0xC0, $"LBAMQF {nvm.Lbamqf:X2}h is neither entry type 0 nor a vendor's");
    }

    /// <summary>A subsystem without live migration is sent each of its commands, on the PF and on a VF.</summary>
    /// <remarks>An effect that no register, Identify or running command shows.</remarks>
    [Test]
    [Covers("LM-DISC-15")]
    public async CaseTask Without_the_capability_no_command_of_it_is_known()
    {
        var host = await Lab.StartAsync();
        Lab.Need(!host.Identity.Oacs.HostManagedLiveMigration, "a subsystem without live migration, which this one is not (OACS bit 11)");
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync();
        foreach (var opcode in _migration)
        {
            foreach (var (name, nvme) in ((string, NvmeController)[])[("pf", host.Pf), ("vf", vf.Nvme)])
            {
                var command = AdminCommand.Of(opcode) with { Cdw11 = 0x0001_0000u | vf.Id };
                Check.Refused("LM-DISC-15", $"{name}.{(byte)opcode:X2}h", await nvme.AdminAsync(command, nvme.Memory.Rent(4096)), Status.InvalidOpcode);
            }
        }

        Check.Equal("LM-DISC-15", "vf.alive", (await queue.DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success, "a refused command had an effect");
    }

    /// <summary>A controller that can be moved does not keep its doorbells in memory, or says how they move.</summary>
    /// <remarks>Whether suspension covers shadow doorbells, where a device offers both.</remarks>
    [Test]
    [Covers("LM-DISC-16")]
    public async CaseTask Doorbells_in_memory_are_not_offered()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync(pairs: 1);
        Check.Equal("LM-DISC-16", "pf.oacs.dbcs", host.Identity.Oacs.DoorbellBufferConfig, false, "doorbells in memory are offered, and no state holds them");
        Check.Equal("LM-DISC-16", "vf.oacs.dbcs", vf.Nvme.Identity.Oacs.DoorbellBufferConfig, false, "doorbells in memory are offered, and no state holds them");
    }

    private static ValueTask<Reading<byte[]>> FormatsAsync(NvmeController controller) => controller.ReadBytesAsync(
        AdminCommand.Identify((byte)Cns.SupportedControllerStateFormats), SupportedControllerStateFormats.Size);

    /// <summary>Migration Send or Receive is marked as supported; not so where there is no such log.</summary>
    private static async ValueTask<bool> ListsMigrationAsync(NvmeController controller)
    {
        var log = await controller.ReadAsync<CommandEffectsLog>(AdminCommand.GetLogPage((byte)LogId.CommandEffects, CommandEffectsLog.Size));
        return log.Answer.IsOk && (log.Value.Acs[(int)AdminOpcode.MigrationSend].Supported || log.Value.Acs[(int)AdminOpcode.MigrationReceive].Supported);
    }

    private static async ValueTask<CommandEffectsLog> CommandEffectsAsync(NvmeController controller) => Lab.Must(
        "Get Log Page 05h",
        await controller.ReadAsync<CommandEffectsLog>(AdminCommand.GetLogPage((byte)LogId.CommandEffects, (uint)Unsafe.SizeOf<CommandEffectsLog>())));
}
