using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// Moves one run of data between host memory, through the IOMMU, and the device. Every write of data to the host is made here, and
/// tracked.
/// </summary>
internal class TransferStep
{
    public virtual StepResult Run(ControllerCore c, ref Transfer transfer)
    {
        var iova = transfer.Iova;
        for (var done = 0; done < transfer.Length;)
        {
            var host = c.Reach(iova, transfer.Length - done, transfer.ToHost ? DmaAccess.Write : DmaAccess.Read);
            if (host.IsEmpty)
            {
                transfer.Status = Status.DataTransferError;
                return StepResult.Done;
            }

            if (transfer.ToHost)
            {
                transfer.Source.Slice(done, host.Length).CopyTo(host);
                if (transfer.Command.Corrupt) Flip(transfer.Command, host);
                c.Wrote(iova, host.Length);
            }
            else
            {
                host.CopyTo(transfer.Target[done..]);
                if (transfer.Command.Corrupt) Flip(transfer.Command, transfer.Target[done..]);
            }

            iova += (ulong)host.Length;
            done += host.Length;
        }

        return StepResult.Done;
    }

    private static void Flip(CommandContext command, Span<byte> bytes)
    {
        command.Corrupt = false;
        bytes[bytes.Length / 2] ^= 0x10;
    }
}
