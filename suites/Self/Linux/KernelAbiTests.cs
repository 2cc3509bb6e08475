using System.Globalization;
using System.Reflection;
using Conformance.Linux;
using Conformance.Linux.Abi;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// The structures and numbers of the kernel's interfaces: judged by the C compiler as far as the headers of this machine know them, and by the
/// tables below, taken from newer headers, for the rest. What it cannot see: whether the kernel that runs is as new as either.
/// </summary>
[TestFixture]
public sealed class KernelAbiTests
{
    // What headers of Linux 6.1 lack or have shorter, as those of 7.3 have it: fields with offset and size, then the size of all.
    private static readonly Dictionary<string, string> s_newer = new(StringComparer.Ordinal)
    {
        ["vfio_device_info"] = "argsz 0 4, flags 4 4, num_regions 8 4, num_irqs 12 4, cap_offset 16 4, pad 20 4 = 24",
        ["vfio_iommu_type1_info"] = "argsz 0 4, flags 4 4, iova_pgsizes 8 8, cap_offset 16 4, pad 20 4 = 24",
        ["vfio_device_feature_mig_data_size"] = "stop_copy_length 0 8 = 8",
        ["vfio_precopy_info"] = "argsz 0 4, flags 4 4, initial_bytes 8 8, dirty_bytes 16 8 = 24",
        ["vfio_device_bind_iommufd"] = "argsz 0 4, flags 4 4, iommufd 8 4, out_devid 12 4, token_uuid_ptr 16 8 = 24",
        ["vfio_device_attach_iommufd_pt"] = "argsz 0 4, flags 4 4, pt_id 8 4, pasid 12 4 = 16",
        ["vfio_device_detach_iommufd_pt"] = "argsz 0 4, flags 4 4, pasid 8 4 = 12",
        ["iommu_destroy"] = "size 0 4, id 4 4 = 8",
        ["iommu_ioas_alloc"] = "size 0 4, flags 4 4, out_ioas_id 8 4 = 12",
        ["iommu_iova_range"] = "start 0 8, last 8 8 = 16",
        ["iommu_ioas_iova_ranges"] = "size 0 4, ioas_id 4 4, num_iovas 8 4, __reserved 12 4, allowed_iovas 16 8, out_iova_alignment 24 8 = 32",
        ["iommu_ioas_map"] = "size 0 4, flags 4 4, ioas_id 8 4, __reserved 12 4, user_va 16 8, length 24 8, iova 32 8 = 40",
        ["iommu_ioas_unmap"] = "size 0 4, ioas_id 4 4, iova 8 8, length 16 8 = 24",
    };

    private static readonly Dictionary<string, uint> s_newerNumbers = new(StringComparer.Ordinal)
    {
        ["VFIO_DEVICE_BIND_IOMMUFD"] = 15222, ["VFIO_DEVICE_ATTACH_IOMMUFD_PT"] = 15223, ["VFIO_DEVICE_DETACH_IOMMUFD_PT"] = 15224,
        ["VFIO_MIG_GET_PRECOPY_INFO"] = 15225, ["VFIO_DEVICE_FEATURE_MIG_DATA_SIZE"] = 9, ["VFIO_DEVICE_BIND_FLAG_TOKEN"] = 1,
        ["IOMMU_DESTROY"] = 15232, ["IOMMU_IOAS_ALLOC"] = 15233, ["IOMMU_IOAS_IOVA_RANGES"] = 15236, ["IOMMU_IOAS_MAP"] = 15237, ["IOMMU_IOAS_UNMAP"] = 15238,
        ["IOMMU_IOAS_MAP_FIXED_IOVA"] = 1, ["IOMMU_IOAS_MAP_WRITEABLE"] = 2, ["IOMMU_IOAS_MAP_READABLE"] = 4,
    };

    // The numbers that are asked for, as every header has them: a header of this machine that was read wrongly would not be noticed otherwise.
    private static readonly Dictionary<string, uint> s_numbers = new(StringComparer.Ordinal)
    {
        ["VFIO_GET_API_VERSION"] = 15204, ["VFIO_CHECK_EXTENSION"] = 15205, ["VFIO_SET_IOMMU"] = 15206, ["VFIO_GROUP_GET_STATUS"] = 15207,
        ["VFIO_GROUP_SET_CONTAINER"] = 15208, ["VFIO_GROUP_UNSET_CONTAINER"] = 15209, ["VFIO_GROUP_GET_DEVICE_FD"] = 15210,
        ["VFIO_DEVICE_GET_INFO"] = 15211, ["VFIO_DEVICE_GET_REGION_INFO"] = 15212, ["VFIO_DEVICE_GET_IRQ_INFO"] = 15213, ["VFIO_DEVICE_SET_IRQS"] = 15214,
        ["VFIO_DEVICE_RESET"] = 15215, ["VFIO_IOMMU_GET_INFO"] = 15216, ["VFIO_IOMMU_MAP_DMA"] = 15217, ["VFIO_IOMMU_UNMAP_DMA"] = 15218,
        ["VFIO_DEVICE_FEATURE"] = 15221, ["NVME_IOCTL_ID"] = 20032, ["NVME_IOCTL_RESET"] = 20036, ["NVME_IOCTL_RESCAN"] = 20038,
        ["NVME_IOCTL_ADMIN64_CMD"] = 3226488391, ["NVME_IOCTL_IO64_CMD"] = 3226488392,
    };

    private static IEnumerable<Type> Structures => typeof(KernelFile).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(VfioAbi).Namespace && type.IsValueType).OrderBy(type => type.Name, StringComparer.Ordinal);

    private static IEnumerable<FieldInfo> Constants => new[] { typeof(VfioAbi), typeof(IommufdAbi), typeof(NvmeAbi) }
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(it => it.IsLiteral && it.Name != nameof(VfioAbi.Header));

    [TestCaseSource(nameof(Structures))]
    public void A_structure_is_laid_out_as_the_kernel_has_it(object structure)
    {
        var type = (Type)structure;
        var expected = s_newer.GetValueOrDefault(type.Name);
        if (expected is not null) Assert.That(Layout(type), Is.EqualTo(expected), "as headers of Linux 7.3 have it");
        var header = HeaderOf(type);
        if (CProgram.WhyNot(header) is { } reason)
        {
            Assert.That(expected, Is.Not.Null, $"{reason}, and nothing else says how it is laid out");
            return;
        }

        var claims = new List<string>();
        // One that grew may be shorter here.
        if (expected is null) claims.Add($"sizeof(struct {type.Name}) == {WireType.SizeOf(type)}");
        foreach (var field in WireType.Fields(type))
        {
            claims.Add($"offsetof(struct {type.Name}, {field.Name}) == {WireType.OffsetOf(type, field.Name)}");
            claims.Add($"sizeof(((struct {type.Name} *)0)->{field.Name}) == {WireType.SizeOf(field.FieldType)}");
        }

        var judged = claims.Zip(CProgram.Judge(header, claims)).ToLookup(it => it.Second, it => it.First);
        Assert.That(judged[CAnswer.Fails], Is.Empty);
        if (expected is null) Assert.That(judged[CAnswer.Unknown], Is.Empty, "not in this header, and no table has it");
    }

    [Test]
    public void Numbers_are_those_of_the_headers()
    {
        foreach (var byHeader in Constants.GroupBy(field => (string)field.DeclaringType!.GetField(nameof(VfioAbi.Header))!.GetRawConstantValue()!))
        {
            var fields = byHeader.ToList();
            var absent = CProgram.WhyNot(byHeader.Key) is not null;
            var answers = absent
                ? [.. fields.Select(_ => CAnswer.Unknown)]
                : CProgram.Judge(byHeader.Key, [.. fields.Select(field => $"(unsigned long)({field.Name}) == {Value(field)}ul")]);
            foreach (var (field, answer) in fields.Zip(answers))
            {
                Assert.That(answer, Is.Not.EqualTo(CAnswer.Fails), field.Name);
                if (s_numbers.TryGetValue(field.Name, out var number)) Assert.That(Value(field), Is.EqualTo(number), field.Name);
                else if (answer == CAnswer.Unknown && !absent) Assert.That(s_newerNumbers, Does.ContainKey(field.Name), $"<{byHeader.Key}> does not know it, nor does the table");
                if (s_newerNumbers.TryGetValue(field.Name, out number)) Assert.That(Value(field), Is.EqualTo(number), field.Name);
            }
        }
    }

    [Test]
    public void Every_number_of_the_tables_is_one_of_ours() =>
        Assert.That(s_numbers.Keys.Concat(s_newerNumbers.Keys), Is.SubsetOf(Constants.Select(field => field.Name)));

    private static uint Value(FieldInfo field) => unchecked((uint)Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture));

    private static string HeaderOf(Type type) =>
        type.Name.StartsWith("vfio", StringComparison.Ordinal) ? VfioAbi.Header : type.Name.StartsWith("iommu", StringComparison.Ordinal) ? IommufdAbi.Header : NvmeAbi.Header;

    private static string Layout(Type type)
    {
        var fields = WireType.Fields(type).Select(field => $"{field.Name} {WireType.OffsetOf(type, field.Name)} {WireType.SizeOf(field.FieldType)}");
        return $"{string.Join(", ", fields)} = {WireType.SizeOf(type)}";
    }
}
