namespace Conformance.Sim;

/// <summary>What a logical block of a medium holds.</summary>
public enum BlockState : byte
{
    /// <summary>Never written, or deallocated since: reads as the medium's deallocated pattern.</summary>
    Deallocated = 0,

    /// <summary>Holds data.</summary>
    Written = 1,

    /// <summary>Set to zeroes without data being stored; its metadata may have been set.</summary>
    Zeroed = 2,

    /// <summary>Marked invalid: a read is to fail.</summary>
    Uncorrectable = 3,
}
