namespace Conformance.Nvme;

/// <summary>What Controller Data Queue does; C0h to FFh are the vendor's. Unknown ones are values.</summary>
public enum ControllerDataQueueSelect : byte
{
    Create = 0,
    Delete = 1,
}

/// <summary>Types of controller data queues; C0h to FFh are the vendor's. Unknown ones are values.</summary>
public enum ControllerDataQueueType : byte
{
    UserDataMigrationQueue = 0,
}

/// <summary>Controller Data Queue (45h; Base 2.3 5.2.4): what both its operations share.</summary>
public record struct ControllerDataQueueFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL.</summary>
    public ControllerDataQueueSelect Select
    {
        readonly get => (ControllerDataQueueSelect)Bits.Get(Entry.Cdw10, 7, 0);
        set => Bits.Set(ref Entry.Cdw10, 7, 0, (byte)value);
    }

    /// <summary>MOS.</summary>
    public ushort ManagementOperationSpecific
    {
        readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16);
        set => Bits.Set(ref Entry.Cdw10, 31, 16, value);
    }
}

/// <summary>Controller Data Queue, Create (Base 2.3 5.2.4). PRP1, offset 0, is the queue, or its PRP list if not PC.</summary>
public record struct CreateControllerDataQueueFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>QT.</summary>
    public ControllerDataQueueType QueueType
    {
        readonly get => (ControllerDataQueueType)Bits.Get(Entry.Cdw10, 23, 16);
        set => Bits.Set(ref Entry.Cdw10, 23, 16, (byte)value);
    }

    /// <summary>Physically contiguous.</summary>
    public bool Pc { readonly get => Bits.Get(Entry.Cdw11, 0); set => Bits.Set(ref Entry.Cdw11, 0, value); }

    /// <summary>CQS of a user data migration queue: the controller whose changes are logged.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 31, 16); set => Bits.Set(ref Entry.Cdw11, 31, 16, value); }

    /// <summary>CDQSIZE: a plain count of dwords, a multiple of an entry's.</summary>
    public uint SizeInDwords { readonly get => Entry.Cdw12; set => Entry.Cdw12 = value; }
}

/// <summary>Controller Data Queue, Delete (Base 2.3 5.2.4). No data.</summary>
public record struct DeleteControllerDataQueueFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ushort Cdqid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }
}

/// <summary>Completion dword 0 of Create (Base 2.3 5.2.4).</summary>
public readonly record struct CreateControllerDataQueueResult(uint Dw0)
{
    /// <summary>Names the queue on the controller that created it, until it is deleted.</summary>
    public ushort Cdqid { get => (ushort)Bits.Get(Dw0, 15, 0); init => Dw0 = Bits.With(Dw0, 15, 0, value); }
}
