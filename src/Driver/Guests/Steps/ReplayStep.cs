using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Driver;

/// <summary>
/// Makes on a fresh destination the settings that the guest made on the source. To be done before the destination is suspended.
/// </summary>
public class ReplayStep
{
    /// <param name="destination">Enabled, with the host's own admin queue and no I/O queues.</param>
    /// <param name="settings">In the order in which they were made.</param>
    /// <param name="now">ns; a timestamp has gone on since it was set.</param>
    public virtual async ValueTask<Outcome> RunAsync(NvmeController destination, IReadOnlyList<FeatureSetting> settings, long now)
    {
        foreach (var setting in settings)
        {
            var step = $"replay feature {(byte)setting.Fid:X2}h";
            var command = MemoryMarshal.Read<SubmissionEntry>(setting.Command);
            command.Dword0 = new CommandDword0 { Opcode = command.Opcode };
            (command.Prp1, command.Prp2) = (0, 0);
            var answer = setting.Data.Length == 0
                ? await destination.AdminAsync(command)
                : await destination.WriteBytesAsync(command, DataOf(setting, now));
            if (!answer.IsOk) return Outcome.Of(step, answer);
            if (setting.Fid == FeatureId.NumberOfQueues && !Grants(answer.Completion.Dw0, setting.Result))
                return Outcome.Failed(step, $"grants {answer.Completion.Dw0:X8}h where the guest was granted {setting.Result:X8}h");
        }

        return Outcome.Ok;
    }

    private static byte[] DataOf(FeatureSetting setting, long now)
    {
        const ulong mask = 0xFFFF_FFFF_FFFF; // 48 bits of milliseconds; the rest is attributes
        if (setting.Fid != FeatureId.Timestamp) return setting.Data;
        var data = setting.Data.ToArray();
        var word = BinaryPrimitives.ReadUInt64LittleEndian(data);
        var advanced = ((word & mask) + (ulong)((now - setting.At) / 1_000_000)) & mask;
        BinaryPrimitives.WriteUInt64LittleEndian(data, (word & ~mask) | advanced);
        return data;
    }

    private static bool Grants(uint granted, uint needed) =>
        (granted & 0xFFFF) >= (needed & 0xFFFF) && granted >> 16 >= needed >> 16;
}
