namespace Conformance.Nvme;

/// <summary>What Migration Send does. Unknown ones are values.</summary>
public enum MigrationSendSelect : byte
{
    Suspend = 0,
    Resume = 1,
    SetControllerState = 2,
}

/// <summary>How Migration Send suspends. Unknown ones are values.</summary>
public enum SuspendType : byte
{
    /// <summary>Announces a suspend; the controller goes on.</summary>
    Notification = 0,
    Suspend = 1,
}

/// <summary>SEQIND: which piece of a controller state a Set Controller State carries.</summary>
public enum SequenceIndicator : byte
{
    Middle = 0,
    First = 1,
    Last = 2,

    /// <summary>The only piece.</summary>
    Entire = 3,
}

/// <summary>Migration Send (41h; Base 2.3 5.2.17.1.1 to 5.2.17.1.3): what all its operations share.</summary>
public record struct MigrationSendFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL.</summary>
    public MigrationSendSelect Select
    {
        readonly get => (MigrationSendSelect)Bits.Get(Entry.Cdw10, 7, 0);
        set => Bits.Set(ref Entry.Cdw10, 7, 0, (byte)value);
    }

    /// <summary>MOS.</summary>
    public ushort ManagementOperationSpecific
    {
        readonly get => (ushort)Bits.Get(Entry.Cdw10, 31, 16);
        set => Bits.Set(ref Entry.Cdw10, 31, 16, value);
    }

    /// <summary>UUID index; counts only where the commands supported and effects log says UUID selection.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}

/// <summary>Migration Send, Suspend (Base 2.3 5.2.17.1.1). No data.</summary>
public record struct SuspendFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>The controller to suspend.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>STYPE.</summary>
    public SuspendType SuspendType
    {
        readonly get => (SuspendType)Bits.Get(Entry.Cdw11, 23, 16);
        set => Bits.Set(ref Entry.Cdw11, 23, 16, (byte)value);
    }

    /// <summary>DUDMQ: delete that controller's queue on success.</summary>
    public bool DeleteUserDataMigrationQueue { readonly get => Bits.Get(Entry.Cdw11, 31); set => Bits.Set(ref Entry.Cdw11, 31, value); }

    /// <summary>UUID index; counts only where the commands supported and effects log says UUID selection.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}

/// <summary>Migration Send, Resume (Base 2.3 5.2.17.1.2). No data.</summary>
public record struct ResumeFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>The controller to resume.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>UUID index; counts only where the commands supported and effects log says UUID selection.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }
}

/// <summary>Migration Send, Set Controller State (Base 2.3 5.2.17.1.3). The fields lie elsewhere than in Migration Receive.</summary>
public record struct SetControllerStateFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEQIND.</summary>
    public SequenceIndicator SequenceIndicator
    {
        readonly get => (SequenceIndicator)Bits.Get(Entry.Cdw10, 17, 16);
        set => Bits.Set(ref Entry.Cdw10, 17, 16, (byte)value);
    }

    /// <summary>The controller to set.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>Index, from 1, of the state version; 0: no NVMe part.</summary>
    public byte Csvi { readonly get => (byte)Bits.Get(Entry.Cdw11, 23, 16); set => Bits.Set(ref Entry.Cdw11, 23, 16, value); }

    /// <summary>Index, from 1, of the vendor state UUID; 0: no vendor part.</summary>
    public byte Csuuidi { readonly get => (byte)Bits.Get(Entry.Cdw11, 31, 24); set => Bits.Set(ref Entry.Cdw11, 31, 24, value); }

    /// <summary>CSO, of the piece in the controller state: bytes, a multiple of 4.</summary>
    public ulong Offset
    {
        readonly get => Bits.Join(Entry.Cdw12, Entry.Cdw13);
        set => Bits.Split(value, out Entry.Cdw12, out Entry.Cdw13);
    }

    /// <summary>UUID index; counts only where the commands supported and effects log says UUID selection.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }

    /// <summary>NUMD: a plain count, not 0's based; 0 only in the last piece.</summary>
    public uint NumberOfDwords { readonly get => Entry.Cdw15; set => Entry.Cdw15 = value; }
}
