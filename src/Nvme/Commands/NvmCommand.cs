namespace Conformance.Nvme;

/// <summary>Builds I/O commands of the NVM command set. Identifier and data pointer are the driver's to fill in.</summary>
public static class NvmCommand
{
    /// <summary>A command with its opcode and nothing else.</summary>
    public static SubmissionEntry Of(NvmOpcode opcode, uint nsid) => new() { Opcode = (byte)opcode, Nsid = nsid };

    public static SubmissionEntry Read(uint nsid, ulong slba, ushort nlbZ) => Lba(NvmOpcode.Read, nsid, slba, nlbZ);

    public static SubmissionEntry Write(uint nsid, ulong slba, ushort nlbZ, bool fua = false) =>
        new LbaFields(Lba(NvmOpcode.Write, nsid, slba, nlbZ)) { Fua = fua }.Entry;

    public static SubmissionEntry Compare(uint nsid, ulong slba, ushort nlbZ) => Lba(NvmOpcode.Compare, nsid, slba, nlbZ);

    public static SubmissionEntry WriteZeroes(uint nsid, ulong slba, ushort nlbZ, bool deallocate = false) =>
        new LbaFields(Lba(NvmOpcode.WriteZeroes, nsid, slba, nlbZ)) { Deac = deallocate }.Entry;

    public static SubmissionEntry WriteUncorrectable(uint nsid, ulong slba, ushort nlbZ) =>
        Lba(NvmOpcode.WriteUncorrectable, nsid, slba, nlbZ);

    public static SubmissionEntry Verify(uint nsid, ulong slba, ushort nlbZ) => Lba(NvmOpcode.Verify, nsid, slba, nlbZ);

    public static SubmissionEntry Flush(uint nsid) => Of(NvmOpcode.Flush, nsid);

    /// <param name="nsid">The namespace.</param>
    /// <param name="numberOfRangesZ">Ranges in the data, 0's based.</param>
    /// <param name="deallocate">AD.</param>
    public static SubmissionEntry DatasetManagement(uint nsid, byte numberOfRangesZ, bool deallocate = true) =>
        new DatasetManagementFields(Of(NvmOpcode.DatasetManagement, nsid))
        {
            NumberOfRangesZ = numberOfRangesZ, Deallocate = deallocate,
        }.Entry;

    public static SubmissionEntry Copy(uint nsid, ulong sdlba, byte numberOfRangesZ, byte descriptorFormat = 0) =>
        new CopyFields(Of(NvmOpcode.Copy, nsid))
        {
            Sdlba = sdlba, NumberOfRangesZ = numberOfRangesZ, DescriptorFormat = descriptorFormat,
        }.Entry;

    public static SubmissionEntry ReservationRegister(uint nsid, byte action, bool ignoreExistingKey = false, byte changePersistence = 0) =>
        new ReservationRegisterFields(Of(NvmOpcode.ReservationRegister, nsid))
        {
            Action = action, IgnoreExistingKey = ignoreExistingKey, ChangePersistence = changePersistence,
        }.Entry;

    public static SubmissionEntry ReservationAcquire(uint nsid, byte action, byte reservationType, bool ignoreExistingKey = false) =>
        new ReservationAcquireFields(Of(NvmOpcode.ReservationAcquire, nsid))
        {
            Action = action, ReservationType = reservationType, IgnoreExistingKey = ignoreExistingKey,
        }.Entry;

    public static SubmissionEntry ReservationRelease(uint nsid, byte action, byte reservationType, bool ignoreExistingKey = false) =>
        new ReservationReleaseFields(Of(NvmOpcode.ReservationRelease, nsid))
        {
            Action = action, ReservationType = reservationType, IgnoreExistingKey = ignoreExistingKey,
        }.Entry;

    public static SubmissionEntry ReservationReport(uint nsid, uint bytes, bool extended = true) =>
        new ReservationReportFields(Of(NvmOpcode.ReservationReport, nsid))
        {
            NumberOfDwordsZ = (bytes / 4) - 1, ExtendedDataStructure = extended,
        }.Entry;

    private static SubmissionEntry Lba(NvmOpcode opcode, uint nsid, ulong slba, ushort nlbZ) =>
        new LbaFields(Of(opcode, nsid)) { Slba = slba, NlbZ = nlbZ }.Entry;
}
