using Conformance.Linux;
using Conformance.Suite;

namespace Conformance.Runner.Real;

/// <summary>
/// The guest of a serial port (16550) of the kernel's sample driver, whose ends are tied together: what is sent waits in its FIFO until it is received. Its
/// work are bytes, of which some are always under way; they move with the port, and each must be received once, in order.
/// </summary>
/// <param name="open">Opens a port by its number.</param>
internal sealed class SerialGuest(Func<int, MediatedFunction> open, int number) : VfioGuest
{
    private const int Data = 0;
    private const int FifoControl = 2;
    private const int LineControl = 3;
    private const int LineStatus = 5;
    private const int Scratch = 7;

    private const byte FifoOnAndCleared = 0x07;
    private const byte EightBits = 0x03;
    private const byte DataReady = 0x01;

    /// <summary>Bytes that are under way: fewer than the FIFO holds.</summary>
    private const int Ahead = 6;

    private readonly Queue<byte> _sent = new();
    private byte _next = 0x31;
    private byte _scratch;

    public override CaseVf Vf => throw NoController();

    public override CaseQueue Queue => throw NoController();

    // The port that is this guest's own, while it has that open, and the one that it works with: another's, after it has moved.
    private MediatedFunction? _own;
    private SerialGuest? _at;

    /// <summary>Nobody has had it open yet.</summary>
    public bool IsNew { get; private set; } = true;

    /// <summary>Opens it, as a new user does.</summary>
    public MediatedFunction Open()
    {
        IsNew = false;
        return _own = open(number);
    }

    public void Close()
    {
        _own?.Dispose();
        _own = null;
    }

    public override ValueTask<VfioGuest> BesideAsync(int number) => new(new SerialGuest(open, number));

    public override ValueTask BeginAsync()
    {
        SetUp();
        for (var i = 0; i < Ahead; i++) Send();
        return ValueTask.CompletedTask;
    }

    /// <summary>What was sent first arrives next, the mark of the guest is where it was left, and another byte is sent.</summary>
    public override ValueTask<bool> WorksAsync()
    {
        if (_sent.Count == 0 || Registers.Read(Scratch) != _scratch || (Registers.Read(LineStatus) & DataReady) == 0) return new(false);
        var works = Registers.Read(Data) == _sent.Dequeue();
        Send();
        Mark();
        return new(works);
    }

    public override ValueTask PutUnderWayAsync(int pieces)
    {
        for (var i = 0; i < pieces; i++) Send();
        return ValueTask.CompletedTask;
    }

    /// <summary>Every byte arrives, in the order in which they were sent, and nothing else.</summary>
    public override ValueTask<bool> EndsOnceAsync()
    {
        var all = true;
        while (all && _sent.TryDequeue(out var sent)) all = (Registers.Read(LineStatus) & DataReady) != 0 && Registers.Read(Data) == sent;
        all &= (Registers.Read(LineStatus) & DataReady) == 0;
        for (var i = 0; i < Ahead; i++) Send();
        return new(all);
    }

    /// <summary>A reset leaves the registers of a port as they are.</summary>
    public override bool? IsFresh => null;

    public override ValueTask<bool> AnswersAsync()
    {
        Mark();
        return new(Registers.Read(Scratch) == _scratch);
    }

    public override void Enable()
    {
        // Nothing stands between a guest and a port.
    }

    public override ValueTask<bool> ComesUpAsync()
    {
        SetUp();
        return AnswersAsync();
    }

    public override void MoveTo(VfioGuest other) => _at = (SerialGuest)other;

    private MediatedFunction Registers => (_at ?? this)._own ?? throw new InvalidOperationException("The port is not open.");

    private void SetUp()
    {
        _sent.Clear();
        Registers.Write(LineControl, EightBits);
        Registers.Write(FifoControl, FifoOnAndCleared);
        Mark();
    }

    private void Send()
    {
        Registers.Write(Data, _next);
        _sent.Enqueue(_next++);
    }

    private void Mark() => Registers.Write(Scratch, _scratch = (byte)(_scratch * 5 + 3));

    /// <summary>The end of a case that needs one.</summary>
    public static CaseEnd NoController() => CaseEnd.NotSupported("an NVMe controller: these are serial ports of the kernel's sample driver");
}
