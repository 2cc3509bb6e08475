using Conformance.Nvme;

namespace Conformance.Self;

/// <summary>Our structures beside those of libnvme's header.</summary>
internal static class LibnvmeStructs
{
    public static IReadOnlyList<CStruct> Table { get; } =
    [
        new("nvme_id_ctrl", typeof(IdentifyController), "VendorMigration:vs[0]",
            "Bpcap Nssl Plsi Crcap Ciu Cirn Kpioc Mptfawr Tmpthha Cqt Cdpa Mup Ipmsr Msmt Oaqd Rhiri Hirt Cmmrtd Nmmrtd Minmrtg Maxmrtg "
            + "Trattr Mcudmq Mnsudmq Mcmr Nmcmr Mcdqpc Ccrl"),
        new("nvme_id_psd", typeof(PowerStateDescriptor), Unknown: "Epfrt Fqvt Epfvt EpfrFqvTs Epfvts"),
        // The header has the storage tag mask (CNS 05h) in front of the vendor's bytes, where Namespace Management has it.
        new("nvme_id_ns", typeof(IdentifyNamespace), Unknown: "Kpios Kpiodaag Vs"),
        new("nvme_lbaf", typeof(LbaFormat), "Lbads:ds"),
        new("nvme_id_independent_id_ns", typeof(IndependentNamespace), Unknown: "Kpios Maxkt Rgrpid"),
        new("nvme_nvm_id_ns", typeof(NvmNamespace), Unknown: "Pifa Npdgl Nprg Npra Nors Npdal Lbapss Tlbaag"),
        new("nvme_id_ctrl_nvm", typeof(NvmController), Unknown: "Kpiocap Wzdsl Aocs Ver Lbamqf"),
        new("nvme_ns_id_desc", typeof(NamespaceDescriptor)),
        new("nvme_ns_list", typeof(NamespaceIdList)),
        new("nvme_id_ns_granularity_list", typeof(NamespaceGranularityList), "Nga:attributes NodZ:num_descriptors Descriptors:entry"),
        new("nvme_id_ns_granularity_desc", typeof(NamespaceGranularity), "Nsg:nszegran Ncg:ncapgran"),
        new("nvme_ctrl_list", typeof(ControllerList), "Numid:num Ids:identifier"),
        new("nvme_primary_ctrl_cap", typeof(PrimaryControllerCapabilities)),
        new("nvme_secondary_ctrl_list", typeof(SecondaryControllerList), "Nument:num Entries:sc_entry"),
        new("nvme_secondary_ctrl", typeof(SecondaryControllerEntry)),
        new("nvme_id_uuid_list", typeof(UuidList), "Entries:entry"),
        new("nvme_id_uuid_list_entry", typeof(UuidListEntry)),

        new("nvme_supported_log_pages", typeof(SupportedLogPages), "Lids:lid_support"),
        new("nvme_error_log_page", typeof(ErrorInformationEntry),
            "Ecnt:error_count Cid:cmdid Sts:status_field Pel:parm_error_location Vsia:vs Csinfo:cs Ttsi:trtype_spec_info",
            "Csi Opc Lpver"),
        new("nvme_smart_log", typeof(SmartHealthLog),
            "Cw:critical_warning Ctemp:temperature Avsp:avail_spare Avspt:spare_thresh Pused:percent_used Egcws:endu_grp_crit_warn_sumry "
            + "Dur:data_units_read Duw:data_units_written Hrc:host_reads Hwc:host_writes Cbt:ctrl_busy_time Pwrc:power_cycles "
            + "Poh:power_on_hours Upl:unsafe_shutdowns Mdie:media_errors Neile:num_err_log_entries Wctt:warning_temp_time "
            + "Cctt:critical_comp_time Tsen:temp_sensor Tmt1tc:thm_temp1_trans_count Tmt2tc:thm_temp2_trans_count "
            + "Tttmt1:thm_temp1_total_time Tttmt2:thm_temp2_total_time",
            "Olec Ipm"),
        new("nvme_firmware_slot", typeof(FirmwareSlotLog)),
        new("nvme_cmd_effects_log", typeof(CommandEffectsLog)),
        new("nvme_fid_supported_effects_log", typeof(FeatureEffectsLog), "Fis:fid_support"),
        new("nvme_self_test_log", typeof(DeviceSelfTestLogHeader), "Cdsto:current_operation Cdstc:completion",
            Size: "offsetof(struct nvme_self_test_log, result)"),
        new("nvme_self_test_log", typeof(DeviceSelfTestLog), "Rds:result", "Header"),
        new("nvme_st_result", typeof(SelfTestResult), "Segn:seg Vdinfo:vdi Sctc:sct Stc:sc"),
        new("nvme_telemetry_log", typeof(TelemetryHeader),
            "Lid:lpi Da1lb:dalb1 Da2lb:dalb2 Da3lb:dalb3 Da4lb:dalb4 ThdgnOrTcs:hostdgn Tcda:ctrlavail Tcdgn:ctrldgn Rid:rsnident", "Ths"),
        new("nvme_sanitize_log_page", typeof(SanitizeStatusLog), "Etodmm:etond Etbenmm:etbend Etcenmm:etcend", "Etpvds Ssi Mnsoip Stnsid"),
        new("nvme_resv_notification_log", typeof(ReservationNotificationLog)),
        new("nvme_persistent_event_log", typeof(PersistentEventLogHeader), "Lrev:rv Tstmp:ts Pwrc:pcc Gnum:gen_number"),
        new("nvme_persistent_event_entry", typeof(PersistentEventHeader), "Et:etype Etr:etype_rev Etstp:ets"),
        new("nvme_fw_commit_event", typeof(FirmwareCommitEvent),
            "Ofr:old_fw_rev Nfr:new_fw_rev Fca:fw_commit_action Fslt:fw_slot Sctfcc:sct_fw Srfcc:sc_fw Vafcrc:vndr_assign_fw_commit_rc"),
        new("nvme_time_stamp_change_event", typeof(TimestampChangeEvent), "Ptstp:previous_timestamp Msr:ml_secs_since_reset"),
        new("nvme_power_on_reset_info_list", typeof(ControllerResetInformation),
            "Cntlid:cid Fa:fw_act Oip:op_in_prog Cpwrc:ctrl_power_cycle Pom:power_on_ml_seconds Ctstp:ctrl_time_stamp"),
        // The C structure goes on with a pointer, which is no part of the event.
        new("nvme_nss_hw_err_event", typeof(HardwareErrorEvent), "Nsheec:nss_hw_err_event_code", Size: ""),
        new("nvme_change_ns_event", typeof(ChangeNamespaceEvent),
            "Nmcdw10:nsmgt_cdw10 Ncap:nscap Anagrpid:ana_grp_id Nvmsetid:nvmset_id Endgid:rsvd42"),
        new("nvme_format_nvm_start_event", typeof(FormatStartEvent), "Fmcdw10:format_nvm_cdw10"),
        // The header takes the reserved bytes after the status for part of it.
        new("nvme_format_nvm_compln_event", typeof(FormatCompletionEvent),
            "Sfpi:smallest_fpi Fnvms:format_nvm_status Cinfo:compln_info", "Info"),
        new("nvme_sanitize_start_event", typeof(SanitizeStartEvent), "Sanicap:sani_cap Scdw10:sani_cdw10 Scdw11:sani_cdw11", "Nsid", ""),
        new("nvme_sanitize_compln_event", typeof(SanitizeCompletionEvent),
            "Sprog:sani_prog Sstat:sani_status Cinfo:cmpln_info", "Nsid", ""),
        new("nvme_set_feature_event", typeof(SetFeatureEvent), "Sfel:layout"),
        new("nvme_thermal_exc_event", typeof(ThermalExcursionEvent), "Otmp:over_temp Thresh:threshold"),

        new("nvme_timestamp", typeof(Timestamp)),
        new("nvme_feat_auto_pst", typeof(AutonomousPowerStateTable)),
        new("nvme_feat_host_behavior", typeof(HostBehaviorSupport), Unknown: "Etdas Lbafee Hdisns Cdfe"),
        new("nvme_host_mem_buf_attrs", typeof(HostMemoryBufferAttributes)),

        new("nvme_dsm_range", typeof(DatasetManagementRange), "LengthInBlocks:nlb"),
        // The header of 1.3 has tag and mask of both formats the wrong way round, as its later versions say.
        new("nvme_copy_range", typeof(CopyRange), Unknown: "Snsid Sopt Elbat Elbatm"),
        new("nvme_copy_range_f1", typeof(CopyRangeLong), Unknown: "Snsid Sopt Elbat Elbatm"),
        new("nvme_lba_status", typeof(LbaStatusHeader)),
        new("nvme_lba_status_desc", typeof(LbaStatusDescriptor)),
        new("nvme_resv_status", typeof(ReservationStatusHeader), "Regstrnt:regctl", Size: "offsetof(struct nvme_resv_status, regctl_ds)"),
        new("nvme_registered_ctrl", typeof(Registrant)),
        new("nvme_registered_ctrl_ext", typeof(ExtendedRegistrant)),
    ];
}
