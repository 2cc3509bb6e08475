using System.Text;
using Conformance.Driver;
using Conformance.Migration;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>
/// What is looked at once a case has failed, for people: registers, queues, saved state, the last commands, logs. It comes after the verdict and
/// changes nothing of it. First what takes no command, since a device that failed may answer none.
/// </summary>
internal sealed class Evidence(Lab lab)
{
    private const int MostBytes = 4096;

    private readonly StringBuilder _text = new();

    /// <summary>Everything that can be had.</summary>
    public string Take(CaseRecord record)
    {
        Line($"{record.Id}, {record}");
        foreach (var host in lab.Hosts) WriteStanding(host);
        WriteCommands();
        try
        {
            lab.World.Run(AskAsync);
        }
        catch (Exception e)
        {
            // A world at its limit, or a device that answers no more: what there is by then is what there is.
            Line($"\nno further: {e.Message}");
        }

        return _text.ToString();
    }

    private void WriteStanding(CaseHost host)
    {
        WriteRegisters($"{host.Name} PF", host.Pf);
        foreach (var vf in host.Vfs)
        {
            WriteRegisters($"{host.Name} VF {vf.Number}, controller {vf.Id}", vf.Nvme);
            foreach (var queue in vf.Queues)
            {
                var pair = queue.Pair;
                Line($"  sq[{pair.Qid}]: {pair.Entries} entries, tail {pair.SqTail}, rung {pair.RungTail}, head {pair.SqHead}, put {pair.Put}, completed {pair.Completed}");
                Line($"  cq[{pair.Completion.Qid}]: head {pair.CqHead}, phase {(pair.ExpectedPhase ? 1 : 0)}, posted {pair.CountPosted()}");
            }

            foreach (var fault in vf.Space.Faults) Line($"  refused: {fault.Access} of {fault.Iova:x}h at {fault.At} ns");
        }

        foreach (var fault in host.Space.Faults) Line($"  refused: {fault.Access} of {fault.Iova:x}h by {fault.Requester} at {fault.At} ns");
    }

    private void WriteRegisters(string name, NvmeController nvme)
    {
        var function = nvme.Function;
        Line($"\n{name}: {(function.IsPresent ? "" : "not present; ")}CAP {function.Read64(Register.Cap):x16}, VS {function.Read32(Register.Vs):x8}, "
            + $"CC {function.Read32(Register.Cc):x8}, CSTS {function.Read32(Register.Csts):x8}, AQA {function.Read32(Register.Aqa):x8}");
    }

    private void WriteCommands()
    {
        Line($"\nlast commands, of {lab.History.Count}:");
        foreach (var it in lab.History.Commands)
        {
            var c = it.Command;
            var name = it.Qid == 0 ? $"{(AdminOpcode)c.Opcode}" : $"{(NvmOpcode)c.Opcode}";
            var end = it.CompletedAt < 0
                ? "not completed"
                : $"{it.Completion.StatusField.Status}, dw0 {it.Completion.Dw0:x}, after {it.CompletedAt - it.At} ns";
            Line($"  {it.At} ns {it.Function} sq[{it.Qid}] cid {c.Cid}: {name} ({c.Opcode:x2}h) nsid {c.Nsid:x} "
                + $"{c.Cdw10:x8} {c.Cdw11:x8} {c.Cdw12:x8} {c.Cdw13:x8} {c.Cdw14:x8} {c.Cdw15:x8}: {end}");
            if (it.Qid == 0 && PassthroughLine.Of(in c) is { } line) Line($"    {line}");
        }
    }

    private async Task AskAsync()
    {
        foreach (var host in lab.Hosts)
        {
            if (!host.Pf.HasAdmin) continue;
            foreach (var vf in host.Vfs) await WriteStateAsync(host, vf);
            await WriteLogsAsync(host);
        }
    }

    private async ValueTask WriteStateAsync(CaseHost host, CaseVf vf)
    {
        if (!host.Identity.Oacs.HostManagedLiveMigration || !host.KnowsFormats) return;
        try
        {
            var state = await host.ReadStateAsync(vf.Id);
            Line($"\nstate of {host.Name} VF {vf.Number}: {state.Bytes.Length} bytes, {(state.Suspended ? "suspended" : "not suspended")}");
            if (state.Decoded is null) Line($"  {Convert.ToHexStringLower(state.Bytes.AsSpan(0, Math.Min(state.Bytes.Length, MostBytes)))}");
            else foreach (var field in StateField.Walk(state.Decoded)) Line($"  {field}");
        }
        catch (CaseEnd e)
        {
            Line($"\nstate of {host.Name} VF {vf.Number}: {e.Message}");
        }
    }

    private async ValueTask WriteLogsAsync(CaseHost host)
    {
        Line($"\nlogs of {host.Name} PF:");
        if (await LogAsync(host, LogId.ErrorInformation, Math.Min((host.Identity.ElpeZ + 1) * ErrorInformationEntry.Size, MostBytes)) is { } errors)
        {
            for (var at = 0; at < errors.Length; at += ErrorInformationEntry.Size)
            {
                var it = Wire.Read<ErrorInformationEntry>(errors.AsSpan(at));
                if (it.Ecnt == 0) break;
                Line($"  error {it.Ecnt}: sq[{it.Sqid}] cid {it.Cid}, {it.Sts.Status}, opcode {it.Opc:x2}h, at byte {it.Pel.Byte} bit {it.Pel.Bit}, nsid {it.Nsid:x}, lba {it.Lba}");
            }
        }

        if (await LogAsync(host, LogId.SmartHealth, SmartHealthLog.Size) is { } smart)
        {
            var it = Wire.Read<SmartHealthLog>(smart);
            Line($"  SMART: warnings {it.Cw.Raw:x2}h, {it.Ctemp} K, spare {it.Avsp} %, used {it.Pused} %, media errors {it.Mdie}, error log entries {it.Neile}");
        }

        // The controller's own telemetry: to have the host's written would change what is looked at.
        if (host.Identity.Lpa.Telemetry && await LogAsync(host, LogId.TelemetryControllerInitiated, TelemetryHeader.Size) is { } telemetry)
        {
            var it = Wire.Read<TelemetryHeader>(telemetry);
            Line($"  telemetry: {(it.Tcda != 0 ? "available" : "none")}, generation {it.Tcdgn}, last blocks {it.Da1lb} {it.Da2lb} {it.Da3lb} {it.Da4lb}");
        }

        if (host.Identity.Lpa.PersistentEvent) await WriteEventsAsync(host);
    }

    /// <summary>Persistent Event log (Base 2.3 5.2.12.1.14): a context is established, read, and released.</summary>
    private async ValueTask WriteEventsAsync(CaseHost host)
    {
        const byte establish = 1;
        const byte release = 2;
        if (await LogAsync(host, LogId.PersistentEvent, PersistentEventLogHeader.Size, establish) is not { } bytes) return;
        var it = Wire.Read<PersistentEventLogHeader>(bytes);
        Line($"  persistent events: {it.Tnev}, {it.Tll} bytes, generation {it.Gnum}");
        await LogAsync(host, LogId.PersistentEvent, PersistentEventLogHeader.Size, release);
    }

    private async ValueTask<byte[]?> LogAsync(CaseHost host, LogId log, int bytes, byte lsp = 0)
    {
        if (!host.Pf.HasAdmin) return null;
        var reading = await host.Pf.ReadBytesAsync(AdminCommand.GetLogPage((byte)log, (uint)bytes, nsid: uint.MaxValue, retain: true, lsp: lsp), bytes);
        if (!reading.IsOk) Line($"  {log}: {reading.Answer}");
        return reading.IsOk ? reading.Value : null;
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
