namespace Conformance.Self;

/// <summary>The assertions of the reference, written down a second time: how many there are, and how certain each is.</summary>
internal static class ReferenceRows
{
    /// <summary>247 of the NVMe standard, 98 of the vendor series and its thread, 150 of VFIO.</summary>
    public static IReadOnlyList<string> All { get; } = Expand(
        "DISC 1-17", "SUSP 1-27", "RES 1-11", "GET 1-25", "SET 1-29", "MEM 1-26", "CDQ 1-45", "REJ 1-18", "RST 1-11", "VIRT 1-24",
        "POST 1-14", "V 1-98", "VF 1-150");

    /// <summary>Rows of the NVMe standard that no text states: inferred, seen in code, or common knowledge.</summary>
    public static IReadOnlyList<string> Inferred { get; } = Expand(
        "DISC 6 11-14 16-17", "SUSP 5 10 15-16 23-24 27", "RES 2 9 11", "GET 7-8 15 18-19", "SET 8 19-24 27", "MEM 21", "CDQ 21 27",
        "REJ 7 13-17", "RST 5 7 10-11", "VIRT 16-18 24", "POST 1-2 5 7-11 13-14");

    /// <summary>Rows of the NVMe standard whose effect is stated, and whose status or figure is not.</summary>
    public static IReadOnlyList<string> EffectOnly { get; } = Expand(
        "DISC 5 8", "SUSP 8 11 14 17 25", "RES 4 8", "GET 5-6 23", "SET 1-2 5-6 25 29", "MEM 25", "CDQ 12 22 34", "REJ 3-4", "RST 3",
        "VIRT 1 14 21", "POST 4");

    /// <summary>Items of the vendor series and its thread that no source states.</summary>
    public static IReadOnlyList<string> VendorInferred { get; } =
        Expand("V 11-12 17 23-24 29 33-36 46-47 51 56-57 66-68 70-73 78 81 89 92-96");

    /// <summary>VFIO: what the text of the user API says a device must do.</summary>
    public static IReadOnlyList<string> VfioMust { get; } = Expand(
        "VF 1-4 12-13 15-16 18-28 30 32 34-42 44-46 50-52 55-57 59-64 66-71 73-78",
        "VF 82 84-88 90-91 95-100 102-103 107 109-114 119 121-123 133 137-143");

    /// <summary>VFIO: what the kernel's code does.</summary>
    public static IReadOnlyList<string> VfioCode { get; } =
        Expand("VF 5-11 14 17 29 31 33 48-49 65 72 81 89 92-94 101 104 125-128 132 134");

    /// <summary>VFIO: what a profile decides.</summary>
    public static IReadOnlyList<string> VfioProfile { get; } = Expand("VF 47 54 58 79-80 83 115-116 118 120 131 136 147-148 150");

    /// <summary>VFIO: what is asked of this suite.</summary>
    public static IReadOnlyList<string> VfioHarness { get; } = Expand("VF 43 105-106 108 117 124 129-130 135 144-146 149");

    private static string[] Expand(params string[] groups) => [.. groups.SelectMany(Group)];

    private static IEnumerable<string> Group(string group)
    {
        var words = group.Split(' ');
        return from word in words.Skip(1)
               let ends = word.Split('-')
               let first = int.Parse(ends[0])
               from number in Enumerable.Range(first, int.Parse(ends[^1]) - first + 1)
               select words[0] switch
               {
                   "V" => $"V{number}",
                   "VF" => $"VF-{number}",
                   var area => $"{area}-{number:00}",
               };
    }
}
