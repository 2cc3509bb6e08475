using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>What one controller has done in its life, for the SMART / Health log (Base 2.3 5.2.12.1.3). Resets leave it.</summary>
internal sealed class HealthCounters
{
    private const int DataUnit = 512;
    private const int Thousand = 1000;
    private const byte FirstMediaError = 0x80;

    private ulong _unitsRead;
    private ulong _unitsWritten;
    private int _outstanding;
    private long _busySince;
    private long _busy;

    public ulong ReadCommands { get; private set; }

    public ulong WriteCommands { get; private set; }

    public ulong MediaErrors { get; private set; }

    /// <summary>Thousands of 512 bytes, rounded up.</summary>
    public ulong DataRead => (_unitsRead + (Thousand - 1)) / Thousand;

    public ulong DataWritten => (_unitsWritten + (Thousand - 1)) / Thousand;

    /// <summary>ns during which an I/O command was outstanding.</summary>
    public long Busy(long now) => _outstanding == 0 ? _busy : _busy + now - _busySince;

    /// <summary>An I/O command was fetched.</summary>
    public void Begin(long now)
    {
        if (_outstanding++ == 0) _busySince = now;
    }

    /// <summary>One was completed, or dropped.</summary>
    public void End(long now)
    {
        if (--_outstanding == 0) _busy += now - _busySince;
    }

    /// <summary>A command is about to be completed; its status is settled.</summary>
    public void Completing(CommandContext command)
    {
        if (command.IsAdmin) return;
        if (IsMediaError(command.Status)) MediaErrors++;
        if (!command.Status.IsSuccess || command.Namespace is not { } ns) return;
        var units = (ulong)command.Blocks * (uint)ns.BlockSize / DataUnit;
        // Metadata does not count; nor does what moves no user data between host and device, but for Verify, which reads it.
        switch ((NvmOpcode)command.Opcode)
        {
            case NvmOpcode.Read or NvmOpcode.Compare:
                ReadCommands++;
                _unitsRead += units;
                break;
            case NvmOpcode.Verify:
                _unitsRead += units;
                break;
            case NvmOpcode.Write:
                WriteCommands++;
                _unitsWritten += units;
                break;
        }
    }

    private static bool IsMediaError(Status status) =>
        status.Sct == StatusCodeType.MediaAndDataIntegrity && status.Sc >= FirstMediaError && status != Status.CompareFailure
        && status != Status.AccessDenied && status != Status.DeallocatedOrUnwrittenBlock;
}
