using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Command and Feature Lockdown, LID 14h (Base 2.3 5.2.12.1.20).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct LockdownLog
{
    public const int Size = 512;

    /// <summary>Command and Feature Identifier List Attributes.</summary>
    [FieldOffset(0)] public LockdownListAttributes Cfila;

    /// <summary>Length of the list, in bytes.</summary>
    [FieldOffset(3)] public byte Lngth;

    /// <summary>Command and Feature Identifier List: opcodes or feature identifiers, ascending.</summary>
    [FieldOffset(4)] public LockdownList Cfil;
}

/// <summary>CFILA; the log specific parameter of Get Log Page asks with the same layout.</summary>
public readonly record struct LockdownListAttributes(byte Raw)
{
    /// <summary>SS.</summary>
    public LockdownScope Scope { get => (LockdownScope)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, (uint)value); }

    /// <summary>CS.</summary>
    public LockdownContents Contents
    {
        get => (LockdownContents)Bits.Get(Raw, 5, 4);
        init => Raw = (byte)Bits.With(Raw, 5, 4, (uint)value);
    }
}

/// <summary>What is locked down. Unknown ones are values.</summary>
public enum LockdownScope : byte
{
    AdminCommands = 0,
    Features = 2,
    ManagementInterface = 3,
    PcieCommands = 4,
}

/// <summary>Which list is asked for.</summary>
public enum LockdownContents : byte
{
    /// <summary>What can be prohibited.</summary>
    Supported = 0,

    ProhibitedOnAdminQueue = 1,
    ProhibitedOutOfBand = 2,
}

/// <summary>Opcodes or feature identifiers.</summary>
[InlineArray(508)]
public struct LockdownList
{
    private byte _first;
}
