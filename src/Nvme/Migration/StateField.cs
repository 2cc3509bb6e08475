using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>How a <see cref="StateField"/> is written for a reader.</summary>
public enum StateFieldKind
{
    /// <summary>A count, size, index or flag: decimal.</summary>
    Number,

    /// <summary>An address or a group of reserved bits: hexadecimal.</summary>
    Hex,

    /// <summary>Up to 16 bytes in the order of memory.</summary>
    Bytes,
}

/// <summary>
/// One field of a saved state. The rows of a walk cover every bit of the state once, in its order; fields that share a word have its
/// offset and size.
/// </summary>
/// <param name="Path">As <c>nvme.sq[3].head</c>: queues go by their identifier.</param>
/// <param name="Offset">Bytes from the start of the state.</param>
/// <param name="Size">Bytes of the word that holds the field.</param>
/// <param name="Value">The value; bytes as a little-endian number.</param>
/// <param name="Kind">How it is written.</param>
public readonly record struct StateField(string Path, long Offset, int Size, UInt128 Value, StateFieldKind Kind = StateFieldKind.Number)
{
    /// <summary>The value for a reader.</summary>
    public string Text => Kind switch
    {
        StateFieldKind.Number => Value.ToString(CultureInfo.InvariantCulture),
        StateFieldKind.Hex => $"0x{Value:x}",
        _ => BytesText(),
    };

    public override string ToString() => $"{Path} = {Text}";

    /// <summary>All fields of a controller state, in its order.</summary>
    public static IEnumerable<StateField> Walk(ControllerState state) => new StateWalk(state).Fields();

    /// <summary>Bytes without a known layout in rows of 16: <c>vendor[0x10]</c>.</summary>
    /// <param name="name">First part of the paths.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="offset">Where they start in the state.</param>
    public static IEnumerable<StateField> Walk(string name, ReadOnlyMemory<byte> data, long offset = 0)
    {
        for (var at = 0; at < data.Length; at += 16)
        {
            var size = Math.Min(16, data.Length - at);
            yield return new($"{name}[0x{at:x}]", offset + at, size, Number(data.Span.Slice(at, size)), StateFieldKind.Bytes);
        }
    }

    private static UInt128 Number(ReadOnlySpan<byte> bytes)
    {
        Span<byte> padded = stackalloc byte[16];
        padded.Clear();
        bytes.CopyTo(padded);
        return BinaryPrimitives.ReadUInt128LittleEndian(padded);
    }

    private string BytesText()
    {
        var value = Value;
        var bytes = MemoryMarshal.AsBytes(new Span<UInt128>(ref value))[..Size];
        return string.Join(' ', Convert.ToHexStringLower(bytes).Chunk(2).Select(pair => new string(pair)));
    }
}

/// <summary>A field in which two states differ; a side is null where it has no such field.</summary>
public readonly record struct StateDifference(string Path, StateField? Left, StateField? Right)
{
    public override string ToString() => $"{Path}: {Left?.Text ?? "absent"} -> {Right?.Text ?? "absent"}";

    /// <summary>
    /// Compares two walks path by path: the left one's order first, then what only the right one has. Offsets are not compared, so a
    /// queue that moved within the state does not count as changed.
    /// </summary>
    public static IReadOnlyList<StateDifference> Between(IEnumerable<StateField> left, IEnumerable<StateField> right)
    {
        var differences = new List<StateDifference>();
        var rightFields = right.ToList();
        var byPath = rightFields.ToDictionary(field => field.Path, StringComparer.Ordinal);
        foreach (var field in left)
        {
            if (!byPath.Remove(field.Path, out var other))
            {
                differences.Add(new(field.Path, field, null));
            }
            else if (field.Value != other.Value || (field.Kind == StateFieldKind.Bytes && field.Size != other.Size))
            {
                differences.Add(new(field.Path, field, other));
            }
        }
        differences.AddRange(rightFields
            .Where(field => byPath.ContainsKey(field.Path))
            .Select(field => new StateDifference(field.Path, null, field)));
        return differences;
    }

    public static IReadOnlyList<StateDifference> Between(ControllerState left, ControllerState right) =>
        Between(StateField.Walk(left), StateField.Walk(right));
}
