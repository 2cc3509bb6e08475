using Conformance.Nvme;

namespace Conformance.Device;

/// <summary>
/// A physical or virtual function as its host sees it. Guarantees of every implementation:
/// <list type="bullet">
/// <item>Writes take effect in program order; a read is answered as if every earlier write of this host had been done.</item>
/// <item>A 32-bit access is one access, a 64-bit access is one access or two in ascending order, never torn further.</item>
/// <item>An access to a function that is not there reads all ones and writes nothing (unsupported request), and does not throw.</item>
/// <item>An interrupt raised while its vector is masked is pending until unmasked; an unbound vector's interrupts are dropped.</item>
/// <item>After <see cref="ResetAsync"/> the function's registers have their reset values, no DMA of before the reset is under way, and the host
/// has waited as long as PCI Express asks.</item>
/// <item>Nothing here blocks its thread.</item>
/// </list>
/// </summary>
public interface IFunction
{
    /// <summary>For people: "source VF 1".</summary>
    string Name { get; }

    RequesterId Requester { get; }

    /// <summary>False once the function was taken away (VF Enable cleared, surprise removal).</summary>
    bool IsPresent { get; }

    /// <summary>Bytes of BAR0 (BAR0/1).</summary>
    long BarLength { get; }

    /// <summary>Interrupt vectors that can be bound.</summary>
    int VectorCount { get; }

    /// <summary>Where the function's DMA goes; null: nowhere, each access faults.</summary>
    IDmaSpace? Dma { get; }

    /// <summary>Reads 1, 2 or 4 bytes of configuration space.</summary>
    uint ReadConfig(int offset, int width);

    /// <summary>Writes 1, 2 or 4 bytes of configuration space.</summary>
    void WriteConfig(int offset, int width, uint value);

    uint Read32(long offset);

    ulong Read64(long offset);

    void Write32(long offset, uint value);

    void Write64(long offset, ulong value);

    /// <summary>Raises <paramref name="signal"/> at each interrupt of the vector; null unbinds.</summary>
    void BindInterrupt(int vector, Signal? signal);

    /// <summary>Function Level Reset, and the wait after it.</summary>
    ValueTask ResetAsync();

    ValueTask AttachAsync(IDmaSpace space);

    /// <summary>When it ends no access of the function is under way.</summary>
    ValueTask DetachAsync();
}

/// <summary>The bus of one host: which functions are there, and new DMA spaces for them.</summary>
public interface IBus
{
    /// <summary>The function at an address, null where nothing answers. A VF appears once its PF's VF Enable is set.</summary>
    IFunction? Find(RequesterId requester);

    /// <summary>An empty space; nothing is shared between spaces.</summary>
    IDmaSpace CreateDmaSpace(string name);
}
