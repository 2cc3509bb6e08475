namespace Conformance.Runner.Real;

/// <summary>
/// What a guest does with a serial port (16550) whose ends are tied together, as those of the kernel's sample driver: bytes that it sends wait in the port's
/// FIFO until it receives them. Some are always under way, and each must arrive once, in order, wherever the port has moved meanwhile.
/// </summary>
/// <param name="read">Reads a register.</param>
/// <param name="write">Writes one.</param>
internal sealed class SerialLine(Func<int, byte> read, Action<int, byte> write)
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

    private bool HasArrived => (read(LineStatus) & DataReady) != 0;

    /// <summary>Makes the port ready, and empty.</summary>
    public void SetUp()
    {
        _sent.Clear();
        write(LineControl, EightBits);
        write(FifoControl, FifoOnAndCleared);
        Mark();
    }

    /// <summary>Sends bytes, and leaves them under way.</summary>
    public void Send(int bytes = Ahead)
    {
        for (var i = 0; i < bytes; i++)
        {
            write(Data, _next);
            _sent.Enqueue(_next++);
        }
    }

    /// <summary>What was sent first arrives next, the guest's mark is where it was left, and another byte is sent.</summary>
    public bool Works()
    {
        if (_sent.Count == 0 || read(Scratch) != _scratch || !HasArrived) return false;
        var works = read(Data) == _sent.Dequeue();
        Send(1);
        Mark();
        return works;
    }

    /// <summary>Every byte that is under way arrives, in the order in which they were sent, and nothing else.</summary>
    public bool EndsOnce()
    {
        var all = true;
        while (all && _sent.TryDequeue(out var sent)) all = HasArrived && read(Data) == sent;
        all &= !HasArrived;
        Send();
        return all;
    }

    /// <summary>A mark that is left is read again.</summary>
    public bool Answers()
    {
        Mark();
        return read(Scratch) == _scratch;
    }

    private void Mark() => write(Scratch, _scratch = (byte)((_scratch * 5) + 3));
}
