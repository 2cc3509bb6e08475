using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Migration;

/// <summary>The vendor commands of the December 2022 series on the device; V-n is item n of the reference's list (section 9).</summary>
[TestFixture]
internal sealed class VendorTests
{
    private static readonly VendorCommandSet _commands = new();
    private static readonly SimulatedPairOptions _series = MigrationBench.Of(vendor: new VendorDialect());

    [Test]
    public void V57_A_controller_moves_whole_and_commands_not_yet_fetched_complete_on_the_destination() => MigrationBench.Run(
        async bench =>
        {
            await bench.Write(3);
            await bench.Vf.Must(AdminCommand.SetFeatures((byte)FeatureId.AsynchronousEventConfiguration, 0x100));
            var aer = bench.Vf.Submit(bench.Vf.Admin, AdminCommand.AsyncEventRequest());
            await bench.Vf.Settle();
            await bench.Pf.Must(_commands.Suspend(1));
            var waiting = bench.Vf.Submit(bench.Io, NvmCommand.Write(1, 9, 0), bench.Data);
            var size = (await bench.Pf.Must(_commands.QueryDataSize(1))).Dw0;
            await bench.Pf.Must(_commands.SaveData(1), bench.Page);
            var blob = bench.Pf.Memory.Read(bench.Page, (int)size).ToArray();
            Assert.That(bench.Vf.Function.Read32(Register.Csts) & 1, Is.Zero, "disabled by SAVE");

            var pf = await bench.Rig.Pf(bench.Rig.Pair.Destination);
            var other = await bench.Rig.OnlineVf(pf, memory: bench.Vf.Memory);
            var page = pf.Take(8192);
            pf.Memory.Write(page, blob);
            await pf.Must(_commands.Suspend(1));
            await pf.Must(_commands.LoadData(1, size), page);
            await pf.Must(_commands.Resume(1));
            bench.Io.Function = bench.Vf.Admin.Function = other.Function;
            Assert.That((await bench.Vf.Next(bench.Io)).Cid, Is.EqualTo(waiting));
            Assert.That((await bench.Vf.Do(AdminCommand.GetFeatures((byte)FeatureId.AsynchronousEventConfiguration))).Dw0, Is.EqualTo(0x100));
            var list = pf.Take(4096);
            var controllers = default(ControllerList);
            controllers.Numid = 1;
            controllers.Ids[0] = other.Controller.Id;
            pf.Memory.Store(list, controllers);
            await pf.Must(AdminCommand.NamespaceAttachment(1, 1), list);
            Assert.That((await bench.Vf.Next(bench.Vf.Admin)).Cid, Is.EqualTo(aer), "the request came along");
        },
        _series);

    [Test]
    public void V68_A_saved_source_resumes_or_loads_its_own_state_and_resumes([Values] bool load, [Values] bool disables) => MigrationBench.Run(
        async bench =>
        {
            await bench.Write(3);
            await bench.Pf.Must(_commands.Suspend(1));
            var size = (await bench.Pf.Must(_commands.QueryDataSize(1))).Dw0;
            await bench.Pf.Must(_commands.SaveData(1), bench.Page);
            if (load) await bench.Pf.Must(_commands.LoadData(1, size), bench.Page);
            await bench.Pf.Must(_commands.Resume(1));
            await bench.Write(4);
            await bench.Vf.Must(AdminCommand.GetFeatures((byte)FeatureId.Arbitration));
        },
        MigrationBench.Of(vendor: new VendorDialect { SaveDisables = disables }));
}
