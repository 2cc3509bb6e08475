using Conformance.Nvme;

namespace Conformance.Self;

/// <summary>
/// Fields that no header of Debian 12 knows, or knows wrong, with their offsets as the standard has them (Base 2.3; migration fields of
/// Identify: TP4159 and TP4165).
/// </summary>
internal static class FieldOffsets
{
    public static IReadOnlyDictionary<Type, string> Table { get; } = new Dictionary<Type, string>
    {
        [typeof(IdentifyController)] =
            "Bpcap 102 Nssl 104 Plsi 110 Crcap 134 Ciu 135 Cirn 136 Kpioc 358 Mptfawr 360 Tmpthha 384 Cqt 386 Cdpa 388 Mup 390 Ipmsr 392 "
            + "Msmt 394 Oaqd 564 Rhiri 568 Hirt 569 Cmmrtd 570 Nmmrtd 572 Minmrtg 574 Maxmrtg 575 Trattr 576 Mcudmq 578 Mnsudmq 580 "
            + "Mcmr 582 Nmcmr 584 Mcdqpc 586 Ccrl 1807",
        [typeof(PowerStateDescriptor)] = "Epfrt 23 Fqvt 24 Epfvt 25 EpfrFqvTs 26 Epfvts 27",
        [typeof(IdentifyNamespace)] = "Kpios 81 Kpiodaag 84 Vs 384",
        [typeof(IndependentNamespace)] = "Kpios 15 Maxkt 16 Rgrpid 20",
        [typeof(NvmNamespace)] = "Pifa 9 Npdgl 268 Nprg 272 Npra 276 Nors 280 Npdal 284 Lbapss 288 Tlbaag 292",
        [typeof(NvmController)] = "Kpiocap 16 Wzdsl 17 Aocs 18 Ver 20 Lbamqf 24",
        [typeof(ErrorInformationEntry)] = "Csi 30 Opc 31 Lpver 63",
        [typeof(SmartHealthLog)] = "Olec 232 Ipm 240",
        [typeof(DeviceSelfTestLog)] = "Header 0",
        [typeof(TelemetryHeader)] = "Ths 380",
        [typeof(SanitizeStatusLog)] = "Etpvds 32 Ssi 36 Mnsoip 40 Stnsid 44",
        [typeof(SanitizeNamespaceStatusListHeader)] = "Genctr 0 Numnsid 8",
        [typeof(LockdownLog)] = "Cfila 0 Lngth 3 Cfil 4",
        [typeof(FormatCompletionEvent)] = "Info 8",
        [typeof(SanitizeStartEvent)] = "Nsid 12",
        [typeof(SanitizeCompletionEvent)] = "Nsid 8",
        [typeof(HostBehaviorSupport)] = "Etdas 1 Lbafee 2 Hdisns 3 Cdfe 4",
        [typeof(HostMemoryBufferDescriptor)] = "Badd 0 Bsize 8",
        [typeof(NamespaceManagementData)] =
            "Nsze 0 Ncap 8 Flbas 26 Dps 29 Nmic 30 Anagrpid 92 Nvmsetid 100 Endgid 102 Lbstm 384 Nphndls 392 Phndl 512",
        [typeof(ProtectionInformation)] = "Guard 0 ApplicationTag 2 ReferenceTag 4",
        [typeof(CopyRange)] = "Snsid 0 Sopt 22 Elbat 28 Elbatm 30",
        [typeof(CopyRangeLong)] = "Snsid 0 Sopt 22 Elbat 36 Elbatm 38",
        [typeof(ReadinessTimeReportingCapability)] = "Header 0 Times1 4 Times2 8",
        [typeof(CapabilityHeader)] = "Id 0 Next 1",
    };

    /// <summary>Field and offset pairs of one structure.</summary>
    public static IEnumerable<(string Field, int Offset)> Of(Type type) =>
        Table.TryGetValue(type, out var text) ? text.Split(' ').Chunk(2).Select(pair => (pair[0], int.Parse(pair[1]))) : [];
}
