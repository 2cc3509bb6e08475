using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Structures decode what an independent device answered. What it cannot see: fields that this device leaves zero.</summary>
[TestFixture]
public sealed class CapturedDeviceTests
{
    /// <summary>The device does not say in CMIC which of its controllers belongs to a virtual function.</summary>
    [TestCase("pf-identify-controller", 0)]
    [TestCase("vf-identify-controller", 1)]
    public void Identify_controller_is_decoded(string file, int cntlid)
    {
        var id = Wire.Read<IdentifyController>(Captures.Read(file));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(id.Vid, Is.EqualTo(0x1B36));
            Assert.That(id.Ssvid, Is.EqualTo(0x1AF4));
            Assert.That(id.Sn.ToString(), Is.EqualTo("SRC0"));
            Assert.That(id.Mn.ToString(), Is.EqualTo("QEMU NVMe Ctrl"));
            Assert.That(id.Fr.ToString(), Is.EqualTo("9.2.50"));
            Assert.That(id.Rab, Is.EqualTo(6));
            Assert.That(id.Ieee.ToString(), Is.EqualTo("525400"));
            Assert.That(id.Cmic, Is.EqualTo(new MultiPathCapabilities { MultipleControllers = true }));
            Assert.That(id.Mdts, Is.EqualTo(7));
            Assert.That(id.Cntlid, Is.EqualTo(cntlid));
            Assert.That(id.Ver, Is.EqualTo(0x00010400));
            Assert.That(id.Oaes, Is.EqualTo(new OptionalAsynchronousEvents { AttachedNamespaceAttribute = true }));
            Assert.That(id.Ctratt, Is.EqualTo(new ControllerAttributes { EnduranceGroups = true, ExtendedLbaFormats = true }));
            Assert.That(id.Cntrltype, Is.EqualTo(ControllerType.Io));
            Assert.That(id.Oacs, Is.EqualTo(new OptionalAdminCommands
            {
                FormatNvm = true,
                NamespaceManagement = true,
                Directives = true,
                VirtualizationManagement = true,
                GetLbaStatus = true,
                HostManagedLiveMigration = true,
            }));
            Assert.That((id.AclZ, id.AerlZ), Is.EqualTo((3, 3)));
            Assert.That(id.Frmw, Is.EqualTo(new FirmwareUpdates { FirstSlotReadOnly = true, Slots = 1 }));
            Assert.That(id.Lpa, Is.EqualTo(new LogPageAttributes { SmartPerNamespace = true, CommandEffects = true, ExtendedData = true }));
            Assert.That((id.Wctemp, id.Cctemp), Is.EqualTo((343, 373)));
            Assert.That((id.Hmpre, id.Hmmin), Is.EqualTo((0u, 0u)));
            Assert.That(id.Endgidmax, Is.EqualTo(1));
            Assert.That(id.Sqes, Is.EqualTo(new EntrySizes { Required = 6, Maximum = 6 }));
            Assert.That(id.Cqes, Is.EqualTo(new EntrySizes { Required = 4, Maximum = 4 }));
            Assert.That(id.Nn, Is.EqualTo(256));
            Assert.That(id.Oncs, Is.EqualTo(new OptionalNvmCommands
            {
                Compare = true,
                DatasetManagement = true,
                WriteZeroes = true,
                SaveAndSelect = true,
                Timestamp = true,
                Copy = true,
                CopySingleAtomicity = true,
                AllFastCopy = true,
            }));
            Assert.That(id.Vwc, Is.EqualTo(new VolatileWriteCachePresence { Present = true, FlushBehavior = 3 }));
            Assert.That(id.Ocfs, Is.EqualTo(0b1111));
            Assert.That(id.Sgls, Is.EqualTo(new SglSupport { Support = 1, MetadataPointer = true }));
            Assert.That(id.Trattr, Is.EqualTo(new TrackingAttributes { UserDataChanges = true }));
            Assert.That((id.Cmmrtd, id.Nmmrtd, id.Mcudmq, id.Mnsudmq, id.Mcmr, id.Nmcmr, id.Mcdqpc), Is.EqualTo((0, 0, 0, 0, 1, 0, 0)));
            Assert.That(id.Subnqn.ToString(), Is.EqualTo("nqn.2019-08.org.qemu:nqn.2024-01.io.example:src"));
            Assert.That((id.Psd[0].Mp, id.Psd[0].Enlat, id.Psd[0].Exlat), Is.EqualTo((2500, 16u, 4u)));
            Assert.That(id.VendorMigration, Is.EqualTo(VendorMigrationCapability.NotSupported));
        }
    }

    [Test]
    public void Physical_and_virtual_function_differ_in_nothing_but_the_controller_id()
    {
        var pf = Wire.Read<IdentifyController>(Captures.Read("pf-identify-controller"));
        var vf = Wire.Read<IdentifyController>(Captures.Read("vf-identify-controller"));
        pf.Cntlid = vf.Cntlid;
        Assert.That(Wire.Same(in pf, in vf), Is.True);
    }

    [Test]
    public void Identify_namespace_is_decoded()
    {
        var ns = Wire.Read<IdentifyNamespace>(Captures.Read("vf-identify-namespace"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((ns.Nsze, ns.Ncap, ns.Nuse), Is.EqualTo((131072ul, 131072ul, 131072ul)));
            Assert.That(ns.Nsfeat, Is.EqualTo(new NamespaceFeatures { DeallocatedError = true, OptimalIo = 3 }));
            Assert.That((ns.NlbafZ, ns.Flbas.Index, ns.Flbas.MetadataExtended), Is.EqualTo((7, 0, false)));
            Assert.That(ns.Mc, Is.EqualTo(new MetadataCapabilities { Extended = true, Separate = true }));
            Assert.That(ns.Dpc.Raw, Is.EqualTo(0b11111));
            Assert.That(ns.Dps.Type, Is.EqualTo(ProtectionType.None));
            Assert.That(ns.Nmic, Is.EqualTo(new NamespaceSharing { Shared = true }));
            Assert.That(ns.Rescap.Raw, Is.Zero);
            Assert.That(ns.Dlfeat, Is.EqualTo(new DeallocateFeatures { ReadBehavior = DeallocatedRead.Zeroes }));
            Assert.That((ns.NpdgZ, ns.NpdaZ), Is.EqualTo((7, 7)));
            Assert.That((ns.Mssrl, ns.Mcl, ns.MsrcZ), Is.EqualTo((128, 128u, 127)));
            Assert.That(ns.Endgid, Is.EqualTo(1));
            Assert.That((ns.Nguid.IsZero, ns.Eui64.IsZero), Is.EqualTo((true, true)));
            Assert.That(
                Enumerable.Range(0, ns.NlbafZ + 1).Select(i => (1 << ns.Lbaf[i].Lbads, (int)ns.Lbaf[i].Ms)),
                Is.EqualTo(new[] { (512, 0), (512, 8), (512, 16), (512, 64), (4096, 0), (4096, 8), (4096, 16), (4096, 64) }));
        }
    }

    [Test]
    public void Primary_controller_capabilities_are_decoded()
    {
        var caps = Wire.Read<PrimaryControllerCapabilities>(Captures.Read("primary-capabilities-before"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((caps.Cntlid, caps.Portid), Is.EqualTo((0, 0)));
            Assert.That(caps.Crt, Is.EqualTo(new ControllerResourceTypes { VirtualQueues = true, VirtualInterrupts = true }));
            Assert.That(
                (caps.Vqfrt, caps.Vqrfa, caps.Vqrfap, caps.Vqprt, caps.Vqfrsm, caps.Vqgran), Is.EqualTo((16u, 0u, 0, 9, 8, 1)));
            Assert.That(
                (caps.Vifrt, caps.Virfa, caps.Virfap, caps.Viprt, caps.Vifrsm, caps.Vigran), Is.EqualTo((10u, 0u, 0, 10, 5, 1)));
        }
    }

    [TestCase("secondary-list-offline", false, 0, 0)]
    [TestCase("secondary-list-online", true, 6, 4)]
    public void The_secondary_controller_list_is_decoded(string file, bool online, int queues, int interrupts)
    {
        var list = Wire.Read<SecondaryControllerList>(Captures.Read(file));
        var first = new SecondaryControllerEntry
        {
            Scid = 1,
            Pcid = 0,
            Scs = new SecondaryControllerState { Online = online },
            Vfn = 1,
            Nvq = (ushort)queues,
            Nvi = (ushort)interrupts,
        };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(list.Nument, Is.EqualTo(2));
            Assert.That(list.Entries[0], Is.EqualTo(first));
            Assert.That(list.Entries[1], Is.EqualTo(new SecondaryControllerEntry { Scid = 2, Vfn = 2 }));
            Assert.That(list.Entries[2], Is.EqualTo(default(SecondaryControllerEntry)));
        }
    }

    /// <summary>The device reports its migration commands without the effects and scopes that the standard wants.</summary>
    [Test]
    public void Command_effects_are_decoded()
    {
        var log = Wire.Read<CommandEffectsLog>(Captures.Read("commands-supported-effects"));
        var supported = new CommandEffects { Supported = true };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Enumerable.Range(0, 256).Where(opcode => log.Acs[opcode].Supported),
                Is.EqualTo(new[]
                {
                    0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0A, 0x0C, 0x15, 0x19, 0x1A, 0x1C, 0x3D, 0x3E, 0x41, 0x42, 0x45,
                    0x80, 0x86,
                }));
            Assert.That(
                Enumerable.Range(0, 256).Where(opcode => log.Iocs[opcode].Supported),
                Is.EqualTo(new[] { 0x00, 0x01, 0x02, 0x05, 0x08, 0x09, 0x0C, 0x12, 0x19, 0x1D }));
            Assert.That(
                log.Acs[0x15], Is.EqualTo(supported with { NamespaceInventoryChange = true, ControllerCapabilityChange = true }));
            Assert.That(log.Acs[0x41], Is.EqualTo(supported));
            Assert.That(log.Iocs[0x01], Is.EqualTo(supported with { LogicalBlockContentChange = true }));
        }
    }
}
