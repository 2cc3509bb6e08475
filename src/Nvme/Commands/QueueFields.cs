namespace Conformance.Nvme;

/// <summary>Create I/O Completion Queue (05h; Base 2.3 5.3.1). PRP1 is the queue or its PRP list.</summary>
public record struct CreateIoCqFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ushort Qid { readonly get => (ushort)Bits.Get(Entry.Cdw10, 15, 0); set => Bits.Set(ref Entry.Cdw10, 15, 0, value); }

    /// <summary>Entries, 0's based.</summary>
    public ushort QsizeZ { readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16); set => Bits.Set(ref Entry.Cdw10, 31, 16, value); }

    /// <summary>Physically contiguous.</summary>
    public bool Pc { readonly get => Bits.Get(Entry.Cdw11, 0); set => Bits.Set(ref Entry.Cdw11, 0, value); }

    /// <summary>Interrupts enabled.</summary>
    public bool Ien { readonly get => Bits.Get(Entry.Cdw11, 1); set => Bits.Set(ref Entry.Cdw11, 1, value); }

    /// <summary>Interrupt vector.</summary>
    public ushort Iv { readonly get => (ushort)Bits.Get(Entry.Cdw11, 31, 16); set => Bits.Set(ref Entry.Cdw11, 31, 16, value); }
}

/// <summary>Create I/O Submission Queue (01h). PRP1 is the queue or its PRP list.</summary>
public record struct CreateIoSqFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ushort Qid { readonly get => (ushort)Bits.Get(Entry.Cdw10, 15, 0); set => Bits.Set(ref Entry.Cdw10, 15, 0, value); }

    /// <summary>Entries, 0's based.</summary>
    public ushort QsizeZ { readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16); set => Bits.Set(ref Entry.Cdw10, 31, 16, value); }

    /// <summary>Physically contiguous.</summary>
    public bool Pc { readonly get => Bits.Get(Entry.Cdw11, 0); set => Bits.Set(ref Entry.Cdw11, 0, value); }

    /// <summary>Queue priority: 0 urgent, 1 high, 2 medium, 3 low; only with weighted round robin.</summary>
    public byte Qprio { readonly get => (byte)Bits.Get(Entry.Cdw11, 2, 1); set => Bits.Set(ref Entry.Cdw11, 2, 1, value); }

    public ushort Cqid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 31, 16); set => Bits.Set(ref Entry.Cdw11, 31, 16, value); }

    public ushort NvmSetId { readonly get => (ushort)Bits.Get(Entry.Cdw12, 15, 0); set => Bits.Set(ref Entry.Cdw12, 15, 0, value); }
}

/// <summary>Delete I/O Submission Queue (00h) and Delete I/O Completion Queue (04h).</summary>
public record struct DeleteIoQueueFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ushort Qid { readonly get => (ushort)Bits.Get(Entry.Cdw10, 15, 0); set => Bits.Set(ref Entry.Cdw10, 15, 0, value); }
}

/// <summary>Abort (08h).</summary>
public record struct AbortFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    public ushort Sqid { readonly get => (ushort)Bits.Get(Entry.Cdw10, 15, 0); set => Bits.Set(ref Entry.Cdw10, 15, 0, value); }

    public ushort Cid { readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16); set => Bits.Set(ref Entry.Cdw10, 31, 16, value); }
}
