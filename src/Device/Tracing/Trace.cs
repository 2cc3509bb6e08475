using System.Globalization;
using Conformance.Nvme;

namespace Conformance.Device;

/// <summary>
/// Writes what passes between a host and a device, a line each: ns, kind, who, and what the kind has; numbers in hexadecimal. Made for
/// <c>inspect</c>, which says what the bytes mean.
/// </summary>
public sealed class Trace(World world, TextWriter to)
{
    /// <summary>Commands and completions, by <see cref="Command"/> and <see cref="Completion"/>.</summary>
    public const string CommandKind = "command";
    public const string CompletionKind = "completion";
    public const string ReadKind = "read";
    public const string WriteKind = "write";
    public const string ConfigReadKind = "config-read";
    public const string ConfigWriteKind = "config-write";
    public const string InterruptKind = "interrupt";
    public const string DmaReadKind = "dma-read";
    public const string DmaWriteKind = "dma-write";
    public const string MapKind = "map";
    public const string UnmapKind = "unmap";
    public const string ResetKind = "reset";
    public const string AttachKind = "attach";
    public const string DetachKind = "detach";

    /// <summary>A step of a cycle that begins.</summary>
    public const string StepKind = "step";

    public void Command(string who, ushort qid, in SubmissionEntry entry) => Bytes(CommandKind, who, qid, Wire.Bytes(in entry));

    public void Completion(string who, ushort qid, in CompletionEntry entry) => Bytes(CompletionKind, who, qid, Wire.Bytes(in entry));

    /// <summary>An access: where, how many bytes, which value.</summary>
    public void Access(string kind, string who, long offset, int width, ulong value) =>
        Line(kind, who, offset.ToString("x"), width.ToString(CultureInfo.InvariantCulture), value.ToString("x"));

    public void Event(string kind, string who, params ReadOnlySpan<string> what) => Line(kind, who, what);

    private void Bytes(string kind, string who, ushort qid, ReadOnlySpan<byte> bytes) =>
        Line(kind, who, qid.ToString(CultureInfo.InvariantCulture), Convert.ToHexStringLower(bytes));

    private void Line(string kind, string who, params ReadOnlySpan<string> what)
    {
        // Devices of the simulated pair run in the same world; on another clock the lines of two threads must not mix.
        lock (to)
        {
            to.Write(world.Now);
            to.Write('\t');
            to.Write(kind);
            to.Write('\t');
            to.Write(who);
            foreach (var it in what)
            {
                to.Write('\t');
                to.Write(it);
            }

            to.Write('\n');
        }
    }
}
