namespace Conformance.Self;

/// <summary>
/// A structure of a C header and ours of the same bytes. A field of ours has the C name in lower case, less the Z of a 0's-based one,
/// unless <see cref="Renamed"/> says otherwise.
/// </summary>
/// <param name="Name">The C structure's tag.</param>
/// <param name="Type">Our structure.</param>
/// <param name="Renamed">Pairs <c>Ours:theirs</c>.</param>
/// <param name="Unknown">Fields of ours that the header does not have or has wrong; <see cref="FieldOffsets"/> holds those.</param>
/// <param name="Size">A C expression for the size, where it is not that of the whole structure; empty to leave the size alone.</param>
internal sealed record CStruct(string Name, Type Type, string Renamed = "", string Unknown = "", string? Size = null)
{
    public override string ToString() => $"{Name} as {Type.Name}";

    /// <summary>Fields of ours that the C structure is asked about.</summary>
    public IEnumerable<string> Fields =>
        WireType.Fields(Type).Select(member => member.Name)
            .Where(name => !name.StartsWith("Reserved", StringComparison.Ordinal))
            .Except(Unknown.Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    /// <summary>One claim a line: the size, then place and size of each field.</summary>
    public IEnumerable<string> Claims()
    {
        if (Size != "")
        {
            yield return $"{Size ?? $"sizeof(struct {Name})"} == {WireType.SizeOf(Type)}";
        }
        var theirs = Renamed.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split(':')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        foreach (var field in Fields)
        {
            var name = theirs.GetValueOrDefault(field, (field.EndsWith('Z') ? field[..^1] : field).ToLowerInvariant());
            var size = WireType.SizeOf(Type.GetField(field)!.FieldType);
            yield return $"offsetof(struct {Name}, {name}) == {WireType.OffsetOf(Type, field)}";
            yield return $"sizeof(((struct {Name} *)0)->{name}) == {size}";
        }
    }
}
