namespace Conformance.Sim;

/// <summary>What is done to blocks.</summary>
internal enum MediumOperation
{
    Read,
    Write,
    ReadMetadata,
    WriteMetadata,
    Zero,
    Deallocate,
    MarkUncorrectable,

    /// <summary>What a new key makes of the data: a crypto erase.</summary>
    ChangeKey,
}

/// <summary>One access to the blocks of a namespace; what the <see cref="MediumStep"/> works on.</summary>
internal ref struct MediumAccess
{
    public MediumOperation Operation;

    public Namespace Namespace;

    public ulong Slba;

    /// <summary>Blocks wanted; the step leaves here how many it dealt with, at least one.</summary>
    public ulong Blocks;

    /// <summary>After a read: the bytes of the blocks.</summary>
    public ReadOnlySpan<byte> Source;

    /// <summary>After a write: where the bytes of the blocks are to be put, at once.</summary>
    public Span<byte> Target;
}

/// <summary>Reaches the medium: everything that reads or changes blocks comes through here.</summary>
internal class MediumStep
{
    public virtual StepResult Run(ControllerCore c, ref MediumAccess access)
    {
        var medium = access.Namespace.Medium;
        var most = (int)Math.Min(access.Blocks, int.MaxValue);
        var done = most;
        switch (access.Operation)
        {
            case MediumOperation.Read:
                access.Source = medium.ReadableChunk(access.Slba, most, out done);
                access.Blocks = (ulong)done;
                break;
            case MediumOperation.Write:
                access.Target = medium.WritableChunk(access.Slba, most, out done);
                access.Blocks = (ulong)done;
                break;
            case MediumOperation.ReadMetadata:
                access.Source = medium.ReadableMetadata(access.Slba, most, out done);
                access.Blocks = (ulong)done;
                break;
            case MediumOperation.WriteMetadata:
                access.Target = medium.WritableMetadata(access.Slba, most, out done);
                access.Blocks = (ulong)done;
                break;
            case MediumOperation.Zero:
                medium.WriteZeroes(access.Slba, access.Blocks);
                break;
            case MediumOperation.Deallocate:
                medium.Deallocate(access.Slba, access.Blocks);
                break;
            case MediumOperation.MarkUncorrectable:
                medium.MarkUncorrectable(access.Slba, access.Blocks);
                break;
            case MediumOperation.ChangeKey:
                medium.Scramble(access.Slba, access.Blocks, (ulong)c.Now);
                break;
        }

        return StepResult.Done;
    }
}
