using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// While a command is executed the processor fetches the blocks of the next one of its queue. A guess, that nothing depends on: the entry is read again
/// when it is fetched.
/// </summary>
internal static class LookAhead
{
    /// <param name="c">The controller.</param>
    /// <param name="queue">The command at its head is about to be fetched.</param>
    public static void Next(ControllerCore c, SubmissionQueue queue)
    {
        if (queue.IsAdmin || queue.Waiting < 2) return;
        var slot = queue.Head + 1 == queue.Entries ? 0 : queue.Head + 1;
        var bytes = c.Glance(queue.Memory.AddressOf(slot), SubmissionEntry.Size);
        if (bytes.IsEmpty) return;
        ref readonly var entry = ref MemoryMarshal.AsRef<SubmissionEntry>(bytes);
        if ((NvmOpcode)entry.Opcode is NvmOpcode.Read or NvmOpcode.Write && c.FindNamespace(entry.Nsid) is { } ns)
            ns.Medium.Prefetch(entry.Cdw10 | ((ulong)entry.Cdw11 << 32));
    }
}
