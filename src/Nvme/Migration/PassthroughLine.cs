using System.Text;

namespace Conformance.Nvme;

/// <summary>Commands as nvme-cli would send them, so that a maker can repeat one without this suite.</summary>
public static class PassthroughLine
{
    /// <summary>A list of memory ranges says its own length; the buffer only has to hold it.</summary>
    private const int ListBytes = 4096;

    /// <summary>The line for a command of live migration; null for any other.</summary>
    /// <param name="entry">As submitted; identifier and data pointer are the kernel's to fill.</param>
    /// <param name="device">The controlling function: <c>/dev/nvme0</c>.</param>
    public static string? Of(in SubmissionEntry entry, string device = "/dev/nvme0")
    {
        if ((AdminOpcode)entry.Opcode is not (
            AdminOpcode.TrackSend or AdminOpcode.TrackReceive or AdminOpcode.MigrationSend or AdminOpcode.MigrationReceive or AdminOpcode.ControllerDataQueue))
            return null;
        var line = new StringBuilder($"nvme admin-passthru {device} --opcode=0x{entry.Opcode:x2} --namespace-id={entry.Nsid}");
        foreach (var (number, value) in ((int, uint)[])
                 [
                     (10, entry.Cdw10), (11, entry.Cdw11), (12, entry.Cdw12), (13, entry.Cdw13), (14, entry.Cdw14), (15, entry.Cdw15),
                 ])
        {
            if (value != 0) line.Append($" --cdw{number}=0x{value:x}");
        }

        var (bytes, toDevice) = DataOf(in entry);
        if (bytes > 0) line.Append($" --data-len={bytes}{(toDevice ? " --write --input-file=DATA" : " --read")}");
        // Create Controller Data Queue: the controller goes on writing into the buffer, which the kernel takes back with the completion.
        if ((AdminOpcode)entry.Opcode == AdminOpcode.ControllerDataQueue && (byte)entry.Cdw10 == (byte)ControllerDataQueueSelect.Create)
            line.Append("  # its queue must outlive the command, which no passthrough can give");
        return line.ToString();
    }

    private static (long Bytes, bool ToDevice) DataOf(in SubmissionEntry entry) => (AdminOpcode)entry.Opcode switch
    {
        AdminOpcode.MigrationReceive => (4 * (1L + new MigrationReceiveFields(entry).NumberOfDwordsZ), false),
        AdminOpcode.TrackReceive => (4 * (1L + new TrackReceiveFields(entry).NumberOfDwordsZ), false),
        // Suspend and Resume have none.
        AdminOpcode.MigrationSend when (byte)entry.Cdw10 == (byte)MigrationSendSelect.SetControllerState => (4L * entry.Cdw15, true),
        AdminOpcode.TrackSend when new TrackSendFields(entry).Select == TrackSendSelect.TrackMemoryChanges && new TrackMemoryChangesFields(entry).Start =>
            (ListBytes, true),
        _ => (0, true),
    };
}
