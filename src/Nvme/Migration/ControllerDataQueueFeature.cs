using System.Runtime.InteropServices;

namespace Conformance.Nvme;

/// <summary>Set Features and Get Features of feature 21h, Controller Data Queue (Base 2.3 5.2.26.1.23). Get takes the CDQID only.</summary>
public record struct ControllerDataQueueFeatureFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ushort Cdqid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>ETPT: report one event when an entry is posted at the trigger slot.</summary>
    public bool EnableTailPointerTrigger { readonly get => Bits.Get(Entry.Cdw11, 31); set => Bits.Set(ref Entry.Cdw11, 31, value); }

    /// <summary>HP: the slot that the host consumes next.</summary>
    public uint HeadPointer { readonly get => Entry.Cdw12; set => Entry.Cdw12 = value; }

    /// <summary>TPT.</summary>
    public uint TailPointerTrigger { readonly get => Entry.Cdw13; set => Entry.Cdw13 = value; }
}

/// <summary>Completion dword 0 of Get Features 21h (Base 2.3 5.2.26.1.23); laid out as dword 11 of the command.</summary>
public readonly record struct ControllerDataQueueFeatureResult(uint Dw0)
{
    public ushort Cdqid { get => (ushort)Bits.Get(Dw0, 15, 0); init => Dw0 = Bits.With(Dw0, 15, 0, value); }

    public bool EnableTailPointerTrigger { get => Bits.Get(Dw0, 31); init => Dw0 = Bits.With(Dw0, 31, value); }
}

/// <summary>Data of Get Features 21h (Base 2.3 5.2.26.1.23), 512 bytes of which the last 504 are reserved.</summary>
[StructLayout(LayoutKind.Sequential, Size = Size)]
public record struct ControllerDataQueueFeature
{
    public const int Size = 512;

    /// <summary>The feature's identifier.</summary>
    public const byte Fid = (byte)FeatureId.ControllerDataQueue;

    public uint HeadPointer;

    /// <summary>0 while no trigger is enabled.</summary>
    public uint TailPointerTrigger;
}
