using Conformance.Nvme;

namespace Conformance.Self;

/// <summary>Our bits and values beside those of libnvme's header.</summary>
internal static class LibnvmeNames
{
    public static IReadOnlyList<CNames> Table { get; } =
    [
        new("NVME_CTRL_CMIC_MULTI_", typeof(MultiPathCapabilities),
            "PORT:MultiplePorts CTRL:MultipleControllers SRIOV:VirtualFunction ANA_REPORTING:AsymmetricNamespaceAccess"),
        new("NVME_CTRL_OAES_", typeof(OptionalAsynchronousEvents),
            "NA:AttachedNamespaceAttribute FA:FirmwareActivation ANA:AsymmetricNamespaceAccessChange PLEA:PredictableLatencyAggregate "
            + "LBAS:LbaStatusInformation EGE:EnduranceGroupAggregate NS:NormalSubsystemShutdown ZD:ZoneDescriptorChanged "
            + "DL:DiscoveryLogPageChange"),
        new("NVME_CTRL_CTRATT_", typeof(ControllerAttributes),
            "128_ID:HostIdentifier128 NON_OP_PSP:NonOperationalPermissive NVM_SETS:NvmSets READ_RECV_LVLS:ReadRecoveryLevels "
            + "ENDURANCE_GROUPS:EnduranceGroups PREDICTABLE_LAT:PredictableLatencyMode TBKAS:TrafficBasedKeepAlive "
            + "NAMESPACE_GRANULARITY:NamespaceGranularity SQ_ASSOCIATIONS:SqAssociations UUID_LIST:UuidList MDS:MultiDomainSubsystem "
            + "FIXED_CAP:FixedCapacityManagement VARIABLE_CAP:VariableCapacityManagement DEL_ENDURANCE_GROUPS:DeleteEnduranceGroup "
            + "DEL_NVM_SETS:DeleteNvmSet ELBAS:ExtendedLbaFormats FDPS:FlexibleDataPlacement"),
        new("NVME_CTRL_CNTRLTYPE_", typeof(ControllerType), "IO:Io DISCOVERY:Discovery ADMIN:Administrative"),
        new("NVME_CTRL_NVMSR_", typeof(NvmSubsystemReport), "NVMESD:StorageDevice NVMEE:Enclosure"),
        new("NVME_CTRL_VWCI_", typeof(VpdWriteCycle), "VWCR:Remaining VWCRV:Valid"),
        new("NVME_CTRL_MEC_", typeof(ManagementEndpointCapabilities), "SMBUSME:Smbus PCIEME:Pcie"),
        new("NVME_CTRL_OACS_", typeof(OptionalAdminCommands),
            "SECURITY:Security FORMAT:FormatNvm FW:Firmware NS_MGMT:NamespaceManagement SELF_TEST:DeviceSelfTest DIRECTIVES:Directives "
            + "NVME_MI:ManagementInterface VIRT_MGMT:VirtualizationManagement DBBUF_CFG:DoorbellBufferConfig LBA_STATUS:GetLbaStatus "
            + "CMD_FEAT_LD:Lockdown"),
        new("NVME_CTRL_FRMW_", typeof(FirmwareUpdates),
            "1ST_RO:FirstSlotReadOnly FW_ACT_NO_RESET:ActivationWithoutReset MP_UP_DETECTION:OverlapDetection"),
        new("NVME_CTRL_LPA_", typeof(LogPageAttributes),
            "SMART_PER_NS:SmartPerNamespace CMD_EFFECTS:CommandEffects EXTENDED:ExtendedData TELEMETRY:Telemetry "
            + "PERSETENT_EVENT:PersistentEvent LI0_LI5_LI12_LI13:SupportedLogPages DA4_TELEMETRY:TelemetryArea4"),
        new("NVME_CTRL_AVSCC_", typeof(VendorCommandFormat), "AVS:Standard"),
        new("NVME_CTRL_APSTA_", typeof(AutonomousPowerStateTransitions), "APST:Supported"),
        new("NVME_CTRL_RPMBS_", typeof(ReplayProtectedMemoryBlocks),
            "NR_UNITS:Units AUTH_METHOD:AuthenticationMethod TOTAL_SIZE:TotalSizeZ ACCESS_SIZE:AccessSizeZ"),
        new("NVME_CTRL_DSTO_", typeof(DeviceSelfTestOptions), "ONE_DST:OneAtATime"),
        new("NVME_CTRL_HCTMA_", typeof(HostControlledThermalManagement), "HCTM:Supported"),
        new("NVME_CTRL_SANICAP_", typeof(SanitizeCapabilities),
            "CES:CryptoErase BES:BlockErase OWS:Overwrite NDI:NoDeallocateInhibited NODMMAS:NoDeallocateModifiesMedia"),
        new("NVME_CTRL_ANACAP_", typeof(AsymmetricNamespaceAccess),
            "OPT:Optimized NON_OPT:NonOptimized INACCESSIBLE:Inaccessible PERSISTENT_LOSS:PersistentLoss CHANGE:Change "
            + "GRPID_NO_CHG:GroupIdFixed GRPID_MGMT:GroupIdInManagement"),
        new("NVME_CTRL_SQES_", typeof(EntrySizes), "MIN:Required MAX:Maximum"),
        new("NVME_CTRL_ONCS_", typeof(OptionalNvmCommands),
            "COMPARE:Compare WRITE_UNCORRECTABLE:WriteUncorrectable DSM:DatasetManagement WRITE_ZEROES:WriteZeroes "
            + "SAVE_FEATURES:SaveAndSelect RESERVATIONS:Reservations TIMESTAMP:Timestamp VERIFY:Verify COPY:Copy"),
        new("NVME_CTRL_FUSES_", typeof(FusedOperations), "COMPARE_AND_WRITE:CompareAndWrite"),
        new("NVME_CTRL_FNA_", typeof(FormatAttributes),
            "FMT_ALL_NAMESPACES:FormatsAllNamespaces SEC_ALL_NAMESPACES:ErasesAllNamespaces CRYPTO_ERASE:CryptoErase "
            + "NSID_FFFFFFFF:BroadcastNotSupported"),
        new("NVME_CTRL_VWC_", typeof(VolatileWriteCachePresence), "PRESENT:Present FLUSH:FlushBehavior"),
        new("NVME_CTRL_NWPC_", typeof(WriteProtectionCapabilities),
            "WRITE_PROTECT:WriteProtect WRITE_PROTECT_POWER_CYCLE:UntilPowerCycle WRITE_PROTECT_PERMANENT:Permanent"),
        new("NVME_CTRL_SGLS_", typeof(SglSupport),
            "SUPPORTED:Support KEYED:Keyed BIT_BUCKET:BitBucket MPTR_BYTE_ALIGNED:MetadataByteAligned OVERSIZE:LongerThanTransfer "
            + "MPTR_SGL:MetadataPointer OFFSET:AddressAsOffset TPORT:TransportDataBlock"),
        new("NVME_PSD_FLAGS_", typeof(PowerStateFlags), "MXPS:MaximumPowerScale NOPS:NonOperational"),
        new("NVME_PSD_PS_", typeof(PowerScale), "NOT_REPORTED:NotReported 100_MICRO_WATT:TenthOfMilliwatt 10_MILLI_WATT:TenMilliwatts"),

        new("NVME_NS_FEAT_", typeof(NamespaceFeatures),
            "THIN:ThinProvisioning NATOMIC:AtomicWriteUnits DULBE:DeallocatedError ID_REUSE:UidReuse"),
        new("NVME_NS_FLBAS_", typeof(FormattedLbaSize), "META_EXT:MetadataExtended LOWER_MASK:IndexLow"),
        new("NVME_NS_MC_", typeof(MetadataCapabilities), "EXTENDED:Extended SEPARATE:Separate"),
        new("NVME_NS_DPC_PI_", typeof(ProtectionCapabilities),
            "TYPE1:Type1 TYPE2:Type2 TYPE3:Type3 FIRST:FirstBytes LAST:LastBytes"),
        new("NVME_NS_DPS_PI_", typeof(ProtectionSettings), "MASK:Type FIRST:FirstBytes"),
        new("NVME_NS_DPS_PI_", typeof(ProtectionType), "NONE:None TYPE1:Type1 TYPE2:Type2 TYPE3:Type3"),
        new("NVME_NS_NMIC_", typeof(NamespaceSharing), "SHARED:Shared"),
        new("NVME_NS_RESCAP_", typeof(ReservationCapabilities),
            "PTPL:PersistThroughPowerLoss WE:WriteExclusive EA:ExclusiveAccess WERO:WriteExclusiveRegistrantsOnly "
            + "EARO:ExclusiveAccessRegistrantsOnly WEAR:WriteExclusiveAllRegistrants EAAR:ExclusiveAccessAllRegistrants "
            + "IEK_13:IgnoreExistingKey"),
        new("NVME_NS_FPI_", typeof(FormatProgress), "REMAINING:Remaining SUPPORTED:Supported"),
        new("NVME_NS_DLFEAT_", typeof(DeallocateFeatures), "RB:ReadBehavior WRITE_ZEROES:WriteZeroesDeallocate CRC_GUARD:GuardIsCrc"),
        new("NVME_NS_DLFEAT_RB_", typeof(DeallocatedRead), "NR:NotReported ALL_0S:Zeroes ALL_FS:Ones"),
        new("NVME_NS_NSATTR_", typeof(NamespaceAttributes), "WRITE_PROTECTED:WriteProtected"),
        new("NVME_LBAF_RP_", typeof(RelativePerformance), "MASK:Rank"),
        new("NVME_NVM_ELBAF_", typeof(ExtendedLbaFormat), "STS_MASK:StorageTagSize PIF_MASK:Format"),
        new("NVME_ID_UUID_HDR_", typeof(UuidListHeader), "ASSOCIATION_MASK:Association"),
        new("NVME_NIDT_", typeof(NamespaceIdentifierType), "EUI64:Eui64 NGUID:Nguid UUID:Uuid CSI:CommandSet"),
        new("NVME_CSI_", typeof(CommandSetIdentifier), "NVM:Nvm KV:KeyValue ZNS:ZonedNamespace"),
        new("NVME_IDENTIFY_CNS_", typeof(Cns),
            "NS:IdentifyNamespace CTRL:IdentifyController NS_ACTIVE_LIST:ActiveNamespaceIdList "
            + "NS_DESC_LIST:NamespaceIdentificationDescriptors NVMSET_LIST:NvmSetList CSI_NS:CommandSetNamespace "
            + "CSI_CTRL:CommandSetController CSI_NS_ACTIVE_LIST:CommandSetActiveNamespaceIdList "
            + "CSI_INDEPENDENT_ID_NS:IndependentNamespace ALLOCATED_NS_LIST:AllocatedNamespaceIdList ALLOCATED_NS:AllocatedNamespace "
            + "NS_CTRL_LIST:NamespaceAttachedControllerList CTRL_LIST:ControllerList PRIMARY_CTRL_CAP:PrimaryControllerCapabilities "
            + "SECONDARY_CTRL_LIST:SecondaryControllerList NS_GRANULARITY:NamespaceGranularityList UUID_LIST:UuidList "
            + "DOMAIN_LIST:DomainList ENDURANCE_GROUP_ID:EnduranceGroupList CSI_ALLOCATED_NS_LIST:CommandSetAllocatedNamespaceIdList "
            + "CSI_ID_NS_DATA_STRUCTURE:CommandSetAllocatedNamespace COMMAND_SET_STRUCTURE:CommandSets"),

        new("NVME_SMART_CRIT_", typeof(CriticalWarning),
            "SPARE:SpareBelowThreshold TEMPERATURE:TemperatureThreshold DEGRADED:DegradedReliability MEDIA:AllMediaReadOnly "
            + "VOLATILE_MEMORY:VolatileMemoryBackupFailed PMR_RO:PersistentMemoryReadOnly"),
        new("NVME_SMART_EGCW_", typeof(EnduranceGroupWarning), "SPARE:SpareBelowThreshold DEGRADED:DegradedReliability RO:ReadOnly"),
        new("NVME_CMD_EFFECTS_", typeof(CommandEffects),
            "CSUPP:Supported LBCC:LogicalBlockContentChange NCC:NamespaceCapabilityChange NIC:NamespaceInventoryChange "
            + "CCC:ControllerCapabilityChange UUID_SEL:UuidSelection"),
        new("NVME_FID_SUPPORTED_EFFECTS_", typeof(FeatureEffects),
            "FSUPP:Supported UDCC:UserDataContentChange NCC:NamespaceCapabilityChange NIC:NamespaceInventoryChange "
            + "CCC:ControllerCapabilityChange UUID_SEL:UuidSelection"),
        new("NVME_FID_SUPPORTED_EFFECTS_SCOPE_", typeof(EffectScope),
            "NS:Namespace CTRL:Controller NVM_SET:NvmSet ENDGRP:EnduranceGroup DOMAIN:Domain NSS:NvmSubsystem"),
        new("NVME_ST_CODE_", typeof(SelfTestCode), "RESERVED:None SHORT:Short EXTENDED:Extended VS:Vendor ABORT:Abort"),
        new("NVME_ST_VALID_DIAG_INFO_", typeof(SelfTestDiagnostics), "NSID:NsidValid FLBA:FlbaValid SCT:SctValid SC:ScValid"),
        new("NVME_PEL_", typeof(PersistentEventType),
            "SMART_HEALTH_EVENT:SmartHealthSnapshot FW_COMMIT_EVENT:FirmwareCommit TIMESTAMP_EVENT:TimestampChange "
            + "POWER_ON_RESET_EVENT:PowerOnOrReset NSS_HW_ERROR_EVENT:HardwareError CHANGE_NS_EVENT:ChangeNamespace "
            + "FORMAT_START_EVENT:FormatStart FORMAT_COMPLETION_EVENT:FormatCompletion SANITIZE_START_EVENT:SanitizeStart "
            + "SANITIZE_COMPLETION_EVENT:SanitizeCompletion SET_FEATURE_EVENT:SetFeature TELEMETRY_CRT:TelemetryLogCreated "
            + "THERMAL_EXCURSION_EVENT:ThermalExcursion"),
        new("NVME_RESV_NOTIFY_RNLPT_", typeof(ReservationNotification),
            "EMPTY:None REGISTRATION_PREEMPTED:RegistrationPreempted RESERVATION_RELEASED:ReservationReleased "
            + "RESERVATION_PREEMPTED:ReservationPreempted"),
        new("NVME_SANITIZE_SSTAT_STATUS_", typeof(SanitizeOutcome),
            "NEVER_SANITIZED:NeverStarted COMPLETE_SUCCESS:Sanitized IN_PROGESS:Sanitizing COMPLETED_FAILED:Failed "
            + "ND_COMPLETE_SUCCESS:SanitizedUnexpectedDeallocate"),
        new("NVME_SANITIZE_SSTAT_", typeof(SanitizeStatus), "GLOBAL_DATA_ERASED:GlobalDataErased STATUS_MASK:Outcome"),
        new("NVME_LOG_LID_", typeof(LogId),
            "SUPPORTED_LOG_PAGES:SupportedLogPages ERROR:ErrorInformation SMART:SmartHealth FW_SLOT:FirmwareSlot "
            + "CHANGED_NS:ChangedAttachedNamespaces CMD_EFFECTS:CommandEffects DEVICE_SELF_TEST:DeviceSelfTest "
            + "TELEMETRY_HOST:TelemetryHostInitiated TELEMETRY_CTRL:TelemetryControllerInitiated "
            + "ENDURANCE_GROUP:EnduranceGroupInformation PREDICTABLE_LAT_NVMSET:PredictableLatencyPerNvmSet "
            + "PREDICTABLE_LAT_AGG:PredictableLatencyEventAggregate ANA:AsymmetricNamespaceAccess PERSISTENT_EVENT:PersistentEvent "
            + "LBA_STATUS:LbaStatusInformation ENDURANCE_GRP_EVT:EnduranceGroupEventAggregate MEDIA_UNIT_STATUS:MediaUnitStatus "
            + "SUPPORTED_CAP_CONFIG_LIST:SupportedCapacityConfigurations FID_SUPPORTED_EFFECTS:FeatureEffects "
            + "MI_CMD_SUPPORTED_EFFECTS:ManagementInterfaceEffects BOOT_PARTITION:BootPartition FDP_CONFIGS:FdpConfigurations "
            + "FDP_RUH_USAGE:ReclaimUnitHandleUsage FDP_STATS:FdpStatistics FDP_EVENTS:FdpEvents DISCOVER:Discovery "
            + "RESERVATION:ReservationNotification SANITIZE:SanitizeStatus ZNS_CHANGED_ZONES:ChangedZones"),
        new("NVME_AER_", typeof(AsynchronousEventType), "ERROR:Error SMART:Health NOTICE:Notice CSS:CommandSet VS:Vendor"),
        new("NVME_AER_ERROR_", typeof(ErrorEvent),
            "INVALID_DB_REG:InvalidDoorbellRegister INVALID_DB_VAL:InvalidDoorbellValue DIAG_FAILURE:DiagnosticFailure "
            + "PERSISTENT_INTERNAL_ERROR:PersistentInternalError TRANSIENT_INTERNAL_ERROR:TransientInternalError "
            + "FW_IMAGE_LOAD_ERROR:FirmwareImageLoadError"),
        new("NVME_AER_SMART_", typeof(HealthEvent),
            "SUBSYSTEM_RELIABILITY:Reliability TEMPERATURE_THRESHOLD:TemperatureThreshold SPARE_THRESHOLD:SpareBelowThreshold"),
        new("NVME_AER_NOTICE_", typeof(NoticeEvent),
            "NS_CHANGED:AttachedNamespaceAttributeChanged FW_ACT_STARTING:FirmwareActivationStarting TELEMETRY:TelemetryLogChanged "
            + "ANA:AsymmetricNamespaceAccessChange PL_EVENT:PredictableLatencyAggregateChange LBA_STATUS_ALERT:LbaStatusInformationAlert "
            + "EG_EVENT:EnduranceGroupAggregateChange DISC_CHANGED:DiscoveryLogPageChange"),
        new("NVME_AER_CSS_NVM_", typeof(CommandSetEvent),
            "RESERVATION:ReservationLogPageAvailable SANITIZE_COMPLETED:SanitizeCompleted "
            + "UNEXPECTED_SANITIZE_DEALLOC:SanitizeCompletedUnexpectedDeallocation"),

        new("NVME_FEAT_FID_", typeof(FeatureId),
            "ARBITRATION:Arbitration POWER_MGMT:PowerManagement LBA_RANGE:LbaRangeType TEMP_THRESH:TemperatureThreshold "
            + "ERR_RECOVERY:ErrorRecovery VOLATILE_WC:VolatileWriteCache NUM_QUEUES:NumberOfQueues IRQ_COALESCE:InterruptCoalescing "
            + "IRQ_CONFIG:InterruptVectorConfiguration WRITE_ATOMIC:WriteAtomicityNormal ASYNC_EVENT:AsynchronousEventConfiguration "
            + "AUTO_PST:AutonomousPowerStateTransition HOST_MEM_BUF:HostMemoryBuffer TIMESTAMP:Timestamp KATO:KeepAliveTimer "
            + "HCTM:HostControlledThermalManagement NOPSC:NonOperationalPowerState RRL:ReadRecoveryLevel "
            + "PLM_CONFIG:PredictableLatencyModeConfig PLM_WINDOW:PredictableLatencyModeWindow "
            + "LBA_STS_INTERVAL:LbaStatusInformationReportInterval HOST_BEHAVIOR:HostBehaviorSupport SANITIZE:SanitizeConfig "
            + "ENDURANCE_EVT_CFG:EnduranceGroupEventConfiguration IOCS_PROFILE:IoCommandSetProfile SPINUP_CONTROL:SpinupControl "
            + "FDP:FlexibleDataPlacement FDP_EVENTS:FlexibleDataPlacementEvents ENH_CTRL_METADATA:EnhancedControllerMetadata "
            + "CTRL_METADATA:ControllerMetadata NS_METADATA:NamespaceMetadata SW_PROGRESS:SoftwareProgressMarker HOST_ID:HostIdentifier "
            + "RESV_MASK:ReservationNotificationMask RESV_PERSIST:ReservationPersistence WRITE_PROTECT:NamespaceWriteProtection"),
        new("NVME_GET_FEATURES_SEL_", typeof(FeatureSelect),
            "CURRENT:Current DEFAULT:Default SAVED:Saved SUPPORTED:SupportedCapabilities"),
        new("NVME_FEATURE_AENCFG_", typeof(AsynchronousEventFeature),
            "SMART_CRIT_SPARE:SpareBelowThreshold SMART_CRIT_TEMPERATURE:TemperatureThreshold SMART_CRIT_DEGRADED:DegradedReliability "
            + "SMART_CRIT_READ_ONLY:AllMediaReadOnly SMART_CRIT_VOLATILE_BACKUP:VolatileMemoryBackupFailed "
            + "SMART_CRIT_READ_ONLY_PMR:PersistentMemoryReadOnly NOTICE_NAMESPACE_ATTRIBUTES:AttachedNamespaceAttribute "
            + "NOTICE_FIRMWARE_ACTIVATION:FirmwareActivation NOTICE_TELEMETRY_LOG:TelemetryLog "
            + "NOTICE_ANA_CHANGE:AsymmetricNamespaceAccessChange NOTICE_PL_EVENT:PredictableLatencyAggregate "
            + "NOTICE_LBA_STATUS:LbaStatusInformation NOTICE_EG_EVENT:EnduranceGroupAggregate "
            + "NOTICE_DISCOVERY_CHANGE:DiscoveryLogPageChange"),
        new("NVME_FEATURE_TEMPTHRESH_THSEL_", typeof(ThresholdType), "OVER:Over UNDER:Under"),
        new("NVME_FEAT_RESV_NOTIFY_", typeof(ReservationNotificationFeature),
            "REGPRE:RegistrationPreempted RESREL:ReservationReleased RESPRE:ReservationPreempted"),
        new("NVME_FEAT_NS_", typeof(WriteProtectionState),
            "NO_WRITE_PROTECT:None WRITE_PROTECT:WriteProtect WRITE_PROTECT_PWR_CYCLE:UntilPowerCycle WRITE_PROTECT_PERMANENT:Permanent"),

        new("NVME_NS_MGMT_SEL_", typeof(NamespaceManagementSelect), "CREATE:Create DELETE:Delete"),
        new("NVME_NS_ATTACH_SEL_", typeof(NamespaceAttachmentSelect), "CTRL_ATTACH:Attach CTRL_DEATTACH:Detach"),
        new("NVME_RESERVATION_RTYPE_", typeof(ReservationType),
            "WE:WriteExclusive EA:ExclusiveAccess WERO:WriteExclusiveRegistrantsOnly EARO:ExclusiveAccessRegistrantsOnly "
            + "WEAR:WriteExclusiveAllRegistrants EAAR:ExclusiveAccessAllRegistrants"),
        new("NVME_RESERVATION_RACQA_", typeof(AcquireAction), "ACQUIRE:Acquire PREEMPT:Preempt PREEMPT_AND_ABORT:PreemptAndAbort"),
        new("NVME_RESERVATION_RREGA_", typeof(RegisterAction), "REGISTER_KEY:Register UNREGISTER_KEY:Unregister REPLACE_KEY:Replace"),
        new("NVME_RESERVATION_CPTPL_", typeof(PersistenceChange), "NO_CHANGE:NoChange CLEAR:Clear PERSIST:Persist"),
        new("NVME_RESERVATION_RRELA_", typeof(ReleaseAction), "RELEASE:Release CLEAR:Clear"),
    ];
}
