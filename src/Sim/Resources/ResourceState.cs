using Conformance.Device;
using Conformance.Nvme;

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
    public int PrimaryFlexibleQueues { get; private set; }

    /// <summary>VIRFAP.</summary>
    public int PrimaryFlexibleVectors { get; private set; }

    /// <summary>What a primary will have after its next reset other than Controller Reset. Kept over every reset.</summary>
    public int NextPrimaryFlexibleQueues { get; set; }

    public int NextPrimaryFlexibleVectors { get; set; }

    /// <summary>How many it has of one type.</summary>
    public int Of(ResourceType type) => type == ResourceType.VirtualQueue ? Queues : Vectors;

    /// <summary>A primary gets what it was allocated, on top of its private resources (Base 2.3 5.3.6).</summary>
    public void Allocate(SimulatedResources options)
    {
        (PrimaryFlexibleQueues, PrimaryFlexibleVectors) = (NextPrimaryFlexibleQueues, NextPrimaryFlexibleVectors);
        Queues = options.PrimaryQueues + PrimaryFlexibleQueues;
        Vectors = options.PrimaryVectors + PrimaryFlexibleVectors;
    }
}
