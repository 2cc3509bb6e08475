using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Self.Driver;

/// <summary>
/// A PCI function with BAR0, MSI-X and a Function Level Reset, and the smallest controller that a driver can be tried on. It does what
/// a test tells it: stall, hold answers, answer twice, report events. Not a reference for anything: that is the simulated device.
/// </summary>
internal sealed class FakeFunction : IFunction
{
    public const int Vectors = 4;
    public const int TableOffset = 0x2000;
    public const int PendingOffset = 0x3000;

    private const int Msix = 0x40;
    private const int Express = 0x60;

    private readonly World _world;
    private readonly byte[] _config = new byte[4096];
    private readonly uint[] _bar = new uint[0x4000 / 4];
    private readonly Signal?[] _bound = new Signal?[Vectors];

    public FakeFunction(World world, AddressSpace memory, string name = "fake")
    {
        _world = world;
        Name = name;
        Controller = new FakeController(world, memory, this);
        ResetRegisters();
    }

    public FakeController Controller { get; }

    public string Name { get; }

    public RequesterId Requester => new(0x0100);

    public bool IsPresent { get; set; } = true;

    public long BarLength => 0x4000;

    public int VectorCount => Vectors;

    public IDmaSpace? Dma => null;

    /// <summary>Doorbell writes, oldest first.</summary>
    public List<(long Offset, uint Value)> Doorbells { get; } = [];

    public int FunctionResets { get; private set; }

    public bool IsBusMaster => new PciCommand((ushort)ReadConfig(PciHeader.CommandOffset, 2)).BusMaster;

    public ref uint Register(long offset) => ref _bar[offset / 4];

    public uint ReadConfig(int offset, int width)
    {
        if (!IsPresent) return uint.MaxValue >> (32 - (8 * width));
        var value = 0u;
        for (var i = 0; i < width; i++) value |= (uint)_config[offset + i] << (8 * i);
        return value;
    }

    public void WriteConfig(int offset, int width, uint value)
    {
        for (var i = 0; i < width && IsPresent; i++)
        {
            var at = offset + i;
            // Writable: Command, the upper byte of MSI-X control, Device Control.
            if (at is PciHeader.CommandOffset or (PciHeader.CommandOffset + 1) or (Msix + 3) or (Express + 8) or (Express + 9))
                _config[at] = (byte)(value >> (8 * i));
        }

        if ((ReadConfig(Express + 8, 2) & 0x8000) != 0) ResetRegisters();
        SendPending();
        Controller.Wake();
    }

    public uint Read32(long offset)
    {
        if (!IsPresent) return uint.MaxValue;
        return offset >= PendingOffset || offset < _bar.Length * 4 ? _bar[offset / 4] : 0;
    }

    public ulong Read64(long offset) => Read32(offset) | ((ulong)Read32(offset + 4) << 32);

    public void Write32(long offset, uint value)
    {
        if (!IsPresent) return;
        if (offset is >= Nvme.Register.Doorbells and < TableOffset) Doorbells.Add((offset, value));
        if (offset is Nvme.Register.Cap or Nvme.Register.Csts or >= PendingOffset) return;
        _bar[offset / 4] = value;
        if (offset >= TableOffset) SendPending();
        else Controller.Written((int)offset);
    }

    public void Write64(long offset, ulong value)
    {
        Write32(offset, (uint)value);
        Write32(offset + 4, (uint)(value >> 32));
    }

    public void BindInterrupt(int vector, Signal? signal) => _bound[vector] = signal;

    public bool IsBound(int vector) => _bound[vector] is not null;

    public async ValueTask ResetAsync()
    {
        ResetRegisters();
        await _world.After(100_000_000);
    }

    public ValueTask AttachAsync(IDmaSpace space) => default;

    public ValueTask DetachAsync() => default;

    public void Raise(int vector)
    {
        if (!MsixControl.Enable) return;
        if (IsMasked(vector)) _bar[PendingOffset / 4] |= 1u << vector;
        else _bound[vector]?.Raise();
    }

    public bool IsMasked(int vector) => MsixControl.FunctionMask || (_bar[(TableOffset + (vector * 16) + 12) / 4] & 1) != 0;

    public MsixControl MsixControl => new((ushort)ReadConfig(Msix + 2, 2));

    private void SendPending()
    {
        for (var vector = 0; vector < Vectors; vector++)
        {
            if (!MsixControl.Enable || IsMasked(vector) || (_bar[PendingOffset / 4] & (1u << vector)) == 0) continue;
            _bar[PendingOffset / 4] &= ~(1u << vector);
            _bound[vector]?.Raise();
        }
    }

    private void ResetRegisters()
    {
        FunctionResets++;
        Array.Clear(_config);
        Array.Clear(_bar);
        _config[PciHeader.StatusOffset] = 0x10;
        _config[PciHeader.CapabilitiesPointerOffset] = Msix;
        (_config[Msix], _config[Msix + 1], _config[Msix + 2]) = ((byte)CapabilityId.Msix, Express, Vectors - 1);
        _config[Msix + 5] = TableOffset >> 8;
        _config[Msix + 9] = PendingOffset >> 8;
        _config[Express] = (byte)CapabilityId.PciExpress;
        for (var vector = 0; vector < Vectors; vector++) _bar[(TableOffset + (vector * 16) + 12) / 4] = 1;
        var cap = new Capabilities { MqesZ = 63, To = 1, Css = 1, MpsMax = 4, Nssrs = true };
        (_bar[0], _bar[1]) = ((uint)cap.Raw, (uint)(cap.Raw >> 32));
        _bar[Nvme.Register.Vs / 4] = Nvme.Version.Of(2, 1).Raw;
        Controller.ResetAll();
    }
}
