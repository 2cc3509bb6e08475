using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Sanitize Status, LID 81h (Base 2.3 5.2.12.1.36). Estimates are in seconds; FFFFFFFFh is not reported.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct SanitizeStatusLog
{
    public const int Size = 512;

    /// <summary>Sanitize Progress, in 65536ths; FFFFh when none is in progress.</summary>
    [FieldOffset(0)] public ushort Sprog;

    /// <summary>Sanitize Status.</summary>
    [FieldOffset(2)] public SanitizeStatus Sstat;

    /// <summary>Dword 10 of the command that started the operation.</summary>
    [FieldOffset(4)] public uint Scdw10;

    /// <summary>Estimated Time For Overwrite.</summary>
    [FieldOffset(8)] public uint Eto;

    /// <summary>Estimated Time For Block Erase.</summary>
    [FieldOffset(12)] public uint Etbe;

    /// <summary>Estimated Time For Crypto Erase.</summary>
    [FieldOffset(16)] public uint Etce;

    /// <summary>Estimated Time For Overwrite With No-Deallocate Media Modification.</summary>
    [FieldOffset(20)] public uint Etodmm;

    /// <summary>Estimated Time For Block Erase With No-Deallocate Media Modification.</summary>
    [FieldOffset(24)] public uint Etbenmm;

    /// <summary>Estimated Time For Crypto Erase With No-Deallocate Media Modification.</summary>
    [FieldOffset(28)] public uint Etcenmm;

    /// <summary>Estimated Time For Post-Verification Deallocation State.</summary>
    [FieldOffset(32)] public uint Etpvds;

    /// <summary>Sanitize State Information.</summary>
    [FieldOffset(36)] public SanitizeStateInformation Ssi;

    /// <summary>Maximum Namespace Sanitize Operations In Progress; 0 is not reported.</summary>
    [FieldOffset(40)] public uint Mnsoip;

    /// <summary>Sanitization Target NSID; 0 is the NVM subsystem.</summary>
    [FieldOffset(44)] public uint Stnsid;
}

/// <summary>SSTAT.</summary>
public readonly record struct SanitizeStatus(ushort Raw)
{
    /// <summary>SOS.</summary>
    public SanitizeOutcome Outcome
    {
        get => (SanitizeOutcome)Bits.Get(Raw, 2, 0);
        init => Raw = (ushort)Bits.With(Raw, 2, 0, (uint)value);
    }

    /// <summary>OPC: passes completed.</summary>
    public byte OverwritePasses { get => (byte)Bits.Get(Raw, 7, 3); init => Raw = (ushort)Bits.With(Raw, 7, 3, value); }

    /// <summary>GDE.</summary>
    public bool GlobalDataErased { get => Bits.Get(Raw, 8); init => Raw = (ushort)Bits.With(Raw, 8, value); }

    /// <summary>MVCNCLD.</summary>
    public bool MediaVerificationCanceled { get => Bits.Get(Raw, 9); init => Raw = (ushort)Bits.With(Raw, 9, value); }

    /// <summary>NDE.</summary>
    public bool NamespaceDataErased { get => Bits.Get(Raw, 10); init => Raw = (ushort)Bits.With(Raw, 10, value); }
}

/// <summary>Sanitize State Information, where SANICAP.VERS is set.</summary>
public readonly record struct SanitizeStateInformation(byte Raw)
{
    /// <summary>SANS.</summary>
    public SanitizeState State { get => (SanitizeState)Bits.Get(Raw, 3, 0); init => Raw = (byte)Bits.With(Raw, 3, 0, (uint)value); }

    /// <summary>FAILS.</summary>
    public SanitizeState FailureState
    {
        get => (SanitizeState)Bits.Get(Raw, 7, 4);
        init => Raw = (byte)Bits.With(Raw, 7, 4, (uint)value);
    }
}

/// <summary>SOS, how the most recent sanitize operation stands.</summary>
public enum SanitizeOutcome : byte
{
    NeverStarted = 0,
    Sanitized = 1,
    Sanitizing = 2,
    Failed = 3,
    SanitizedUnexpectedDeallocate = 4,
}

/// <summary>SANS, a state of the sanitize operation state machine.</summary>
public enum SanitizeState : byte
{
    Idle = 0,
    RestrictedProcessing = 1,
    RestrictedFailure = 2,
    UnrestrictedProcessing = 3,
    UnrestrictedFailure = 4,
    MediaVerification = 5,
    PostVerificationDeallocation = 6,
}

/// <summary>Head of the Sanitize Namespace Status List, LID 7Fh (Base 2.3 5.2.12.1.34); that many NSIDs of 4 bytes follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public record struct SanitizeNamespaceStatusListHeader
{
    public const int Size = 16;

    /// <summary>Generation Counter.</summary>
    [FieldOffset(0)] public ulong Genctr;

    /// <summary>Number of NSIDs.</summary>
    [FieldOffset(8)] public ulong Numnsid;
}
