using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Commands Supported and Effects, LID 05h (Base 2.3 5.2.12.1.6).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct CommandEffectsLog
{
    public const int Size = 4096;

    /// <summary>Admin commands by opcode.</summary>
    [FieldOffset(0)] public CommandEffectsTable Acs;

    /// <summary>I/O commands by opcode, of the command set asked for.</summary>
    [FieldOffset(1024)] public CommandEffectsTable Iocs;
}

/// <summary>Commands Supported and Effects data structure.</summary>
public readonly record struct CommandEffects(uint Raw)
{
    /// <summary>CSUPP.</summary>
    public bool Supported { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>LBCC.</summary>
    public bool LogicalBlockContentChange { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>NCC.</summary>
    public bool NamespaceCapabilityChange { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>NIC.</summary>
    public bool NamespaceInventoryChange { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>CCC.</summary>
    public bool ControllerCapabilityChange { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    /// <summary>CSER: 1, no other admin command on any namespace meanwhile.</summary>
    public byte ExecutionRelaxations { get => (byte)Bits.Get(Raw, 15, 14); init => Raw = Bits.With(Raw, 15, 14, value); }

    /// <summary>CSE: 0 free, 1 alone on its namespace, 2 alone on all namespaces.</summary>
    public byte Execution { get => (byte)Bits.Get(Raw, 18, 16); init => Raw = Bits.With(Raw, 18, 16, value); }

    /// <summary>USS.</summary>
    public bool UuidSelection { get => Bits.Get(Raw, 19); init => Raw = Bits.With(Raw, 19, value); }

    /// <summary>CSP: what it may have an effect on; 0 is not reported.</summary>
    public EffectScope Scope { get => (EffectScope)Bits.Get(Raw, 31, 20); init => Raw = Bits.With(Raw, 31, 20, (uint)value); }
}

/// <summary>Effects of each of 256 opcodes.</summary>
[InlineArray(256)]
public struct CommandEffectsTable
{
    private CommandEffects _first;
}

/// <summary>Feature Identifiers Supported and Effects, LID 12h (Base 2.3 5.2.12.1.18).</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
public struct FeatureEffectsLog
{
    public const int Size = 1024;

    /// <summary>Features by identifier.</summary>
    [FieldOffset(0)] public FeatureEffectsTable Fis;
}

/// <summary>FID Supported and Effects data structure.</summary>
public readonly record struct FeatureEffects(uint Raw)
{
    /// <summary>FSUPP.</summary>
    public bool Supported { get => Bits.Get(Raw, 0); init => Raw = Bits.With(Raw, 0, value); }

    /// <summary>UDCC.</summary>
    public bool UserDataContentChange { get => Bits.Get(Raw, 1); init => Raw = Bits.With(Raw, 1, value); }

    /// <summary>NCC.</summary>
    public bool NamespaceCapabilityChange { get => Bits.Get(Raw, 2); init => Raw = Bits.With(Raw, 2, value); }

    /// <summary>NIC.</summary>
    public bool NamespaceInventoryChange { get => Bits.Get(Raw, 3); init => Raw = Bits.With(Raw, 3, value); }

    /// <summary>CCC.</summary>
    public bool ControllerCapabilityChange { get => Bits.Get(Raw, 4); init => Raw = Bits.With(Raw, 4, value); }

    /// <summary>USS.</summary>
    public bool UuidSelection { get => Bits.Get(Raw, 19); init => Raw = Bits.With(Raw, 19, value); }

    /// <summary>FSP: at most one; 0 is not reported.</summary>
    public EffectScope Scope { get => (EffectScope)Bits.Get(Raw, 31, 20); init => Raw = Bits.With(Raw, 31, 20, (uint)value); }
}

/// <summary>Effects of each of 256 features.</summary>
[InlineArray(256)]
public struct FeatureEffectsTable
{
    private FeatureEffects _first;
}

/// <summary>Scopes of a command (CSP) or a feature (FSP), 12 bits.</summary>
[Flags]
public enum EffectScope : ushort
{
    None = 0,
    Namespace = 1 << 0,
    Controller = 1 << 1,
    NvmSet = 1 << 2,
    EnduranceGroup = 1 << 3,
    Domain = 1 << 4,
    NvmSubsystem = 1 << 5,

    /// <summary>Of features only.</summary>
    ControllerDataQueue = 1 << 6,
}
