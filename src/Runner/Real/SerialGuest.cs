using Conformance.Linux;
using Conformance.Suite;

namespace Conformance.Runner.Real;

/// <summary>The guest of a serial port of the kernel's sample driver; its work are the bytes of a <see cref="SerialLine"/>.</summary>
internal sealed class SerialGuest : VfioGuest
{
    private readonly Func<int, MediatedFunction> _open;
    private readonly int _number;
    private readonly SerialLine _line;

    // The port that is this guest's own, while it has that open, and whose it works with: another's, after it has moved.
    private MediatedFunction? _own;
    private SerialGuest _at;

    public SerialGuest(Func<int, MediatedFunction> open, int number)
    {
        (_open, _number, _at) = (open, number, this);
        _line = new SerialLine(register => Port.Read(register), (register, value) => Port.Write(register, value));
    }

    public override CaseVf Vf => throw NoController();

    public override CaseQueue Queue => throw NoController();

    /// <summary>A reset leaves the registers of a port as they are.</summary>
    public override bool? IsFresh => null;

    /// <summary>Nobody has had it open yet.</summary>
    public bool IsNew { get; private set; } = true;

    private MediatedFunction Port => _at._own ?? throw new InvalidOperationException("The port is not open.");

    /// <summary>The end of a case that needs one.</summary>
    public static CaseEnd NoController() => CaseEnd.NotSupported("an NVMe controller: these are serial ports of the kernel's sample driver");

    /// <summary>Opens it, as a new user does.</summary>
    public MediatedFunction Open()
    {
        IsNew = false;
        return _own = _open(_number);
    }

    public void Close()
    {
        _own?.Dispose();
        _own = null;
    }

    public override ValueTask<VfioGuest> BesideAsync(int number) => new(new SerialGuest(_open, number));

    public override ValueTask BeginAsync()
    {
        _line.SetUp();
        _line.Send();
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> WorksAsync() => new(_line.Works());

    public override ValueTask PutUnderWayAsync(int pieces)
    {
        _line.Send(pieces);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> EndsOnceAsync() => new(_line.EndsOnce());

    public override ValueTask<bool> AnswersAsync() => new(_line.Answers());

    public override void Enable()
    {
        // Nothing stands between a guest and a port.
    }

    public override ValueTask<bool> ComesUpAsync()
    {
        _line.SetUp();
        return new(_line.Answers());
    }

    public override void MoveTo(VfioGuest other) => _at = (SerialGuest)other;
}
