using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>Migration Send, Suspend (Base 2.3 5.2.17.1.1, 8.1.13.1).</summary>
[Area("suspend")]
internal sealed class SuspendCases : ConformanceCase
{
    /// <summary>An idle controller is suspended, and its state is read before and after.</summary>
    /// <remarks>Whether it really stands still: other cases look at that.</remarks>
    [Test]
    [Covers("LM-SUSP-01")]
    public async CaseTask An_idle_controller_is_suspended_and_says_so()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        Check.Equal("LM-SUSP-01", "csup.before", await host.IsSuspendedAsync(vf.Id), false, "a running controller is told to be suspended");
        Check.Ok("LM-SUSP-01", "suspend", await host.SuspendAsync(vf.Id), "an idle controller could not be suspended");
        Check.Equal("LM-SUSP-01", "csup.after", await host.IsSuspendedAsync(vf.Id), true, "a suspended controller is told to be running");
    }

    /// <summary>
    /// With the controller suspended, commands are put into an I/O queue and rung. Over the silence that the settings ask for nothing may come:
    /// no completion, no interrupt, no byte in the guest's memory. The saved head stands where it was.
    /// </summary>
    /// <remarks>A fetch that leaves no trace.</remarks>
    [Test]
    [Covers("LM-SUSP-04", "LM-SUSP-06")]
    public async CaseTask What_is_rung_while_suspended_stays_in_its_queue()
    {
        var host = await Lab.StartAsync();
        await host.NeedMigrationAsync();
        var vf = await host.BringUpAsync();
        var queue = await vf.CreateQueueAsync(vector: 1);
        var signal = vf.Listen(1);
        var data = vf.Buffer(4096);
        for (var i = 0; i < 3; i++) await queue.MustAsync("write", queue.WithData(NvmCommand.Write(1, (ulong)i, 0), data));
        await host.MustSuspendAsync(vf.Id);
        var interrupts = signal.Count;
        queue.Put(queue.WithData(NvmCommand.Read(1, 0, 0), vf.Buffer(4096)));
        var put = vf.Ram.Read(0, (int)vf.Ram.Length).ToArray();
        queue.Ring();
        await Lab.WatchAsync();
        Check.Equal("LM-SUSP-04", "sq[1].posted", queue.Pair.CountPosted(), 0, "a command was completed while the controller was suspended");
        Check.Equal("LM-SUSP-04", "vector[1]", signal.Count, interrupts, "an interrupt was raised while the controller was suspended");
        Check.That("LM-SUSP-04", "guest memory", vf.Ram.Read(0, (int)vf.Ram.Length).SequenceEqual(put), "guest memory was written while the controller was suspended");
        var state = (await host.ReadStateAsync(vf.Id)).Decoded;
        Check.Equal("LM-SUSP-06", "nvme.sq[1].head", state?.SubmissionQueues.FirstOrDefault().HeadPointer, (ushort)3, "the saved head moved");
        Check.Equal("LM-SUSP-06", "nvme.sq[1].tail", state?.SubmissionQueues.FirstOrDefault().TailPointer, (ushort)4, "the doorbell was forgotten");
    }
}
