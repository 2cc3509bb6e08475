namespace Conformance.Nvme;

/// <summary>
/// Builds admin commands. The command identifier and the data pointer are the driver's to fill in; to set a field without a parameter
/// here, open the result again: <c>new SanitizeFields(entry) { NoDeallocate = true }.Entry</c>.
/// </summary>
public static class AdminCommand
{
    /// <summary>A command with its opcode and nothing else.</summary>
    public static SubmissionEntry Of(AdminOpcode opcode, uint nsid = 0) => new() { Opcode = (byte)opcode, Nsid = nsid };

    public static SubmissionEntry CreateIoCq(ushort qid, ushort qsizeZ, ushort iv, bool ien = true, bool pc = true) =>
        new CreateIoCqFields(Of(AdminOpcode.CreateIoCompletionQueue)) { Qid = qid, QsizeZ = qsizeZ, Iv = iv, Ien = ien, Pc = pc }.Entry;

    public static SubmissionEntry CreateIoSq(ushort qid, ushort qsizeZ, ushort cqid, byte qprio = 0, bool pc = true, ushort nvmSetId = 0) =>
        new CreateIoSqFields(Of(AdminOpcode.CreateIoSubmissionQueue))
        {
            Qid = qid, QsizeZ = qsizeZ, Cqid = cqid, Qprio = qprio, Pc = pc, NvmSetId = nvmSetId,
        }.Entry;

    public static SubmissionEntry DeleteIoCq(ushort qid) =>
        new DeleteIoQueueFields(Of(AdminOpcode.DeleteIoCompletionQueue)) { Qid = qid }.Entry;

    public static SubmissionEntry DeleteIoSq(ushort qid) =>
        new DeleteIoQueueFields(Of(AdminOpcode.DeleteIoSubmissionQueue)) { Qid = qid }.Entry;

    public static SubmissionEntry Identify(
        byte cns, uint nsid = 0, ushort cntid = 0, byte csi = 0, ushort cnsSpecificId = 0, byte uuidIndex = 0) =>
        new IdentifyFields(Of(AdminOpcode.Identify, nsid))
        {
            Cns = cns, CntId = cntid, Csi = csi, CnsSpecificId = cnsSpecificId, Uidx = uuidIndex,
        }.Entry;

    /// <param name="lid">Log page identifier.</param>
    /// <param name="bytes">Bytes to read, a multiple of 4, at least 4.</param>
    /// <param name="offset">Byte offset, a multiple of 4.</param>
    /// <param name="nsid">FFFFFFFFh for controller wide pages.</param>
    /// <param name="retain">RAE: do not clear the asynchronous event.</param>
    public static SubmissionEntry GetLogPage(
        byte lid, uint bytes, ulong offset = 0, uint nsid = 0, bool retain = false, byte lsp = 0, ushort lsi = 0, byte csi = 0,
        byte uuidIndex = 0) =>
        new GetLogPageFields(Of(AdminOpcode.GetLogPage, nsid))
        {
            Lid = lid, NumberOfDwordsZ = (bytes / 4) - 1, Offset = offset, Rae = retain, Lsp = lsp, Lsi = lsi, Csi = csi, Uidx = uuidIndex,
        }.Entry;

    public static SubmissionEntry SetFeatures(
        byte fid, uint cdw11 = 0, uint cdw12 = 0, uint cdw13 = 0, uint cdw15 = 0, uint nsid = 0, bool save = false, byte uuidIndex = 0)
    {
        var entry = new SetFeaturesFields(Of(AdminOpcode.SetFeatures, nsid)) { Fid = fid, Save = save, Uidx = uuidIndex }.Entry;
        (entry.Cdw11, entry.Cdw12, entry.Cdw13, entry.Cdw15) = (cdw11, cdw12, cdw13, cdw15);
        return entry;
    }

    public static SubmissionEntry GetFeatures(byte fid, byte select = 0, uint cdw11 = 0, uint nsid = 0, byte uuidIndex = 0)
    {
        var entry = new GetFeaturesFields(Of(AdminOpcode.GetFeatures, nsid)) { Fid = fid, Select = select, Uidx = uuidIndex }.Entry;
        entry.Cdw11 = cdw11;
        return entry;
    }

    public static SubmissionEntry Abort(ushort sqid, ushort cid) =>
        new AbortFields(Of(AdminOpcode.Abort)) { Sqid = sqid, Cid = cid }.Entry;

    public static SubmissionEntry AsyncEventRequest() => Of(AdminOpcode.AsynchronousEventRequest);

    public static SubmissionEntry KeepAlive() => Of(AdminOpcode.KeepAlive);

    public static SubmissionEntry FormatNvm(
        uint nsid, byte lbaFormat, byte secureErase = 0, byte protection = 0, bool protectionFirst = false, bool extended = false) =>
        new FormatNvmFields(Of(AdminOpcode.FormatNvm, nsid))
        {
            LbaFormat = lbaFormat, SecureErase = secureErase, ProtectionInformation = protection, ProtectionFirst = protectionFirst,
            MetadataExtended = extended,
        }.Entry;

    public static SubmissionEntry Sanitize(SanitizeAction action, byte passes = 0, uint pattern = 0) =>
        new SanitizeFields(Of(AdminOpcode.Sanitize)) { Action = action, OverwritePasses = passes, OverwritePattern = pattern }.Entry;

    public static SubmissionEntry SanitizeNamespace(uint nsid, SanitizeAction action) =>
        new SanitizeFields(Of(AdminOpcode.SanitizeNamespace, nsid)) { Action = action }.Entry;

    /// <param name="select">0 create (the data is a namespace structure), 1 delete.</param>
    public static SubmissionEntry NamespaceManagement(byte select, uint nsid = 0, byte csi = 0) =>
        new NamespaceManagementFields(Of(AdminOpcode.NamespaceManagement, nsid)) { Select = select, Csi = csi }.Entry;

    /// <param name="nsid">The namespace.</param>
    /// <param name="select">0 attach, 1 detach; the data is a controller list.</param>
    public static SubmissionEntry NamespaceAttachment(uint nsid, byte select) =>
        new NamespaceAttachmentFields(Of(AdminOpcode.NamespaceAttachment, nsid)) { Select = select }.Entry;

    public static SubmissionEntry VirtualizationManagement(
        VirtualizationAction action, ushort cntlid, ResourceType resourceType = ResourceType.VirtualQueue, ushort numberOfResources = 0) =>
        new VirtualizationManagementFields(Of(AdminOpcode.VirtualizationManagement))
        {
            Action = action, Cntlid = cntlid, ResourceType = resourceType, NumberOfResources = numberOfResources,
        }.Entry;

    /// <param name="code">1 short, 2 extended, Fh abort.</param>
    /// <param name="nsid">0 the controller only, FFFFFFFFh all namespaces.</param>
    public static SubmissionEntry DeviceSelfTest(byte code, uint nsid = 0) =>
        new DeviceSelfTestFields(Of(AdminOpcode.DeviceSelfTest, nsid)) { SelfTestCode = code }.Entry;

    public static SubmissionEntry FirmwareImageDownload(uint bytes, uint offsetInBytes) =>
        new FirmwareImageDownloadFields(Of(AdminOpcode.FirmwareImageDownload))
        {
            NumberOfDwordsZ = (bytes / 4) - 1, OffsetInDwords = offsetInBytes / 4,
        }.Entry;

    public static SubmissionEntry FirmwareCommit(byte slot, byte action) =>
        new FirmwareCommitFields(Of(AdminOpcode.FirmwareCommit)) { Slot = slot, Action = action }.Entry;

    public static SubmissionEntry Lockdown(byte scope, byte opcodeOrFeature, bool prohibit, byte interfaces = 0) =>
        new LockdownFields(Of(AdminOpcode.Lockdown))
        {
            Scope = scope, OpcodeOrFeature = opcodeOrFeature, Prohibit = prohibit, Interface = interfaces,
        }.Entry;

    public static SubmissionEntry GetLbaStatus(uint nsid, ulong slba, uint bytes, byte actionType, ushort rangeLength = 0) =>
        new GetLbaStatusFields(Of(AdminOpcode.GetLbaStatus, nsid))
        {
            Slba = slba, MaximumDwordsZ = (bytes / 4) - 1, ActionType = actionType, RangeLength = rangeLength,
        }.Entry;
}
