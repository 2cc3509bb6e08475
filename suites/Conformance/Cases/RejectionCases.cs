using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// What the migration commands refuse for what stands in them, whatever the controller is like (Base 2.3 4.1.1, 4.2.3, 5.2.16, 5.2.17).
/// </summary>
[Area("rejection")]
internal sealed class RejectionCases : LoadingCase
{
    /// <summary>Every reserved operation of Migration Send, with every sequence indicator, on a controller that runs and on one that is suspended.</summary>
    /// <remarks>An effect on anything but the saved state of this one controller.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-REJ-01")]
    public async CaseTask Reserved_operations_of_Migration_Send_are_refused(bool suspended)
    {
        var (host, vf) = await StartAsync(suspended);
        var before = await LookAsync(host, vf.Id);
        var data = host.Buffer(4096);
        for (var select = 3; select <= 0xFF; select++)
        {
            var send = MigrationCommand.SetControllerState(vf.Id, host.Csvi, 0, 48, 0, (SequenceIndicator)(select & 3)) with { Prp1 = data.Iova };
            send.Cdw10 = (send.Cdw10 & ~0xFFu) | (uint)select;
            Check.Refused("LM-REJ-01", $"sel={select:X2}h", await host.AdminAsync(send), Status.InvalidField);
        }

        await IsUnchangedAsync("LM-REJ-01", host, vf.Id, before);
    }

    /// <summary>Every reserved operation of Migration Receive; nothing is written to the buffer either.</summary>
    /// <remarks>An effect on the controller: only the buffer is looked at, a page of it.</remarks>
    [Test]
    [Covers("LM-REJ-02")]
    public async CaseTask Reserved_operations_of_Migration_Receive_are_refused()
    {
        var (host, vf) = await StartAsync(suspended: true);
        var data = host.Buffer(4096);
        for (var select = 1; select <= 0xFF; select++)
        {
            var receive = MigrationCommand.GetControllerState(vf.Id, host.Csvi, 0, 104) with { Prp1 = data.Iova };
            receive.Cdw10 |= (uint)select;
            Check.Refused("LM-REJ-02", $"sel={select:X2}h", await host.AdminAsync(receive), Status.InvalidField);
        }

        Check.That("LM-REJ-02", "buffer", data.Read().IndexOfAnyExcept((byte)0) < 0, "a refused Migration Receive has written data");
    }

    /// <summary>Every reserved type of suspension.</summary>
    /// <remarks>A controller that is suspended already, and DUDMQ beside a reserved type.</remarks>
    [Test]
    [Covers("LM-REJ-03")]
    public async CaseTask Reserved_types_of_suspension_are_refused()
    {
        var (host, vf) = await StartAsync();
        for (var type = 2; type <= 0xFF; type++)
            Check.Refused("LM-REJ-03", $"stype={type:X2}h", await host.SuspendAsync(vf.Id, (SuspendType)type), Status.InvalidField);
        Check.Equal("LM-REJ-03", "csup", await host.IsSuspendedAsync(vf.Id), false, "a refused Suspend has suspended the controller");
        await DoesIoAsync("LM-REJ-03", vf, "after");
    }

    /// <summary>
    /// Controllers that are not there: 0 and FFFFh, one more than the highest, and identifiers that name a controller once their upper half is
    /// dropped. None that is there is touched.
    /// </summary>
    /// <remarks>Controllers that exist behind another primary; a Suspend whose effect passes before CSUP is read.</remarks>
    [TestCase(false)]
    [TestCase(true)]
    [Covers("LM-REJ-04")]
    public async CaseTask A_suspend_of_nobody_touches_nobody(bool deleteQueue)
    {
        var (host, vf) = await StartAsync();
        var other = await host.BringUpAsync(2);
        foreach (var cntlid in await AbsentAsync(host, vf.Id))
            Check.Refused("LM-REJ-04", $"cntlid={cntlid:X4}h", await host.SuspendAsync(cntlid, deleteQueue: deleteQueue), Status.InvalidControllerIdentifier);
        foreach (var it in (CaseVf[])[vf, other])
        {
            Check.Equal("LM-REJ-04", $"vf{it.Number}.csup", await host.IsSuspendedAsync(it.Id), false, "a Suspend of nobody has suspended somebody");
            await DoesIoAsync("LM-REJ-04", it, $"vf{it.Number}");
        }

        await IsHealthyAsync("LM-REJ-04", host, "after");
    }

    /// <summary>Every migration command with a namespace: one that there is, one that there is not, and all of them.</summary>
    /// <remarks>An effect that the saved state does not show, or that a later command of the ten undoes.</remarks>
    [TestCase(1u)]
    [TestCase(0x100u)]
    [TestCase(0xFFFF_FFFEu)]
    [TestCase(0xFFFF_FFFFu)]
    [Covers("LM-REJ-05")]
    public async CaseTask Commands_with_a_namespace_are_refused(uint nsid)
    {
        var (host, vf) = await StartAsync();
        var before = await LookAsync(host, vf.Id);
        foreach (var command in NamedCommand.All(vf.Id, host.Csvi, host.Buffer(4096)))
            Check.Refused("LM-REJ-05", command.Name, await host.AdminAsync(command.Entry with { Nsid = nsid }), Status.InvalidField);
        await IsUnchangedAsync("LM-REJ-05", host, vf.Id, before);
    }

    /// <summary>Each bit that Suspend has no use for is ignored, or is refused: all by the same rule.</summary>
    /// <remarks>Several bits at once, and reserved bits of other commands. Either rule is legal.</remarks>
    [Test]
    [Covers("LM-REJ-15")]
    public async CaseTask Reserved_bits_of_Suspend_have_one_rule()
    {
        var (host, vf) = await StartAsync();
        var (refused, accepted) = (new List<string>(), new List<string>());
        foreach (var (dword, from, to) in ((int, int, int)[])[(10, 8, 31), (11, 24, 30), (12, 0, 31), (13, 0, 31), (15, 0, 31)])
        {
            for (var bit = from; bit <= to; bit++)
            {
                // A notification, which leaves the controller as it is.
                var answer = await host.AdminAsync(WithBit(MigrationCommand.Suspend(vf.Id, SuspendType.Notification), dword, bit));
                (answer.IsOk ? accepted : refused).Add($"CDW{dword} bit {bit}");
                if (!answer.IsOk) Check.Refused("LM-REJ-15", $"cdw{dword}[{bit}]", answer, Status.InvalidField);
            }
        }

        Check.Saw("LM-REJ-15", "reserved", refused.Count == 0 ? "ignored" : accepted.Count == 0 ? "refused" : "both");
        Check.That(
            "LM-REJ-15", "rule", refused.Count == 0 || accepted.Count == 0,
            $"some reserved bits are ignored and others refused: {string.Join(", ", refused.Count < accepted.Count ? refused : accepted)}");
        // The same with the suspension itself.
        var suspend = await host.AdminAsync(WithBit(MigrationCommand.Suspend(vf.Id), 11, 24));
        Check.Equal("LM-REJ-15", "suspend", suspend.IsOk, refused.Count == 0, "a reserved bit is judged otherwise by a suspension than by a notification");
        Check.Equal("LM-REJ-15", "csup", await host.IsSuspendedAsync(vf.Id), suspend.IsOk, "a refused Suspend has suspended the controller, or another not");
    }

    /// <summary>Two mistakes at once: the status of either is right.</summary>
    /// <remarks>Which of the two a device prefers: that is its own. Eight pairs are tried, on a controller that runs.</remarks>
    [TestCase("get: nobody, unknown version")]
    [TestCase("get: unknown version, odd offset")]
    [TestCase("set: nobody, unknown version")]
    [TestCase("set: running twin, odd offset")]
    [TestCase("suspend: nobody, reserved type")]
    [TestCase("resume: nobody, namespace")]
    [TestCase("resume: running, namespace")]
    [TestCase("send: nobody, reserved operation")]
    [Covers("LM-REJ-16")]
    public async CaseTask Of_two_mistakes_one_is_told(string mistakes)
    {
        var (host, vf) = await StartAsync();
        var before = await LookAsync(host, vf.Id);
        var nobody = (await AbsentAsync(host, vf.Id))[^1];
        var unknown = (byte)(host.Formats.Versions.Count + 1);
        var page = host.Buffer(4096).Iova;
        var (command, other) = mistakes switch
        {
            "get: nobody, unknown version" => (MigrationCommand.GetControllerState(nobody, unknown, 0, 48), Status.InvalidControllerIdentifier),
            "get: unknown version, odd offset" => (MigrationCommand.GetControllerState(vf.Id, unknown, 0, 48, 2), Status.InvalidField),
            "set: nobody, unknown version" => (MigrationCommand.SetControllerState(nobody, unknown, 0, 48), Status.InvalidControllerIdentifier),
            "set: running twin, odd offset" =>
                (MigrationCommand.SetControllerState(vf.Id, host.Csvi, 0, 48, 2, SequenceIndicator.Last), Status.CommandSequenceError),
            "suspend: nobody, reserved type" => (MigrationCommand.Suspend(nobody, (SuspendType)7), Status.InvalidControllerIdentifier),
            "resume: nobody, namespace" => (MigrationCommand.Resume(nobody) with { Nsid = 1 }, Status.InvalidControllerIdentifier),
            "resume: running, namespace" => (MigrationCommand.Resume(vf.Id) with { Nsid = 1 }, Status.ControllerNotSuspended),
            _ => (MigrationCommand.Suspend(nobody) with { Cdw10 = 0x77 }, Status.InvalidControllerIdentifier),
        };
        // A device that takes no state of a controller that runs may say so, too.
        Status[] legal = mistakes.StartsWith("set", StringComparison.Ordinal)
            ? [Status.InvalidField, other, Status.InvalidControllerIdentifier] : [Status.InvalidField, other];
        Check.Refused("LM-REJ-16", mistakes, await host.AdminAsync(command with { Prp1 = page }), legal);
        await IsUnchangedAsync("LM-REJ-16", host, vf.Id, before);
    }

    /// <summary>
    /// A host that was written after the draft of 2025: its Resume is 2 and its Set 3, its header has 20 bytes with lengths of 16 bits at 16
    /// and 18, it counts dwords from 0, and its version index is 0.
    /// </summary>
    /// <remarks>A whole host of the draft: it makes all five mistakes at once, and here each is alone among right fields.</remarks>
    [TestCase("resume")]
    [TestCase("set")]
    [TestCase("header")]
    [TestCase("count")]
    [TestCase("version")]
    [Covers("LM-REJ-17")]
    public async CaseTask A_host_that_speaks_the_draft_is_refused(string what)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var (host, state) = (load.Host, load.State);
        var buffer = host.Buffer(4096);
        buffer.Write(state);
        if (what == "header")
        {
            var draft = new byte[20 + state.Length - ControllerStateHeader.Size];
            Wire.Write(draft.AsSpan(16), (ushort)((state.Length - ControllerStateHeader.Size) / 4));
            state.AsSpan(ControllerStateHeader.Size).CopyTo(draft.AsSpan(20));
            buffer.Clear();
            buffer.Write(draft);
            state = draft;
        }

        var set = MigrationCommand.SetControllerState(load.To.Id, host.Csvi, 0, (uint)state.Length) with { Prp1 = buffer.Iova };
        var command = what switch
        {
            "resume" => MigrationCommand.Resume(load.To.Id) with { Cdw10 = 2 },
            "set" => set with { Cdw10 = (set.Cdw10 & ~0xFFu) | 3 },
            "count" => set with { Cdw15 = set.Cdw15 - 1 },
            "version" => MigrationCommand.SetControllerState(load.To.Id, 0, 0, (uint)state.Length) with { Prp1 = buffer.Iova },
            _ => set,
        };
        Check.Refused("LM-REJ-17", what, await host.AdminAsync(command), Status.InvalidField, Status.CommandSequenceError);
        await HasNothingAsync("LM-REJ-17", load, "refused");
        Check.Equal("LM-REJ-17", "csup", await host.IsSuspendedAsync(load.To.Id), true, "a command of the draft has let the controller go on");
        Check.Ok("LM-REJ-17", "whole", await load.SetAsync(load.State), "after a command of the draft the right one was not taken");
        await HasAllAsync("LM-REJ-17", load, "whole");
    }

    internal static SubmissionEntry WithBit(SubmissionEntry entry, int dword, int bit)
    {
        var mask = 1u << bit;
        return dword switch
        {
            10 => entry with { Cdw10 = entry.Cdw10 | mask },
            11 => entry with { Cdw11 = entry.Cdw11 | mask },
            12 => entry with { Cdw12 = entry.Cdw12 | mask },
            13 => entry with { Cdw13 = entry.Cdw13 | mask },
            14 => entry with { Cdw14 = entry.Cdw14 | mask },
            _ => entry with { Cdw15 = entry.Cdw15 | mask },
        };
    }

    /// <summary>A host with one virtual function.</summary>
    private static async ValueTask<(CaseHost Host, CaseVf Vf)> StartAsync(bool suspended = false)
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        if (suspended) await host.MustSuspendAsync(vf.Id);
        return (host, vf);
    }

    /// <summary>Identifiers that neither the PF nor one of its secondary controllers has.</summary>
    private static async ValueTask<IReadOnlyList<ushort>> AbsentAsync(CaseHost host, ushort present)
    {
        var listed = Lab.Must("Identify, Secondary Controller List", await host.Secondaries.ListAsync()).Select(it => it.Scid).Append(host.Id).ToHashSet();
        return [.. new[] { 0, listed.Max() + 1, present | 0x100, present | 0x8000, 0xFFFE, 0xFFFF }.Select(it => (ushort)it).Where(it => !listed.Contains(it))];
    }

    private static async ValueTask<string> LookAsync(CaseHost host, ushort cntlid) => Convert.ToHexString((await host.ReadStateAsync(cntlid)).Bytes);

    private static async ValueTask IsUnchangedAsync(string requirement, CaseHost host, ushort cntlid, string before) =>
        Check.Equal(requirement, "state", await LookAsync(host, cntlid), before, "a refused command has changed the controller");
}
