using System.Text;
using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using NUnit.Framework;

namespace Conformance.Self.Sim.Firmware;

/// <summary>Firmware images: pieces, slots, what activates one, and who hears of it.</summary>
[TestFixture]
internal sealed class FirmwareTests
{
    private const int Bytes = 8192;

    private static SimulatedPairOptions Of(SimulatedFirmware firmware) => new() { Device = new() { Firmware = firmware } };

    private static byte[] Image(string revision)
    {
        var image = new byte[Bytes];
        "SIMIMAGE"u8.CopyTo(image);
        Encoding.ASCII.GetBytes(revision.PadRight(8)).CopyTo(image, 8);
        BitConverter.TryWriteBytes(image.AsSpan(16), Bytes);
        image[24] = image[5000] = 7;
        BitConverter.TryWriteBytes(image.AsSpan(20), 14u);
        return image;
    }

    private static async Task<Status> Piece(RawHost host, byte[] image, int offset, int length = 4096)
    {
        var at = host.Take(length);
        host.Memory.Write(at, image.AsSpan(offset, length));
        return (await host.Do(AdminCommand.FirmwareImageDownload((uint)length, (uint)offset), at)).Status;
    }

    private static async Task Download(RawHost host, string revision = "2.0")
    {
        // In the wrong order, which is allowed.
        Assert.That(await Piece(host, Image(revision), 4096), Is.EqualTo(Status.Success));
        Assert.That(await Piece(host, Image(revision), 0), Is.EqualTo(Status.Success));
    }

    private static async Task<Status> Commit(RawHost host, byte slot, byte action) => (await host.Do(AdminCommand.FirmwareCommit(slot, action))).Status;

    private static async Task<string> Running(RawHost host) => (await host.Identify<IdentifyController>(Cns.IdentifyController)).Fr.ToString();

    private static Task<FirmwareSlotLog> Slots(RawHost host) => host.Log<FirmwareSlotLog>(LogId.FirmwareSlot);

    private static async Task Reset(RawHost host)
    {
        await host.Disable();
        await host.Enable();
    }

    [Test]
    public void An_image_is_placed_and_runs_after_a_reset() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        await Download(pf);
        Assert.That(await Commit(pf, 2, 1), Is.EqualTo(Status.Success));
        var log = await Slots(pf);
        Assert.That((log.Afi.Current, log.Afi.Next, log.Frs[0].ToString(), log.Frs[1].ToString()), Is.EqualTo(((byte)1, (byte)2, "1.0", "2.0")));
        Assert.That(await Running(pf), Is.EqualTo("1.0"));
        Assert.That((await pf.Do(AdminCommand.Sanitize(SanitizeAction.CryptoErase))).Status, Is.EqualTo(Status.FirmwareNeedsControllerLevelReset));
        await Reset(pf);
        Assert.That(await Running(pf), Is.EqualTo("2.0"));
        Assert.That((await Slots(pf)).Afi, Is.EqualTo(new ActiveFirmware { Current = 2 }));
        Assert.That(await Commit(pf, 1, 2), Is.EqualTo(Status.Success), "back to what is in slot 1");
        await Reset(pf);
        Assert.That(await Running(pf), Is.EqualTo("1.0"));
    });

    [Test]
    public void Activation_at_once_is_announced_on_every_controller() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            var vf = await rig.Vf(pf);
            await vf.SetFeature(FeatureId.AsynchronousEventConfiguration, 0x200);
            var asked = await vf.AskForEvent();
            await Download(pf);
            var start = rig.World.Now;
            Assert.That(await Commit(pf, 3, 3), Is.EqualTo(Status.Success));
            Assert.That(rig.World.Now - start, Is.GreaterThan(4_999_000));
            Assert.That(await vf.Event(asked), Is.EqualTo(AsynchronousEvent.Of(NoticeEvent.FirmwareActivationStarting, LogId.FirmwareSlot)));
            Assert.That(await Running(vf), Is.EqualTo("2.0"), "all controllers run it");
        },
        Of(new() { ActivationTime = Duration.FromMilliseconds(5) }));

    [Test]
    public void An_image_only_placed_is_not_activated() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        await Download(pf);
        Assert.That(await Commit(pf, 0, 0), Is.EqualTo(Status.Success));
        await Reset(pf);
        Assert.That(await Running(pf), Is.EqualTo("1.0"));
        Assert.That((await Slots(pf)).Frs[1].ToString(), Is.EqualTo("2.0"), "the device chose a slot that it does not run");
    });

    [Test]
    public void Bad_images_and_slots_are_refused() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        Assert.That(await Commit(pf, 2, 1), Is.EqualTo(Status.InvalidFirmwareImage), "nothing was downloaded");
        Assert.That(await Commit(pf, 2, 2), Is.EqualTo(Status.InvalidFirmwareImage), "an empty slot");
        await Piece(pf, Image("2.0"), 4096);
        Assert.That(await Commit(pf, 2, 1), Is.EqualTo(Status.InvalidFirmwareImage), "a gap");
        await Piece(pf, Image("2.0"), 0);
        Assert.That(await Piece(pf, Image("2.0"), 0), Is.EqualTo(Status.OverlappingRange));
        Assert.That(await Commit(pf, 2, 1), Is.EqualTo(Status.InvalidFirmwareImage), "an overlap");
        var damaged = Image("2.0");
        damaged[6000] = 1;
        await Piece(pf, damaged, 0);
        await Piece(pf, damaged, 4096);
        Assert.That(await Commit(pf, 2, 1), Is.EqualTo(Status.InvalidFirmwareImage), "its sum");
        await Download(pf);
        Assert.That(await Commit(pf, 1, 1), Is.EqualTo(Status.InvalidFirmwareSlot), "read only");
        Assert.That(await Commit(pf, 4, 1), Is.EqualTo(Status.InvalidFirmwareSlot), "beyond the last");
        Assert.That(await Commit(pf, 2, 4), Is.EqualTo(Status.InvalidField));
        Assert.That(await Piece(pf, Image("2.0"), 2048, 2048), Is.EqualTo(Status.InvalidField), "FWUG");
        Assert.That((await Slots(pf)).Frs[1].ToString(), Is.Empty);
    });

    [TestCase(FirmwareActivation.ControllerLevelReset)]
    [TestCase(FirmwareActivation.ConventionalReset)]
    [TestCase(FirmwareActivation.SubsystemReset)]
    public void An_image_that_needs_a_reset_says_which(FirmwareActivation activation) => Rig.Run(
        async rig =>
        {
            var needs = activation switch
            {
                FirmwareActivation.ConventionalReset => Status.FirmwareNeedsConventionalReset,
                FirmwareActivation.SubsystemReset => Status.FirmwareNeedsSubsystemReset,
                _ => Status.FirmwareNeedsControllerLevelReset,
            };
            var pf = await rig.Pf(rig.Pair.Source);
            await Download(pf);
            Assert.That(await Commit(pf, 2, 3), Is.EqualTo(needs));
            Assert.That((await pf.Do(AdminCommand.Sanitize(SanitizeAction.CryptoErase))).Status, Is.EqualTo(needs));
            await Reset(pf);
            Assert.That(await Running(pf), Is.EqualTo(activation == FirmwareActivation.ControllerLevelReset ? "2.0" : "1.0"));
            if (activation != FirmwareActivation.SubsystemReset) return;
            pf.Function.Write32(Register.Nssr, Register.NssrReset);
            await pf.Settle();
            pf.Forget();
            pf.Function.WriteConfig(PciHeader.CommandOffset, 2, 6);
            await pf.Enable();
            Assert.That(await Running(pf), Is.EqualTo("2.0"));
        },
        Of(new() { Activation = activation }));

    [Test]
    public void What_takes_longer_than_announced_is_not_activated_at_once() => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            await Download(pf);
            Assert.That(await Commit(pf, 2, 3), Is.EqualTo(Status.FirmwareNeedsMaximumTimeViolation));
            Assert.That((await Slots(pf)).Frs[1].ToString(), Is.EqualTo("2.0"), "placed all the same");
        },
        Of(new() { ActivationTime = Duration.FromMilliseconds(200), MaximumActivationTime = 1 }));

    [Test]
    public void A_reset_throws_the_pieces_away() => Rig.Run(async rig =>
    {
        var pf = await rig.Pf(rig.Pair.Source);
        await Download(pf);
        await Reset(pf);
        Assert.That(await Commit(pf, 2, 1), Is.EqualTo(Status.InvalidFirmwareImage));
    });
}
