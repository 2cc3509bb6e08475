using System.Globalization;
using System.Reflection;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Runner.Display;

/// <summary>A line of a trace with what its bytes mean: names of commands, registers, doorbells and statuses.</summary>
internal static class TraceText
{
    private static readonly Dictionary<long, string> s_registers = typeof(Register).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(it => it is { IsLiteral: true } && it.FieldType == typeof(int) && it.Name != nameof(Register.Doorbells))
        .ToDictionary(it => (long)(int)it.GetRawConstantValue()!, it => it.Name.ToUpperInvariant());

    /// <summary>Null where the line is none of a trace.</summary>
    public static string? Of(string line)
    {
        var fields = line.Split('\t');
        if (fields.Length < 3 || !long.TryParse(fields[0], out var at)) return null;
        var what = Meaning(fields[1], fields[3..]);
        return what is null ? null : $"{at,14} ns  {fields[2]}: {what}";
    }

    private static string? Meaning(string kind, string[] fields) => (kind, fields) switch
    {
        (Trace.CommandKind, [var qid, var hex]) when Bytes(hex, SubmissionEntry.Size) is { } bytes => Command(qid, Wire.Read<SubmissionEntry>(bytes)),
        (Trace.CompletionKind, [var qid, var hex]) when Bytes(hex, CompletionEntry.Size) is { } bytes => Completion(qid, Wire.Read<CompletionEntry>(bytes)),
        (Trace.ReadKind, [var offset, _, var value]) when Hex(offset) is { } at => $"reads {Place(at)}: {value}h",
        (Trace.WriteKind, [var offset, _, var value]) when Hex(offset) is { } at => $"writes {Place(at)}: {value}h",
        (Trace.ConfigReadKind, [var offset, var width, var value]) => $"reads configuration {offset}h, {width} bytes: {value}h",
        (Trace.ConfigWriteKind, [var offset, var width, var value]) => $"writes configuration {offset}h, {width} bytes: {value}h",
        (Trace.DmaReadKind, [var iova, var length, _]) => $"DMA read of {length} bytes at {iova}h",
        (Trace.DmaWriteKind, [var iova, var length, _]) => $"DMA write of {length} bytes at {iova}h",
        (Trace.InterruptKind, [var vector]) => $"interrupt {vector}",
        (Trace.MapKind, [var iova, var length, var access]) => $"maps {length}h bytes at {iova}h for {access}",
        (Trace.UnmapKind, [var iova, var length]) => $"unmaps {length}h bytes at {iova}h",
        (Trace.ResetKind, []) => "is reset",
        (Trace.AttachKind, [var space]) => $"is attached to {space}",
        (Trace.DetachKind, []) => "is detached",
        (Trace.StepKind, [var step]) => $"-- {step} begins",
        _ => null,
    };

    private static string Command(string qid, SubmissionEntry c)
    {
        var name = qid == "0" ? $"{(AdminOpcode)c.Opcode}" : $"{(NvmOpcode)c.Opcode}";
        var text = $"sq[{qid}] cid {c.Cid}: {name} ({c.Opcode:x2}h), nsid {c.Nsid:x}, dwords 10 to 15 {c.Cdw10:x} {c.Cdw11:x} {c.Cdw12:x} {c.Cdw13:x} {c.Cdw14:x} {c.Cdw15:x}";
        return qid == "0" && PassthroughLine.Of(in c) is { } line ? $"{text}\n{"",20}{line}" : text;
    }

    private static string Completion(string qid, CompletionEntry c) =>
        $"sq[{qid}] cid {c.Cid}: {c.StatusField.Status}, dword 0 {c.Dw0:x}, head {c.SqHead}, phase {(c.StatusField.Phase ? 1 : 0)}";

    /// <summary>A register by its name, a doorbell by its queue where the stride is 0 and no table of interrupts lies there.</summary>
    private static string Place(long offset)
    {
        const long page = 0x1000;
        if (offset is >= Register.Doorbells and < Register.Doorbells + page)
            return $"BAR0 {offset:x}h, doorbell of {(offset / sizeof(uint) % 2 == 0 ? "sq" : "cq")}[{(offset - Register.Doorbells) / sizeof(ulong)}]";
        return s_registers.TryGetValue(offset, out var name) ? name : $"BAR0 {offset:x}h";
    }

    private static long? Hex(string text) => long.TryParse(text, NumberStyles.AllowHexSpecifier, null, out var value) ? value : null;

    private static byte[]? Bytes(string hex, int size)
    {
        if (hex.Length != 2 * size || !hex.All(char.IsAsciiHexDigit)) return null;
        return Convert.FromHexString(hex);
    }
}
