using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Logs;

/// <summary>Reading log pages and features by bare commands.</summary>
internal static class LogReading
{
    /// <summary>Bytes of a log page; the command must succeed.</summary>
    public static async Task<byte[]> Log(
        this RawHost host, LogId lid, int bytes, ulong offset = 0, bool retain = false, byte lsp = 0, uint nsid = 0)
    {
        var at = host.Take(bytes);
        host.Memory.Fill(at, bytes, 0xEE);
        await host.Must(AdminCommand.GetLogPage((byte)lid, (uint)bytes, offset, nsid, retain, lsp), at);
        return host.Memory.Read(at, bytes).ToArray();
    }

    /// <summary>A whole log page as its structure.</summary>
    public static async Task<T> Log<T>(this RawHost host, LogId lid, bool retain = false, byte lsp = 0, uint nsid = 0)
        where T : unmanaged
        => Wire.Read<T>(await host.Log(lid, System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), 0, retain, lsp, nsid));

    /// <summary>An Identify data structure.</summary>
    public static async Task<T> Identify<T>(this RawHost host, Cns cns, uint nsid = 0)
        where T : unmanaged
    {
        var at = host.Take(IdentifyController.Size);
        await host.Must(AdminCommand.Identify((byte)cns, nsid), at);
        return host.Memory.Load<T>(at);
    }

    /// <summary>The status of a Get Log Page that may fail.</summary>
    public static async Task<Status> LogStatus(this RawHost host, SubmissionEntry entry) => (await host.Do(entry, host.Take(8192))).Status;

    public static async Task<uint> Feature(
        this RawHost host, FeatureId fid, FeatureSelect select = FeatureSelect.Current, uint cdw11 = 0, uint nsid = 0) =>
        (await host.Must(AdminCommand.GetFeatures((byte)fid, (byte)select, cdw11, nsid), host.Take(4096))).Dw0;

    public static async Task SetFeature(this RawHost host, FeatureId fid, uint cdw11, bool save = false, uint nsid = 0) =>
        await host.Must(AdminCommand.SetFeatures((byte)fid, cdw11, nsid: nsid, save: save));

    /// <summary>Submits an Asynchronous Event Request and lets it be fetched.</summary>
    public static async Task<ushort> AskForEvent(this RawHost host)
    {
        var cid = host.Submit(host.Admin, AdminCommand.AsyncEventRequest());
        await host.Settle();
        return cid;
    }

    /// <summary>The event that an earlier request is completed with.</summary>
    public static async Task<AsynchronousEvent> Event(this RawHost host, ushort cid)
    {
        var completion = await host.Next(host.Admin);
        Assert.That((completion.Cid, completion.Status), Is.EqualTo((cid, Status.Success)));
        return new AsynchronousEvent(completion.Dw0);
    }

    /// <summary>Nothing is posted to the admin queue for a while.</summary>
    public static async Task Silence(this RawHost host)
    {
        await host.Settle();
        Assert.That(host.Admin.TryTake(out var completion), Is.False, $"{completion.Cid}");
    }
}
