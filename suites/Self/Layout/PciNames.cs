using Conformance.Nvme;

namespace Conformance.Self;

/// <summary>Our registers and capabilities beside the kernel's PCI header.</summary>
internal static class PciNames
{
    public static IReadOnlyList<CNames> Table { get; } =
    [
        new("PCI_", typeof(PciHeader),
            "VENDOR_ID:VendorId DEVICE_ID:DeviceId COMMAND:Command STATUS:Status REVISION_ID:RevisionId CLASS_PROG:ClassCode "
            + "CACHE_LINE_SIZE:CacheLineSize LATENCY_TIMER:LatencyTimer HEADER_TYPE:HeaderType BIST:Bist BASE_ADDRESS_0:Bar0 "
            + "BASE_ADDRESS_1:Bar1 BASE_ADDRESS_2:Bar2 BASE_ADDRESS_3:Bar3 BASE_ADDRESS_4:Bar4 BASE_ADDRESS_5:Bar5 "
            + "CARDBUS_CIS:CardbusCis SUBSYSTEM_VENDOR_ID:SubsystemVendorId SUBSYSTEM_ID:SubsystemId ROM_ADDRESS:ExpansionRom "
            + "CAPABILITY_LIST:CapabilitiesPointer INTERRUPT_LINE:InterruptLine INTERRUPT_PIN:InterruptPin"),
        new("PCI_COMMAND_", typeof(PciCommand),
            "IO:IoSpace MEMORY:MemorySpace MASTER:BusMaster PARITY:ParityErrorResponse SERR:SystemError INTX_DISABLE:InterruptDisable"),
        new("PCI_STATUS_", typeof(PciStatus),
            "INTERRUPT:InterruptStatus CAP_LIST:CapabilityList PARITY:MasterDataParityError SIG_TARGET_ABORT:SignaledTargetAbort "
            + "REC_TARGET_ABORT:ReceivedTargetAbort REC_MASTER_ABORT:ReceivedMasterAbort SIG_SYSTEM_ERROR:SignaledSystemError "
            + "DETECTED_PARITY:DetectedParityError"),
        new("PCI_BASE_ADDRESS_", typeof(BaseAddressRegister), "SPACE_IO:IsIo MEM_TYPE_MASK:Type MEM_PREFETCH:Prefetchable"),
        new("PCI_CAP_LIST_", typeof(CapabilityHeader), "ID:Id NEXT:Next"),
        new("PCI_CAP_ID_", typeof(CapabilityId), "PM:PowerManagement MSI:Msi VNDR:VendorSpecific EXP:PciExpress MSIX:Msix"),
        new("PCI_EXT_CAP_ID_", typeof(ExtendedCapabilityId),
            "ERR:AdvancedErrorReporting DSN:DeviceSerialNumber ARI:Ari ATS:Ats SRIOV:SrIov"),
        new("PCI_PM_", typeof(PowerManagementCapability), "PMC:Capabilities CTRL:Control DATA_REGISTER:Data"),
        new("PCI_PM_CAP_", typeof(PowerManagementCapabilities), "VER_MASK:Version D1:D1Support D2:D2Support PME_MASK:PmeSupport"),
        new("PCI_PM_CTRL_", typeof(PowerManagementControl),
            "STATE_MASK:State NO_SOFT_RESET:NoSoftReset PME_ENABLE:PmeEnable PME_STATUS:PmeStatus"),
        new("PCI_MSIX_", typeof(MsixCapability), "FLAGS:Control TABLE:Table PBA:PendingBits"),
        new("PCI_MSIX_FLAGS_", typeof(MsixControl), "QSIZE:TableSizeZ MASKALL:FunctionMask ENABLE:Enable"),
        new("PCI_MSIX_TABLE_", typeof(MsixLocation), "BIR:Bir OFFSET:Offset"),
        new("PCI_MSIX_ENTRY_", typeof(MsixTableEntry), "LOWER_ADDR:Address DATA:Data VECTOR_CTRL:Control"),
        new("PCI_MSIX_ENTRY_CTRL_", typeof(MsixVectorControl), "MASKBIT:Masked"),
        new("PCI_EXP_", typeof(PcieCapability),
            "FLAGS:Capabilities DEVCAP:DeviceCapabilities DEVCTL:DeviceControl DEVSTA:DeviceStatus LNKCAP:LinkCapabilities "
            + "LNKCTL:LinkControl LNKSTA:LinkStatus SLTCAP:SlotCapabilities SLTCTL:SlotControl SLTSTA:SlotStatus RTCTL:RootControl "
            + "RTCAP:RootCapabilities RTSTA:RootStatus DEVCAP2:DeviceCapabilities2 DEVCTL2:DeviceControl2 DEVSTA2:DeviceStatus2 "
            + "LNKCAP2:LinkCapabilities2 LNKCTL2:LinkControl2 LNKSTA2:LinkStatus2 SLTCAP2:SlotCapabilities2 SLTCTL2:SlotControl2 "
            + "SLTSTA2:SlotStatus2"),
        new("PCI_EXP_FLAGS_", typeof(PcieCapabilities), "VERS:Version TYPE:PortType SLOT:SlotImplemented IRQ:InterruptMessage"),
        new("PCI_EXP_DEVCAP_", typeof(DeviceCapabilities),
            "PAYLOAD:MaxPayload PHANTOM:PhantomFunctions EXT_TAG:ExtendedTag L0S:L0sLatency L1:L1Latency RBER:RoleBasedErrorReporting "
            + "PWR_VAL:SlotPowerLimit PWR_SCL:SlotPowerScale FLR:FunctionLevelReset"),
        new("PCI_EXP_DEVCTL_", typeof(DeviceControl),
            "CERE:CorrectableErrorReporting NFERE:NonFatalErrorReporting FERE:FatalErrorReporting URRE:UnsupportedRequestReporting "
            + "RELAX_EN:RelaxedOrdering PAYLOAD:MaxPayload EXT_TAG:ExtendedTag PHANTOM:PhantomFunctions AUX_PME:AuxPower "
            + "NOSNOOP_EN:NoSnoop READRQ:MaxReadRequest BCR_FLR:InitiateFunctionLevelReset"),
        new("PCI_EXP_DEVSTA_", typeof(DeviceStatus),
            "CED:CorrectableError NFED:NonFatalError FED:FatalError URD:UnsupportedRequest AUXPD:AuxPower TRPND:TransactionsPending"),
        new("PCI_SRIOV_", typeof(SrIovCapability),
            "CAP:Capabilities CTRL:Control STATUS:Status INITIAL_VF:InitialVfs TOTAL_VF:TotalVfs NUM_VF:NumVfs "
            + "FUNC_LINK:FunctionDependencyLink VF_OFFSET:FirstVfOffset VF_STRIDE:VfStride VF_DID:VfDeviceId SUP_PGSIZE:SupportedPageSizes "
            + "SYS_PGSIZE:SystemPageSize BAR:VfBar0 BAR+4:VfBar1 BAR+8:VfBar2 BAR+12:VfBar3 BAR+16:VfBar4 BAR+20:VfBar5 "
            + "VFM:VfMigrationStateArray"),
        new("PCI_SRIOV_CAP_", typeof(SrIovCapabilities), "VFM:VfMigrationCapable"),
        new("PCI_SRIOV_CTRL_", typeof(SrIovControl),
            "VFE:VfEnable VFM:VfMigrationEnable INTR:VfMigrationInterruptEnable MSE:VfMemorySpace ARI:AriCapableHierarchy"),
        new("PCI_SRIOV_STATUS_", typeof(SrIovStatus), "VFM:VfMigrationStatus"),
        new("PCI_ARI_", typeof(AriCapability), "CAP:Capabilities CTRL:Control"),
        new("PCI_ARI_CAP_", typeof(AriCapabilities), "MFVC:MfvcFunctionGroups ACS:AcsFunctionGroups"),
        new("PCI_ARI_CTRL_", typeof(AriControl), "MFVC:MfvcFunctionGroupsEnable ACS:AcsFunctionGroupsEnable"),
    ];

    /// <summary>Sizes, and what the header has as a macro with an argument.</summary>
    public static IReadOnlyList<string> Claims { get; } =
    [
        $"PCI_BASE_ADDRESS_MEM_TYPE_64 == {new BaseAddressRegister { Type = BaseAddressRegister.Memory64 }.Raw}",
        $"PCI_PM_SIZEOF == {PowerManagementCapability.Size}",
        $"PCI_MSIX_ENTRY_SIZE == {MsixTableEntry.Size}",
        $"PCI_SRIOV_VFM + 4 == {SrIovCapability.Size}",
        $"PCI_SRIOV_NUM_BARS * 4 + PCI_SRIOV_BAR == {SrIovCapability.VfMigrationStateArrayOffset}",
        $"PCI_EXP_SLTSTA2 + 2 == {PcieCapability.Size}",
        $"PCI_ARI_CTRL + 2 == {AriCapability.Size}",
        $"PCI_MSIX_PBA + 4 == {MsixCapability.Size}",
        $"PCI_CFG_SPACE_SIZE == {ExtendedCapabilityHeader.First}",
        $"PCI_EXT_CAP_ID({Header.Raw}u) == {(uint)Header.Id}u",
        $"PCI_EXT_CAP_VER({Header.Raw}u) == {Header.Version}u",
        $"PCI_EXT_CAP_NEXT({Header.Raw}u) == {Header.Next}u",
        $"PCI_ARI_CAP_NFN({new AriCapabilities { NextFunction = 0xA5 }.Raw}) == 0xA5",
        $"PCI_SRIOV_CAP_INTR({new SrIovCapabilities { VfMigrationInterrupt = 0x5A5 }.Raw}u) == 0x5A5",
    ];

    private static ExtendedCapabilityHeader Header => new() { Id = ExtendedCapabilityId.SrIov, Version = 5, Next = 0xA54 };
}
