using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Reservation Report (Base 2.3 7.8): an entry for each registrant, in the size of the host's own identifier.</summary>
internal sealed class ReservationReport : ReservationCommands.Handler
{
    /// <summary>CNTLID of a registrant that has no controller in this subsystem.</summary>
    private const ushort NoController = 0xFFFD;

    private const int Filled = 1;

    public override byte Opcode => (byte)NvmOpcode.ReservationReport;

    public override void Parse(ControllerCore c, CommandContext command) =>
        command.DataLength = (new ReservationReportFields(command.Entry).NumberOfDwordsZ + 1L) * sizeof(uint);

    public override StepResult Execute(ControllerCore c, CommandContext command)
    {
        var isExtended = HostIdentity.Of(c).IsExtended;
        if (new ReservationReportFields(command.Entry).ExtendedDataStructure != isExtended)
            return command.Fail(Status.HostIdentifierInconsistentFormat);
        if (command.Phase != Filled)
        {
            command.Done = Fill(command, isExtended);
            command.Phase = Filled;
        }

        return c.SendAll(command, command.Buffer((int)command.Done)[..(int)Math.Min(command.Done, command.DataLength)]);
    }

    private static int Fill(CommandContext command, bool isExtended)
    {
        var state = command.Namespace!.Volume.Reservations;
        var first = isExtended ? ReservationStatusHeader.ExtendedSize : ReservationStatusHeader.Size;
        var size = isExtended ? ExtendedRegistrant.Size : Registrant.Size;
        var page = command.Buffer(first + (state.Registrants.Count * size));
        page.Clear();
        Wire.Write(page, new ReservationStatusHeader
        {
            Gen = state.Generation, Rtype = state.Type, Regstrnt = (ushort)state.Registrants.Count, Ptpls = (byte)(state.Persists ? 1 : 0),
        });
        for (var i = 0; i < state.Registrants.Count; i++)
        {
            var (host, key) = state.Registrants[i];
            var (cntlid, status) = (ControllerOf(command.Namespace, host), new ReservationHolder { Holds = state.Holds(host) });
            var entry = page[(first + (i * size))..];
            if (isExtended) Wire.Write(entry, new ExtendedRegistrant { Cntlid = cntlid, Rcsts = status, Rkey = key, Hostid = host });
            else Wire.Write(entry, new Registrant { Cntlid = cntlid, Rcsts = status, Rkey = key, Hostid = (ulong)host });
        }

        return page.Length;
    }

    private static ushort ControllerOf(Namespace ns, UInt128 host)
    {
        foreach (var controller in ns.Controllers)
        {
            if (HostIdentity.Is(controller, host)) return controller.Cntlid;
        }

        return NoController;
    }
}
