using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.PersistentEvents;

/// <summary>The Persistent Event log: contexts, order, and what is recorded.</summary>
[TestFixture]
internal sealed class PersistentEventTests
{
    private const byte Read = (byte)PersistentEventAction.Read;
    private const byte Establish = (byte)PersistentEventAction.EstablishAndRead;
    private const byte Release = (byte)PersistentEventAction.Release;
    private const byte ReadHeader = (byte)PersistentEventAction.EstablishAndReadHeader;

    private static readonly SimulatedPairOptions _timed = new() { Device = new() { Timing = new() { Sanitize = Duration.FromMilliseconds(1) } } };

    private static Task<Status> Ask(RawHost host, byte action) =>
        host.LogStatus(AdminCommand.GetLogPage((byte)LogId.PersistentEvent, 512, lsp: action));

    /// <summary>The events, newest first, by a context of its own.</summary>
    private static async Task<List<(PersistentEventHeader Head, byte[] Data)>> Events(RawHost host)
    {
        await Ask(host, Release);
        var page = await host.Log(LogId.PersistentEvent, 8192, lsp: Establish);
        var head = Wire.Read<PersistentEventLogHeader>(page);
        var events = new List<(PersistentEventHeader, byte[])>();
        for (var at = PersistentEventLogHeader.Size; events.Count < head.Tnev;)
        {
            var made = Wire.Read<PersistentEventHeader>(page.AsSpan(at));
            var data = at + made.Ehl + 3;
            events.Add((made, page[data..(data + made.El)]));
            at = data + made.El;
            Assert.That(at, Is.LessThanOrEqualTo((int)head.Tll));
        }

        return events;
    }

    [Test]
    public void A_context_is_established_read_and_released() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That(await Ask(pf, Read), Is.EqualTo(Status.CommandSequenceError));
        Assert.That(await Ask(pf, Release), Is.EqualTo(Status.Success), "none is no error");
        Assert.That(await Ask(pf, Establish), Is.EqualTo(Status.Success));
        Assert.That(await Ask(pf, Establish), Is.EqualTo(Status.CommandSequenceError));
        var before = await pf.Log<PersistentEventLogHeader>(LogId.PersistentEvent, lsp: Read);
        await pf.SetFeature(FeatureId.Arbitration, 2);
        var after = await pf.Log<PersistentEventLogHeader>(LogId.PersistentEvent, lsp: Read);
        Assert.That((after.Tnev, after.Gnum), Is.EqualTo((before.Tnev, before.Gnum)), "a context does not change");
        var head = await pf.Log<PersistentEventLogHeader>(LogId.PersistentEvent, lsp: ReadHeader);
        Assert.That(head.Rci.Exists, Is.True);
        await Ask(pf, Release);
        head = await pf.Log<PersistentEventLogHeader>(LogId.PersistentEvent, lsp: ReadHeader);
        Assert.That((head.Rci.Exists, head.Tnev, head.Gnum), Is.EqualTo((false, before.Tnev + 1, (ushort)(before.Gnum + 1))));
        await pf.Disable();
        await pf.Enable();
        Assert.That(await Ask(pf, Read), Is.EqualTo(Status.CommandSequenceError), "a reset ends it");
    });

    [Test]
    public void Settings_resets_and_sanitize_operations_are_recorded_the_newest_first() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            await pf.SetFeature(FeatureId.Arbitration, 2);
            await pf.Disable();
            await pf.Enable();
            await pf.Must(AdminCommand.Sanitize(SanitizeAction.CryptoErase));
            await rig.World.After(1_000_000);
            Assert.That((await pf.Do(AdminCommand.FirmwareCommit(2, 2))).Status, Is.EqualTo(Status.InvalidFirmwareImage));
            var events = await Events(pf);
            Assert.That(events.Take(5).Select(e => e.Head.Et), Is.EqualTo(new[]
            {
                PersistentEventType.FirmwareCommit, PersistentEventType.SanitizeCompletion, PersistentEventType.SanitizeStart,
                PersistentEventType.PowerOnOrReset, PersistentEventType.SetFeature,
            }));
            Assert.That(Wire.Read<FirmwareCommitEvent>(events[0].Data).Srfcc, Is.EqualTo(Status.InvalidFirmwareImage.Sc));
            var completion = Wire.Read<SanitizeCompletionEvent>(events[1].Data);
            Assert.That((completion.Sstat.Outcome, completion.Nsid), Is.EqualTo((SanitizeOutcome.Sanitized, 0xFFFF_FFFFu)));
            Assert.That(Wire.Read<SanitizeStartEvent>(events[2].Data).Scdw10, Is.EqualTo(4));
            Assert.That(Wire.Read<ControllerResetInformation>(events[3].Data.AsSpan(8)).Cntlid, Is.EqualTo(pf.Controller.Id));
            Assert.That(BitConverter.ToUInt32(events[4].Data, 8), Is.EqualTo(2), "dword 11");
            Assert.That(events.TrueForAll(e => e.Head.Cntlid == pf.Controller.Id));
        },
        _timed);

    [Test]
    public void It_cannot_be_read_while_the_subsystem_is_sanitized() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            await pf.Must(AdminCommand.Sanitize(SanitizeAction.CryptoErase));
            Assert.That(await Ask(pf, Establish), Is.EqualTo(Status.SanitizeInProgress));
        },
        _timed);
}
