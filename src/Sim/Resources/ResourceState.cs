namespace Conformance.Sim;

/// <summary>Queue pairs (VQ) and vectors (VI) of one controller (Base 2.3 8.2.6).</summary>
internal sealed class ResourceState
{
    /// <summary>Queue pairs, the admin pair included.</summary>
    public int Queues { get; set; }

    public int Vectors { get; set; }

    /// <summary>A secondary controller may be enabled. Primaries always are.</summary>
    public bool Online { get; set; }

    /// <summary>VQRFAP: flexible queue pairs of a primary now.</summary>
    public int PrimaryFlexibleQueues { get; set; }

    /// <summary>VIRFAP.</summary>
    public int PrimaryFlexibleVectors { get; set; }

    /// <summary>What a primary will have after its next reset other than Controller Reset.</summary>
    public int NextPrimaryFlexibleQueues { get; set; }

    public int NextPrimaryFlexibleVectors { get; set; }
}
