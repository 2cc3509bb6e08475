using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>The faults of a profile, and how often each has struck.</summary>
internal sealed class FaultTable
{
    private readonly Armed[] _faults;

    private sealed class Armed(SimulatedFault fault)
    {
        public readonly SimulatedFault Fault = fault;
        public readonly byte[] Pattern = Bytes(fault.Pattern, nameof(fault.Pattern));
        public readonly byte[] Mask = Bytes(fault.Mask, nameof(fault.Mask));
        public int Matches;
    }

    public FaultTable(IReadOnlyList<SimulatedFault> faults) => _faults = [.. faults.Select(f => new Armed(f))];

    public bool IsEmpty => _faults.Length == 0;

    /// <summary>The first fault that strikes this command now, or null. Counts the match.</summary>
    public SimulatedFault? Strike(ControllerCore c, CommandContext command)
    {
        foreach (var armed in _faults)
        {
            var fault = armed.Fault;
            if (fault.Admin is { } admin && admin != command.IsAdmin) continue;
            if (fault.Cntlid is { } cntlid && cntlid != c.Cntlid) continue;
            if (!Matches(armed, in command.Entry)) continue;
            var match = ++armed.Matches - fault.After;
            if (match > 0 && (fault.Times == 0 || match <= fault.Times)) return fault;
        }

        return null;
    }

    private static bool Matches(Armed armed, in SubmissionEntry entry)
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<SubmissionEntry>(in entry));
        for (var i = 0; i < bytes.Length; i++)
        {
            if ((bytes[i] & armed.Mask[i]) != armed.Pattern[i]) return false;
        }

        return true;
    }

    private static byte[] Bytes(string hexadecimal, string name)
    {
        if (hexadecimal.Length > 2 * SubmissionEntry.Size)
            throw new ArgumentException($"A fault's {name} has more than {SubmissionEntry.Size} bytes.", nameof(hexadecimal));
        var bytes = new byte[SubmissionEntry.Size];
        Convert.FromHexString(hexadecimal).CopyTo(bytes, 0);
        return bytes;
    }
}
