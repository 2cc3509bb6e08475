namespace Conformance.Nvme;

/// <summary>Namespace Management (0Dh).</summary>
public record struct NamespaceManagementFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL: 0 create, 1 delete.</summary>
    public byte Select { readonly get => (byte)Bits.Get(Entry.Cdw10, 3, 0); set => Bits.Set(ref Entry.Cdw10, 3, 0, value); }

    public byte Csi { readonly get => (byte)Bits.Get(Entry.Cdw11, 31, 24); set => Bits.Set(ref Entry.Cdw11, 31, 24, value); }
}

/// <summary>Namespace Attachment (15h); the data is a controller list.</summary>
public record struct NamespaceAttachmentFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL: 0 attach, 1 detach.</summary>
    public byte Select { readonly get => (byte)Bits.Get(Entry.Cdw10, 3, 0); set => Bits.Set(ref Entry.Cdw10, 3, 0, value); }
}

/// <summary>Actions of Virtualization Management. Unknown ones are values.</summary>
public enum VirtualizationAction : byte
{
    PrimaryFlexibleAllocation = 0x1,
    SecondaryOffline = 0x7,
    SecondaryAssign = 0x8,
    SecondaryOnline = 0x9,
}

/// <summary>Resource types of Virtualization Management.</summary>
public enum ResourceType : byte
{
    /// <summary>VQ: one submission and one completion queue.</summary>
    VirtualQueue = 0,

    /// <summary>VI: one interrupt vector.</summary>
    VirtualInterrupt = 1,
}

/// <summary>Virtualization Management (1Ch; Base 2.3 5.3.6). Completion dword 0 bits 15:0: resources modified.</summary>
public record struct VirtualizationManagementFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>ACT.</summary>
    public VirtualizationAction Action
    {
        readonly get => (VirtualizationAction)Bits.Get(Entry.Cdw10, 3, 0);
        set => Bits.Set(ref Entry.Cdw10, 3, 0, (byte)value);
    }

    /// <summary>RT.</summary>
    public ResourceType ResourceType
    {
        readonly get => (ResourceType)Bits.Get(Entry.Cdw10, 10, 8);
        set => Bits.Set(ref Entry.Cdw10, 10, 8, (byte)value);
    }

    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16); set => Bits.Set(ref Entry.Cdw10, 31, 16, value); }

    /// <summary>NR, a plain count.</summary>
    public ushort NumberOfResources
    {
        readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0);
        set => Bits.Set(ref Entry.Cdw11, 15, 0, value);
    }
}

/// <summary>Lockdown (24h).</summary>
public record struct LockdownFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SCP: 0 admin commands, 2 Set Features by FID, 3 management interface, 4 PCIe command set.</summary>
    public byte Scope { readonly get => (byte)Bits.Get(Entry.Cdw10, 3, 0); set => Bits.Set(ref Entry.Cdw10, 3, 0, value); }

    /// <summary>PRHBT.</summary>
    public bool Prohibit { readonly get => Bits.Get(Entry.Cdw10, 4); set => Bits.Set(ref Entry.Cdw10, 4, value); }

    /// <summary>IFC: 0 admin queue, 1 that and out of band, 2 out of band.</summary>
    public byte Interface { readonly get => (byte)Bits.Get(Entry.Cdw10, 6, 5); set => Bits.Set(ref Entry.Cdw10, 6, 5, value); }

    /// <summary>OFI.</summary>
    public byte OpcodeOrFeature { readonly get => (byte)Bits.Get(Entry.Cdw10, 15, 8); set => Bits.Set(ref Entry.Cdw10, 15, 8, value); }

    /// <summary>UUID index.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}

/// <summary>Get LBA Status (86h), an admin command.</summary>
public record struct GetLbaStatusFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ulong Slba
    {
        readonly get => Bits.Join(Entry.Cdw10, Entry.Cdw11);
        set => Bits.Split(value, out Entry.Cdw10, out Entry.Cdw11);
    }

    /// <summary>MNDW, 0's based.</summary>
    public uint MaximumDwordsZ { readonly get => Entry.Cdw12; set => Entry.Cdw12 = value; }

    /// <summary>RL in logical blocks; 0 is to the end.</summary>
    public ushort RangeLength { readonly get => (ushort)Bits.Get(Entry.Cdw13, 15, 0); set => Bits.Set(ref Entry.Cdw13, 15, 0, value); }

    /// <summary>ATYPE: 02h tracked allocated LBAs, 10h scan untracked and tracked, 11h tracked only.</summary>
    public byte ActionType { readonly get => (byte)Bits.Get(Entry.Cdw13, 31, 24); set => Bits.Set(ref Entry.Cdw13, 31, 24, value); }
}
