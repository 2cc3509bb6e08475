using Conformance.Nvme;

namespace Conformance.Suite.Cases;

/// <summary>What cases about the vendor commands begin with: a PF that has them, and a VF whose guest carries its own admin queue.</summary>
internal abstract class VendorCase : ConformanceCase
{
    protected const int BlobLimit = 256 << 10;

    protected static async ValueTask<(CaseVendor Vendor, CaseVf Vf, CaseQueue Queue)> StartAsync(int flushes = 0)
    {
        var host = await Lab.StartAsync();
        var vendor = CaseVendor.Need(host);
        var vf = await host.BringUpAsync(carried: true);
        var queue = await vf.CreateQueueAsync();
        for (var i = 0; i < flushes; i++) await queue.MustAsync("flush", NvmCommand.Flush(1));
        return (vendor, vf, queue);
    }

    /// <summary>An I/O command succeeds.</summary>
    protected static async ValueTask<bool> WorksAsync(CaseQueue queue) =>
        await queue.DoAsync(NvmCommand.Flush(1)) is { } done && done.Status == Status.Success;

    /// <summary>An admin command of the PF succeeds.</summary>
    protected static async ValueTask<bool> WorksAsync(CaseHost host) => (await host.Pf.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk;

    /// <summary>A function level reset, and a controller enabled anew that works.</summary>
    protected static async ValueTask<bool> IsHealedByResetAsync(CaseVf vf)
    {
        await vf.Nvme.ResetFunctionAsync();
        Conformance.Driver.PciConfig.Enable(vf.Face);
        return (await vf.Nvme.StartAsync()).IsOk && (await vf.Nvme.GetFeatureAsync(FeatureId.NumberOfQueues)).IsOk;
    }

    /// <summary>An untouched VF of the same PF that is to take a state: online, never enabled, its guest's memory that of another.</summary>
    protected static ValueTask<CaseVf> TakerAsync(CaseVf of, int number = 2) => of.Host.BringUpAsync(number, enable: false, ram: of.Ram);
}
