using Conformance.Runner.Real;
using NUnit.Framework;

namespace Conformance.Self.Linux;

/// <summary>
/// The work of a guest with a serial port, on a model of one that is here for the tests: where the port does wrong the guest must see it. What it cannot see:
/// whether the kernel's port is as this one; the test bed shows that.
/// </summary>
public sealed class SerialLineTests
{
    private Port _port = null!;
    private SerialLine _line = null!;

    [SetUp]
    public void Begin()
    {
        _port = new Port();
        _line = new SerialLine(register => _port.Read(register), (register, value) => _port.Write(register, value));
        _line.SetUp();
        _line.Send();
    }

    [Test]
    public void On_a_port_that_is_right_the_work_goes_on_for_ever()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.That(_line.Works() && _line.Answers());
            if (i % 10 == 0) _line.Send(8);
            if (i % 10 == 0) Assert.That(_line.EndsOnce());
        }
    }

    [Test]
    public void A_port_that_moved_with_all_it_held_works_elsewhere()
    {
        _port = _port.Copy();
        Assert.That(_line.Works() && _line.EndsOnce());
    }

    [Test]
    public void A_byte_that_is_lost_doubled_or_out_of_order_is_seen([Values(false, true)] bool atTheEnd, [Values] Wrong wrong)
    {
        _port.Do(wrong, atTheEnd);
        var good = true;
        for (var i = 0; i < Port.Size && good; i++) good = _line.Works();
        Assert.That(good, Is.False);
    }

    [Test]
    public void Nor_does_everything_end_once_then([Values(false, true)] bool atTheEnd, [Values] Wrong wrong)
    {
        _port.Do(wrong, atTheEnd);
        Assert.That(_line.EndsOnce(), Is.False);
    }

    [Test]
    public void A_state_of_before_is_no_place_to_go_on()
    {
        var before = _port.Copy();
        Assert.That(_line.Works());
        _port = before;
        Assert.That(_line.Works(), Is.False);
    }

    [Test]
    public void A_port_that_is_as_good_as_new_has_none_of_the_work()
    {
        _port = new Port();
        Assert.That(_line.Works(), Is.False);
        _port.IsDeaf = true;
        Assert.That(_line.Answers(), Is.False);
    }

    /// <summary>What may become of bytes that are under way.</summary>
    public enum Wrong
    {
        Lost,
        Doubled,
        Exchanged,
    }

    /// <summary>A 16550 whose output is its input: a FIFO of 16 bytes, a line status, a scratch register.</summary>
    private sealed class Port
    {
        public const int Size = 16;
        private List<byte> _fifo = [];
        private byte _scratch;

        public bool IsDeaf { get; set; }

        public Port Copy() => new() { _fifo = [.. _fifo], _scratch = _scratch };

        public void Do(Wrong wrong, bool atTheEnd)
        {
            var at = atTheEnd ? _fifo.Count - 2 : 0;
            if (wrong == Wrong.Lost) _fifo.RemoveAt(at);
            else if (wrong == Wrong.Doubled) _fifo.Insert(at, _fifo[at]);
            else (_fifo[at], _fifo[at + 1]) = (_fifo[at + 1], _fifo[at]);
        }

        public byte Read(int register)
        {
            if (register == 7) return _scratch;
            if (register == 5) return (byte)(_fifo.Count > 0 ? 1 : 0);
            if (register != 0 || _fifo.Count == 0) return 0;
            var first = _fifo[0];
            _fifo.RemoveAt(0);
            return first;
        }

        public void Write(int register, byte value)
        {
            if (IsDeaf) return;
            if (register == 7) _scratch = value;
            else if (register == 2 && (value & 6) != 0) _fifo.Clear();
            else if (register == 0 && _fifo.Count < Size) _fifo.Add(value);
        }
    }
}
