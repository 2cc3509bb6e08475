using System.Runtime.InteropServices;
using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Identify Controller of a simulated controller: what it says is what it does.</summary>
internal static class IdentifyControllers
{
    private const long Minute = 60_000_000_000;

    public static void Fill(ControllerCore c, ref IdentifyController page)
    {
        var (options, identity, admin) = (c.Options, c.Options.Identity, c.Subsystem.AdminCommands);
        bool Has(AdminOpcode opcode) => admin[(byte)opcode]?.IsSupported(c) == true;

        page.Vid = page.Ssvid = identity.PciVendorId;
        page.Sn = identity.SerialNumber;
        page.Mn = identity.ModelNumber;
        page.Fr = c.Subsystem.Firmware.Running;
        page.Rab = 3;
        page.Ieee = IeeeOui.Of((uint)identity.IeeeOui);
        page.Cmic = new() { MultipleControllers = c.Subsystem.Controllers.Count > 1, VirtualFunction = !c.IsPrimary };
        page.Mdts = options.Capabilities.Mdts;
        page.Cntlid = c.Cntlid;
        page.Ver = c.Registers[Register.Vs];
        page.Oaes = new()
        {
            AttachedNamespaceAttribute = true, AllocatedNamespaceAttribute = true, FirmwareActivation = options.Firmware.Slots != 0,
            TemperatureThresholdHysteresis = options.Health.ThresholdHysteresis != 0,
        };
        page.Cntrltype = ControllerType.Io;
        page.Oacs = new()
        {
            FormatNvm = Has(AdminOpcode.FormatNvm),
            Firmware = Has(AdminOpcode.FirmwareCommit),
            NamespaceManagement = Has(AdminOpcode.NamespaceManagement),
            DeviceSelfTest = Has(AdminOpcode.DeviceSelfTest),
            VirtualizationManagement = Has(AdminOpcode.VirtualizationManagement),
            GetLbaStatus = Has(AdminOpcode.GetLbaStatus),
            Lockdown = Has(AdminOpcode.Lockdown),
            HostManagedLiveMigration = c.IsManagement,
        };
        page.AclZ = options.Capabilities.AclZ;
        page.AerlZ = options.Capabilities.AerlZ;
        page.Lpa = new()
        {
            SmartPerNamespace = options.Health.PerNamespace, CommandEffects = true, ExtendedData = true, Telemetry = true,
            PersistentEvent = true, SupportedLogPages = true,
        };
        page.ElpeZ = options.Capabilities.ElpeZ;
        page.Frmw = new()
        {
            Slots = (byte)Math.Max(1, options.Firmware.Slots),
            FirstSlotReadOnly = options.Firmware.FirstSlotReadOnly || options.Firmware.Slots == 0,
            ActivationWithoutReset = options.Firmware is { Slots: > 0, Activation: FirmwareActivation.Immediate },
        };
        page.Pels = PersistentLog.Size64K;
        page.Mtfa = options.Firmware.MaximumActivationTime;
        page.Fwug = options.Firmware.Granularity;
        page.Edstt = (ushort)Math.Clamp((SelfTests.ExtendedTime(c) + Minute - 1) / Minute, 1, ushort.MaxValue);
        page.Kas = options.Features.KeepAliveGranularity;
        PowerManagement.Describe(c, ref page);
        if (options.Features.ThermalManagement)
            (page.Hctma, page.Mntmt, page.Mxtmt) = (new() { Supported = true }, ThermalManagement.Minimum, ThermalManagement.Maximum);
        page.Ctratt = page.Ctratt with { NonOperationalPermissive = options.Features.NonOperationalPermissive };
        page.Wctemp = Health.Warning;
        page.Cctemp = Health.Critical;
        page.Tmpthha = options.Health.ThresholdHysteresis;
        page.Sanicap = SanitizeCommands.Capabilities(c);
        page.Sqes = new() { Required = 6, Maximum = 6 };
        page.Cqes = new() { Required = 4, Maximum = 4 };
        page.Tnvmcap = c.Subsystem.Capacity.Total;
        page.Unvmcap = c.Subsystem.Capacity.Unallocated;
        page.Fna = FormatNvm.Attributes(c);
        page.Nwpc = new() { WriteProtect = true };
        page.Maxdna = options.Capabilities.DomainAttachments;
        page.Maxcna = options.Capabilities.ControllerAttachments;
        page.Nn = page.Mnan = (uint)options.Capabilities.MaximumNamespaces;
        var io = c.Subsystem.IoCommands;
        page.Oncs = new()
        {
            Compare = io[(byte)NvmOpcode.Compare] is not null,
            WriteUncorrectable = io[(byte)NvmOpcode.WriteUncorrectable] is not null,
            DatasetManagement = io[(byte)NvmOpcode.DatasetManagement] is not null,
            WriteZeroes = io[(byte)NvmOpcode.WriteZeroes] is not null,
            Reservations = options.IoCommands.Reservations,
            Verify = io[(byte)NvmOpcode.Verify] is not null,
            Copy = io[(byte)NvmOpcode.Copy] is not null,
            CopySingleAtomicity = true,
            AllFastCopy = true,
            SaveAndSelect = true,
            Timestamp = options.Features.Timestamp,
            WriteZeroesDeallocateSize = options.IoCommands.WriteZeroesDeallocateSizeLimit is not null,
        };
        page.Fuses = new() { CompareAndWrite = options.IoCommands.FusedCompareAndWrite };
        page.Vwc = new() { Present = options.Features.VolatileWriteCache, FlushBehavior = 3 };
        page.AwunZ = options.IoCommands.AwunZ;
        page.AwupfZ = options.IoCommands.AwupfZ;
        page.AcwuZ = options.IoCommands.AcwuZ;
        page.Ocfs = CopyCommand.Formats(c);
        page.Ctratt = page.Ctratt with
        {
            HostIdentifier128 = true,
            MdtsExcludesMetadata = options.IoCommands.LimitsExcludeMetadata,
            NamespaceGranularity = options.Capabilities.NamespaceGranularity != 0,
            ReservationsAndHostIdentifier = options.IoCommands.Reservations,
        };
        if (options.Capabilities.Sgls)
        {
            page.Sgls = new()
            {
                Support = 1, BitBucket = options.IoCommands.SglBitBucket, LongerThanTransfer = true, MetadataPointer = true,
            };
        }

        FillMigration(c, ref page);
        page.Subnqn = identity.SubsystemNqn;
        if (options.VendorRfc is { } dialect && c.IsPrimary)
            MemoryMarshal.AsBytes(new Span<IdentifyController>(ref page))[dialect.CapabilityOffset] = dialect.CapabilityValue;
    }

    public static void FillNvm(ControllerCore c, ref NvmController page)
    {
        page.Ver = Nvme.Version.Of(1, 1).Raw;
        page.Aocs = new() { ReportAllocatedLbas = c.Options.IoCommands is { GetLbaStatus: true, ReportsAllocatedBlocks: true } };
        page.Lbamqf = LbaMigrationQueueEntry.Format;
        var limits = c.Options.IoCommands;
        page.Vsl = limits.VerifySizeLimit;
        page.Wzsl = limits.WriteZeroesSizeLimit;
        page.Wusl = limits.WriteUncorrectableSizeLimit;
        page.Dmrl = limits.DatasetRanges;
        page.Dmrsl = limits.DatasetRangeBlocks;
        page.Dmsl = (ulong)limits.DatasetBlocks;
        page.Wzdsl = limits.WriteZeroesDeallocateSizeLimit ?? 0;
    }

    private static void FillMigration(ControllerCore c, ref IdentifyController page)
    {
        if (!c.IsManagement) return;
        var options = c.Options.Migration;
        page.Ctratt = page.Ctratt with { UuidList = options.UuidSelection };
        page.Trattr = new()
        {
            HostMemoryChanges = options.TracksMemory,
            UserDataChanges = options.TracksUserData,
            RangeLengthPowerOfTwo = options.PowerOfTwoRanges && options.TracksMemory,
        };
        if (options.TracksMemory)
        {
            page.Cmmrtd = options.MemoryRanges;
            page.Nmmrtd = options.SubsystemMemoryRanges;
            page.Minmrtg = options.MinimumGranularity;
            page.Maxmrtg = options.MaximumGranularity;
        }

        if (!options.TracksUserData) return;
        page.Mcudmq = options.DataQueues;
        page.Mnsudmq = options.SubsystemDataQueues;
        page.Mcmr = options.DataQueueRanges;
        page.Nmcmr = options.SubsystemDataQueueRanges;
        page.Mcdqpc = options.DataQueuePrps;
    }
}
