namespace Conformance.Nvme;

/// <summary>
/// Builds the commands of Host Managed Live Migration (Base 2.3 8.1.13.1). Identifier and data pointer are the driver's to fill in.
/// </summary>
public static class MigrationCommand
{
    public static SubmissionEntry Suspend(
        ushort cntlid, SuspendType type = SuspendType.Suspend, bool deleteUserDataMigrationQueue = false) =>
        new SuspendFields(Send(MigrationSendSelect.Suspend))
        {
            Cntlid = cntlid, SuspendType = type, DeleteUserDataMigrationQueue = deleteUserDataMigrationQueue,
        }.Entry;

    public static SubmissionEntry Resume(ushort cntlid) => new ResumeFields(Send(MigrationSendSelect.Resume)) { Cntlid = cntlid }.Entry;

    /// <param name="cntlid">The controller to set.</param>
    /// <param name="csvi">Index of the state version, 0 for no NVMe part.</param>
    /// <param name="csuuidi">Index of the vendor state UUID, 0 for no vendor part.</param>
    /// <param name="sequence">Which piece this is.</param>
    /// <param name="offset">Byte offset of the piece, a multiple of 4.</param>
    /// <param name="bytes">Bytes of the piece, a multiple of 4.</param>
    public static SubmissionEntry SetControllerState(
        ushort cntlid, byte csvi, byte csuuidi, uint bytes, ulong offset = 0, SequenceIndicator sequence = SequenceIndicator.Entire) =>
        new SetControllerStateFields(Send(MigrationSendSelect.SetControllerState))
        {
            Cntlid = cntlid, Csvi = csvi, Csuuidi = csuuidi, SequenceIndicator = sequence, Offset = offset, NumberOfDwords = bytes / 4,
        }.Entry;

    /// <param name="cntlid">The controller to read.</param>
    /// <param name="csvi">Index of the state version, 0 for no NVMe part.</param>
    /// <param name="csuuidi">Index of the vendor state UUID, 0 for no vendor part.</param>
    /// <param name="bytes">Bytes of the buffer, a multiple of 4, at least 4.</param>
    /// <param name="offset">Byte offset into the state, a multiple of 4.</param>
    /// <param name="vendorParameter">CSUIDXP.</param>
    public static SubmissionEntry GetControllerState(
        ushort cntlid, byte csvi, byte csuuidi, uint bytes, ulong offset = 0, byte vendorParameter = 0) =>
        new MigrationReceiveFields(AdminCommand.Of(AdminOpcode.MigrationReceive))
        {
            Select = MigrationReceiveSelect.GetControllerState, Cntlid = cntlid, Csvi = csvi, Csuuidi = csuuidi,
            VendorParameter = vendorParameter, Offset = offset, NumberOfDwordsZ = (bytes / 4) - 1,
        }.Entry;

    /// <summary>Creates a user data migration queue of LBA migration queue entries.</summary>
    /// <param name="cntlid">The controller whose changes are logged.</param>
    /// <param name="entries">Slots; one of them always stays empty.</param>
    /// <param name="pc">PRP1 will be the queue; else its PRP list.</param>
    public static SubmissionEntry CreateUserDataMigrationQueue(ushort cntlid, uint entries, bool pc = true) =>
        new CreateControllerDataQueueFields(DataQueue(ControllerDataQueueSelect.Create))
        {
            QueueType = ControllerDataQueueType.UserDataMigrationQueue, Cntlid = cntlid, Pc = pc,
            SizeInDwords = checked(entries * (LbaMigrationQueueEntry.Size / 4)),
        }.Entry;

    public static SubmissionEntry DeleteControllerDataQueue(ushort cdqid) =>
        new DeleteControllerDataQueueFields(DataQueue(ControllerDataQueueSelect.Delete)) { Cdqid = cdqid }.Entry;

    /// <param name="cdqid">The queue.</param>
    /// <param name="head">The slot that the host consumes next.</param>
    /// <param name="tailTrigger">Report one event when an entry is posted at this slot; null for none.</param>
    public static SubmissionEntry SetControllerDataQueue(ushort cdqid, uint head, uint? tailTrigger = null) =>
        new ControllerDataQueueFeatureFields(AdminCommand.SetFeatures(ControllerDataQueueFeature.Fid))
        {
            Cdqid = cdqid, HeadPointer = head, EnableTailPointerTrigger = tailTrigger is not null, TailPointerTrigger = tailTrigger ?? 0,
        }.Entry;

    /// <summary>The data is <see cref="ControllerDataQueueFeature"/>; some devices write its first 8 bytes only.</summary>
    public static SubmissionEntry GetControllerDataQueue(ushort cdqid, byte select = 0) =>
        new ControllerDataQueueFeatureFields(AdminCommand.GetFeatures(ControllerDataQueueFeature.Fid, select)) { Cdqid = cdqid }.Entry;

    public static SubmissionEntry LogUserDataChanges(ushort cdqid, LoggingAction action) =>
        new LogUserDataChangesFields(Track(TrackSendSelect.LogUserDataChanges)) { Cdqid = cdqid, Action = action }.Entry;

    /// <summary>When starting, the data is <see cref="TrackMemoryChanges"/>.</summary>
    public static SubmissionEntry TrackMemory(ushort cntlid, bool start) =>
        new TrackMemoryChangesFields(Track(TrackSendSelect.TrackMemoryChanges)) { Cntlid = cntlid, Start = start }.Entry;

    /// <param name="cntlid">The tracked controller.</param>
    /// <param name="bytes">Bytes of the buffer, a multiple of 4, at least 4.</param>
    public static SubmissionEntry TrackedMemory(ushort cntlid, uint bytes) =>
        new TrackReceiveFields(AdminCommand.Of(AdminOpcode.TrackReceive))
        {
            Select = TrackReceiveSelect.TrackedMemoryChanges, Cntlid = cntlid, NumberOfDwordsZ = (bytes / 4) - 1,
        }.Entry;

    private static SubmissionEntry Send(MigrationSendSelect select) =>
        new MigrationSendFields(AdminCommand.Of(AdminOpcode.MigrationSend)) { Select = select }.Entry;

    private static SubmissionEntry DataQueue(ControllerDataQueueSelect select) =>
        new ControllerDataQueueFields(AdminCommand.Of(AdminOpcode.ControllerDataQueue)) { Select = select }.Entry;

    private static SubmissionEntry Track(TrackSendSelect select) =>
        new TrackSendFields(AdminCommand.Of(AdminOpcode.TrackSend)) { Select = select }.Entry;
}
