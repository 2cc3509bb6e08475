namespace Conformance.Nvme;

/// <summary>Offsets of the controller properties in BAR0 and the places of the doorbells.</summary>
public static class Register
{
    public const int Cap = 0x00;
    public const int Vs = 0x08;
    public const int Intms = 0x0C;
    public const int Intmc = 0x10;
    public const int Cc = 0x14;
    public const int Csts = 0x1C;
    public const int Nssr = 0x20;
    public const int Aqa = 0x24;
    public const int Asq = 0x28;
    public const int Acq = 0x30;
    public const int CmbLoc = 0x38;
    public const int CmbSz = 0x3C;
    public const int BpInfo = 0x40;
    public const int BpRsel = 0x44;
    public const int BpMbl = 0x48;
    public const int CmbMsc = 0x50;
    public const int CmbSts = 0x58;
    public const int CmbEbs = 0x5C;
    public const int CmbSwtp = 0x60;
    public const int Nssd = 0x64;
    public const int Crto = 0x68;
    public const int PmrCap = 0xE00;
    public const int PmrCtl = 0xE04;
    public const int PmrSts = 0xE08;
    public const int PmrEbs = 0xE0C;
    public const int PmrSwtp = 0xE10;
    public const int PmrMscL = 0xE14;
    public const int PmrMscU = 0xE18;

    /// <summary>The first doorbell: the admin submission queue's tail.</summary>
    public const int Doorbells = 0x1000;

    /// <summary>What NSSR takes for an NVM subsystem reset: "NVMe".</summary>
    public const uint NssrReset = 0x4E564D65;

    /// <summary>Bytes from one doorbell to the next.</summary>
    public static int DoorbellStride(int dstrd) => 4 << dstrd;

    /// <summary>Offset of the tail doorbell of submission queue <paramref name="qid"/>.</summary>
    public static int SqTailDoorbell(int qid, int dstrd) => Doorbells + (2 * qid * DoorbellStride(dstrd));

    /// <summary>Offset of the head doorbell of completion queue <paramref name="qid"/>.</summary>
    public static int CqHeadDoorbell(int qid, int dstrd) => Doorbells + (((2 * qid) + 1) * DoorbellStride(dstrd));

    /// <summary>Names the doorbell at an offset. False below the doorbells and between two of them.</summary>
    public static bool TryDoorbell(int offset, int dstrd, out int qid, out bool isCompletionQueue)
    {
        var index = Math.DivRem(offset - Doorbells, DoorbellStride(dstrd), out var rest);
        (qid, isCompletionQueue) = (index >> 1, (index & 1) != 0);
        return offset >= Doorbells && rest == 0;
    }
}
