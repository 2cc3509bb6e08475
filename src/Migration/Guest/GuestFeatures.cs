using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// The features of its controller that a guest sets when it boots, each to a value other than the device's default: a move that loses one is
/// seen only where it was not what a fresh controller has anyway. Only what the device says is changeable is set (Get Features, supported
/// capabilities), and nothing that would change what the load measures: no power state, no keep-alive.
/// </summary>
internal sealed class GuestFeatures(NvmeController controller, uint nsid)
{
    // 2023-11-14 22:13:20 UTC: any time that a controller that was not told would not have.
    private const ulong SomeTime = 1_700_000_000_000;
    private const ulong SomeHost = 0x5245_5453_4F48_4D4C;

    private readonly SortedSet<string> _set = new(StringComparer.Ordinal);

    /// <summary>Those that were set, by their path in <see cref="GuestView"/>: what is current is not the default.</summary>
    public IReadOnlyCollection<string> NotDefault => _set;

    /// <param name="vectors">Of the guest's I/O completion queues, which exist.</param>
    public async ValueTask SetAsync(IEnumerable<ushort> vectors)
    {
        var selects = controller.Identity.Oncs.SaveAndSelect;
        await SetAsync(
            selects, FeatureId.Arbitration, 0,
            old => (new ArbitrationFeature(old) with { LowPriorityWeightZ = 1, MediumPriorityWeightZ = 3, HighPriorityWeightZ = 7 }).Raw);
        // Above what any device in use has, and below: neither is crossed.
        await SetAsync(selects, FeatureId.TemperatureThreshold, 0, _ => new TemperatureThresholdFeature { Threshold = 371 }.Raw);
        var under = new TemperatureThresholdFeature { Type = ThresholdType.Under }.Raw;
        await SetAsync(selects, FeatureId.TemperatureThreshold, under, _ => new TemperatureThresholdFeature(under) { Threshold = 251 }.Raw);
        await SetAsync(selects, FeatureId.ErrorRecovery, 0, old => new ErrorRecoveryFeature(old) { LimitedRetryTime = 77 }.Raw, nsid);
        if (controller.Identity.Vwc.Present)
        {
            await SetAsync(
                selects, FeatureId.VolatileWriteCache, 0,
                old => new VolatileWriteCacheFeature { Enabled = !new VolatileWriteCacheFeature(old).Enabled }.Raw);
        }

        // For vectors that are not told otherwise, which the I/O vectors are next: the load's latencies stay what they are.
        await SetAsync(selects, FeatureId.InterruptCoalescing, 0, _ => new InterruptCoalescingFeature { ThresholdZ = 3, Time = 1 }.Raw);
        foreach (var vector in vectors.Distinct())
        {
            await SetAsync(
                selects, FeatureId.InterruptVectorConfiguration, vector,
                _ => new InterruptVectorFeature { Vector = vector, CoalescingDisabled = true }.Raw);
        }

        await SetAsync(selects, FeatureId.WriteAtomicityNormal, 0, _ => new WriteAtomicityFeature { DisableNormal = true }.Raw);
        await SetAsync(selects, FeatureId.AsynchronousEventConfiguration, 0, old => new AsynchronousEventFeature(old) { CriticalWarnings = 0x1F }.Raw);
        await SetAsync(selects, FeatureId.SoftwareProgressMarker, 0, _ => new SoftwareProgressFeature { PreBootLoadCount = 5 }.Raw);
        await SetDataAsync(selects, FeatureId.HostIdentifier, BitConverter.GetBytes(SomeHost + nsid));
        await SetDataAsync(selects, FeatureId.Timestamp, BitConverter.GetBytes(SomeTime));
        var behaviour = new HostBehaviorSupport { Acre = 1 };
        await SetDataAsync(selects, FeatureId.HostBehaviorSupport, Wire.Bytes(in behaviour).ToArray());
    }

    /// <summary>As <see cref="GuestView"/> names a feature, and the instance that dword 11 selects.</summary>
    internal static string PathOf(FeatureId fid, uint cdw11 = 0) => $"guest.feature.{(byte)fid:x2}h" + (cdw11 == 0 ? "" : $"[{cdw11:x}h]");

    private async ValueTask SetAsync(bool selects, FeatureId fid, uint instance, Func<uint, uint> valueOf, uint ns = 0)
    {
        if (!await IsChangeableAsync(selects, fid, instance, ns)) return;
        var usual = await controller.GetFeatureAsync(fid, selects ? FeatureSelect.Default : FeatureSelect.Current, instance, ns);
        if (!usual.IsOk || !(await controller.SetFeatureAsync(fid, valueOf(usual.Value), nsid: ns)).IsOk) return;
        var now = await controller.GetFeatureAsync(fid, FeatureSelect.Current, instance, ns);
        if (now.IsOk && now.Value != usual.Value) _set.Add(PathOf(fid, instance));
    }

    private async ValueTask SetDataAsync(bool selects, FeatureId fid, byte[] data)
    {
        if (!await IsChangeableAsync(selects, fid, 0, 0)) return;
        var usual = await controller.ReadBytesAsync(AdminCommand.GetFeatures((byte)fid), data.Length);
        if (!usual.IsOk || !(await controller.WriteBytesAsync(AdminCommand.SetFeatures((byte)fid), data)).IsOk) return;
        var now = await controller.ReadBytesAsync(AdminCommand.GetFeatures((byte)fid), data.Length);
        if (now.IsOk && !now.Value.AsSpan().SequenceEqual(usual.Value)) _set.Add(PathOf(fid));
    }

    private async ValueTask<bool> IsChangeableAsync(bool selects, FeatureId fid, uint instance, uint ns)
    {
        // Without SEL nobody can ask: trying shows it.
        if (!selects) return true;
        var capabilities = await controller.GetFeatureAsync(fid, FeatureSelect.SupportedCapabilities, instance, ns);
        return capabilities.IsOk && new FeatureCapabilities(capabilities.Value).Changeable;
    }
}
