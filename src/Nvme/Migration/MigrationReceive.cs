namespace Conformance.Nvme;

/// <summary>What Migration Receive does. Unknown ones are values.</summary>
public enum MigrationReceiveSelect : byte
{
    GetControllerState = 0,
}

/// <summary>Migration Receive (42h; Base 2.3 5.2.16), Get Controller State. The fields lie elsewhere than in Migration Send.</summary>
public record struct MigrationReceiveFields(in SubmissionEntry Entry)
{
    public SubmissionEntry Entry = Entry;

    /// <summary>SEL.</summary>
    public MigrationReceiveSelect Select
    {
        readonly get => (MigrationReceiveSelect)Bits.Get(Entry.Cdw10, 7, 0);
        set => Bits.Set(ref Entry.Cdw10, 7, 0, (byte)value);
    }

    /// <summary>Index, from 1, of the state version; 0: no NVMe part.</summary>
    public byte Csvi { readonly get => (byte)Bits.Get(Entry.Cdw10, 23, 16); set => Bits.Set(ref Entry.Cdw10, 23, 16, value); }

    /// <summary>The controller to read.</summary>
    public ushort Cntlid { readonly get => (ushort)Bits.Get(Entry.Cdw11, 15, 0); set => Bits.Set(ref Entry.Cdw11, 15, 0, value); }

    /// <summary>Index, from 1, of the vendor state UUID; 0: no vendor part.</summary>
    public byte Csuuidi { readonly get => (byte)Bits.Get(Entry.Cdw11, 23, 16); set => Bits.Set(ref Entry.Cdw11, 23, 16, value); }

    /// <summary>CSUIDXP; counts only with a CSUUIDI.</summary>
    public byte VendorParameter { readonly get => (byte)Bits.Get(Entry.Cdw11, 31, 24); set => Bits.Set(ref Entry.Cdw11, 31, 24, value); }

    /// <summary>Into the controller state: bytes, a multiple of 4.</summary>
    public ulong Offset
    {
        readonly get => Bits.Join(Entry.Cdw12, Entry.Cdw13);
        set => Bits.Split(value, out Entry.Cdw12, out Entry.Cdw13);
    }

    /// <summary>UUID index; counts only where the commands supported and effects log says UUID selection.</summary>
    public byte Uidx { readonly get => (byte)Bits.Get(Entry.Cdw14, 6, 0); set => Bits.Set(ref Entry.Cdw14, 6, 0, value); }

    /// <summary>NUMDL, 0's based.</summary>
    public uint NumberOfDwordsZ { readonly get => Entry.Cdw15; set => Entry.Cdw15 = value; }
}

/// <summary>Completion dword 0 of Migration Receive (Base 2.3 5.2.16).</summary>
public readonly record struct MigrationReceiveResult(uint Dw0)
{
    /// <summary>CSUP: the controller was suspended as long as the command ran, so the fields fit each other.</summary>
    public bool ControllerSuspended { get => Bits.Get(Dw0, 0); init => Dw0 = Bits.With(Dw0, 0, value); }
}
