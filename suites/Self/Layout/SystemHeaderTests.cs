using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// The C compiler of the machine judges our layouts by headers that others wrote. What it cannot see: whether a header agrees with the
/// standard (where it is known not to, the table says so), and what a header does not name.
/// </summary>
[TestFixture]
public sealed class SystemHeaderTests
{
    private const string Libnvme = "libnvme.h";
    private const string PciRegisters = "linux/pci_regs.h";

    /// <summary>True of libnvme 1.3, the one of Debian 12, against which every name of the tables is known.</summary>
    private static readonly string[] ReferenceVersion =
        ["sizeof(((struct nvme_id_ctrl *)0)->rsvd564) == 204", "NVME_LOG_LID_FDP_CONFIGS == 32"];

    private static readonly IReadOnlyList<CNames> Pci = PciNames.Table;
    private static readonly IReadOnlyList<CNames> Names = LibnvmeNames.Table;
    private static readonly IReadOnlyList<CStruct> Structs = LibnvmeStructs.Table;

    private static readonly Lazy<Dictionary<string, CAnswer>> LibnvmeAnswers =
        new(() => Ask(Libnvme, Structs.SelectMany(one => one.Claims()).Concat(Names.SelectMany(one => one.Claims()))));

    private static readonly Lazy<Dictionary<string, CAnswer>> PciAnswers =
        new(() => Ask(PciRegisters, Pci.SelectMany(one => one.Claims()).Concat(PciNames.Claims)));

    private static readonly Lazy<bool> IsReferenceVersion =
        new(() => CProgram.Judge(Libnvme, ReferenceVersion).All(answer => answer == CAnswer.Holds));

    [TestCaseSource(nameof(Structs))]
    public void A_structure_has_size_and_offsets_of_the_libnvme_header(object structure) =>
        Judge(Libnvme, LibnvmeAnswers, ((CStruct)structure).Claims());

    [TestCaseSource(nameof(Names))]
    public void Bits_and_values_are_those_of_the_libnvme_header(object names) =>
        Judge(Libnvme, LibnvmeAnswers, ((CNames)names).Claims());

    [TestCaseSource(nameof(Pci))]
    public void Registers_and_bits_are_those_of_the_kernel_header(object names) =>
        Judge(PciRegisters, PciAnswers, ((CNames)names).Claims());

    [Test]
    public void Capabilities_have_the_sizes_of_the_kernel_header() => Judge(PciRegisters, PciAnswers, PciNames.Claims);

    [Test]
    public void A_wrong_claim_and_an_unknown_name_are_noticed()
    {
        if (CProgram.WhyNot(PciRegisters) is { } reason) Assert.Ignore(reason);
        Assert.That(
            CProgram.Judge(
                PciRegisters, ["PCI_COMMAND == 4", "PCI_COMMAND == 5", "PCI_NO_SUCH_NAME == 4", "sizeof(struct none) == 1", "1"]),
            Is.EqualTo(new[] { CAnswer.Holds, CAnswer.Fails, CAnswer.Unknown, CAnswer.Unknown, CAnswer.Holds }));
        Assert.That(CProgram.WhyNot("no/such/header.h"), Is.EqualTo("<no/such/header.h> is not installed"));
    }

    private static Dictionary<string, CAnswer> Ask(string header, IEnumerable<string> claims)
    {
        var distinct = claims.Distinct(StringComparer.Ordinal).ToList();
        return distinct.Zip(CProgram.Judge(header, distinct)).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
    }

    private static void Judge(string header, Lazy<Dictionary<string, CAnswer>> answers, IEnumerable<string> claims)
    {
        if (CProgram.WhyNot(header) is { } reason) Assert.Ignore(reason);
        var judged = claims.ToLookup(claim => answers.Value[claim]);
        Assert.That(judged, Is.Not.Empty);
        Assert.That(judged[CAnswer.Fails], Is.Empty);
        if (judged[CAnswer.Unknown].Any())
        {
            // A misspelt name must not pass for one that another version of libnvme lacks; the kernel's names are all old.
            Assert.That(header, Is.EqualTo(Libnvme), string.Join("; ", judged[CAnswer.Unknown]));
            Assert.That(IsReferenceVersion.Value, Is.False, string.Join("; ", judged[CAnswer.Unknown]));
            Assert.Ignore($"<{header}> of this machine does not know: {string.Join("; ", judged[CAnswer.Unknown])}");
        }
    }
}
