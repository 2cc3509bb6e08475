using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>What does not fit is found out before a guest stands still.</summary>
[Area("compatibility")]
internal sealed class CompatibilityCases : ConformanceCase
{
    /// <summary>What is no state of this kind - of the other command set, of another maker, of another version - is not loaded.</summary>
    /// <remarks>
    /// A state with a good beginning and strange contents: another maker's differs in its first byte. Another version of the same maker is not tried.
    /// </remarks>
    [Test]
    [Covers("LM-COMP-04")]
    public async CaseTask A_stream_of_another_kind_is_refused()
    {
        var host = await Lab.StartAsync();
        var vendor = CaseVendor.Need(host);
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        await vf.CreateQueueAsync();
        await host.MustSuspendAsync(vf.Id);
        var standard = (await host.ReadStateAsync(vf.Id)).Bytes;
        await host.MustResumeAsync(vf.Id);
        var own = await vendor.MustSaveAsync();
        var to = await host.BringUpAsync(2);
        await host.MustSuspendAsync(to.Id);
        Check.Refused("LM-COMP-04", "standard as vendor's", await vendor.LoadAsync(standard, 2), Status.InvalidField);
        Check.Refused("LM-COMP-04", "vendor's as standard", await host.SetStateAsync(to.Id, own.AsMemory(0, own.Length & ~3)), Status.InvalidField);
        var other = (byte[])own.Clone();
        other[0] ^= 0xFF;
        Check.Refused("LM-COMP-04", "another maker's", await vendor.LoadAsync(other, 2), Status.InvalidField);
        await host.MustResumeAsync(to.Id);
        Check.Equal(
            "LM-COMP-04", "works", (await (await to.CreateQueueAsync()).DoAsync(NvmCommand.Flush(1)))?.Status, Status.Success,
            "the destination does not work after what it refused");
    }
}
