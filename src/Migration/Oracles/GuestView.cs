using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>How a field that the guest can read must behave over a move.</summary>
public enum FieldClass
{
    MustEqual,

    /// <summary>Never falls.</summary>
    Monotonic,

    /// <summary>May differ, and is recorded.</summary>
    MayDiffer,
}

/// <summary>One field that the guest can read.</summary>
/// <param name="Path"><c>register.cap</c>, <c>identify.controller.sn</c>, <c>feature.07h</c>.</param>
/// <param name="Class">How it must behave.</param>
/// <param name="Value">As text.</param>
public readonly record struct GuestField(string Path, FieldClass Class, string Value);

/// <summary>
/// What the guest reads of its controller at a declared point: registers, Identify, features. Read on the source and again on the
/// destination, it must not have changed but where the table below says that it may.
/// </summary>
public sealed class GuestView
{
    // Identify Controller of the guest: path, offset, length, class. What names the function rather than the device may differ where the
    // state does not carry it: CNTLID belongs to the slot.
    private static readonly (string Path, int Offset, int Length, FieldClass Class)[] ControllerFields =
    [
        ("vid", 0, 2, FieldClass.MustEqual), ("ssvid", 2, 2, FieldClass.MustEqual), ("sn", 4, 20, FieldClass.MustEqual),
        ("mn", 24, 40, FieldClass.MustEqual), ("fr", 64, 8, FieldClass.MustEqual), ("rab", 72, 1, FieldClass.MustEqual),
        ("ieee", 73, 3, FieldClass.MustEqual), ("cmic", 76, 1, FieldClass.MustEqual), ("mdts", 77, 1, FieldClass.MustEqual),
        ("cntlid", 78, 2, FieldClass.MayDiffer), ("ver", 80, 4, FieldClass.MustEqual), ("oaes", 92, 4, FieldClass.MustEqual),
        ("ctratt", 96, 4, FieldClass.MustEqual), ("cntrltype", 111, 1, FieldClass.MustEqual), ("oacs", 256, 2, FieldClass.MustEqual),
        ("acl", 258, 1, FieldClass.MustEqual), ("aerl", 259, 1, FieldClass.MustEqual), ("frmw", 260, 1, FieldClass.MustEqual),
        ("lpa", 261, 1, FieldClass.MustEqual), ("elpe", 262, 1, FieldClass.MustEqual), ("hmpre", 272, 4, FieldClass.MustEqual),
        ("sanicap", 328, 4, FieldClass.MustEqual), ("sqes", 512, 1, FieldClass.MustEqual), ("cqes", 513, 1, FieldClass.MustEqual),
        ("maxcmd", 514, 2, FieldClass.MustEqual), ("nn", 516, 4, FieldClass.MustEqual), ("oncs", 520, 2, FieldClass.MustEqual),
        ("fuses", 522, 2, FieldClass.MustEqual), ("vwc", 525, 1, FieldClass.MustEqual), ("awun", 526, 2, FieldClass.MustEqual),
        ("sgls", 536, 4, FieldClass.MustEqual), ("subnqn", 768, 256, FieldClass.MustEqual),
    ];

    // Identify Namespace; the identifiers are a precondition of the plan and judged there.
    private static readonly (string Path, int Offset, int Length)[] NamespaceFields =
    [
        ("nsze", 0, 8), ("ncap", 8, 8), ("nsfeat", 24, 1), ("nlbaf", 25, 1), ("flbas", 26, 1), ("mc", 27, 1), ("dpc", 28, 1), ("dps", 29, 1),
        ("nmic", 30, 1), ("rescap", 31, 1), ("dlfeat", 33, 1), ("nguid", 104, 16), ("eui64", 120, 8), ("lbaf0", 128, 4),
    ];

    // Features without data, whose value is completion dword 0.
    private static readonly (byte Fid, uint Cdw11)[] Features =
    [
        (0x01, 0), (0x02, 0), (0x04, 0), (0x05, 0), (0x06, 0), (0x07, 0), (0x08, 0), (0x09, 0), (0x09, 1), (0x0A, 0), (0x0B, 0),
    ];

    private GuestView(IReadOnlyList<GuestField> fields) => Fields = fields;

    public IReadOnlyList<GuestField> Fields { get; }

    /// <summary>Reads everything through the guest's own driver. A field that is refused has the status as its value.</summary>
    public static async ValueTask<GuestView> ReadAsync(NvmeController guest, uint nsid)
    {
        var fields = new List<GuestField>();
        var function = guest.Function;
        fields.Add(new GuestField("register.cap", FieldClass.MustEqual, $"{function.Read64(Register.Cap):X}h"));
        foreach (var (name, offset) in new[] { ("vs", Register.Vs), ("cc", Register.Cc), ("csts", Register.Csts), ("aqa", Register.Aqa) })
            fields.Add(new GuestField($"register.{name}", FieldClass.MustEqual, $"{function.Read32(offset):X}h"));
        fields.Add(new GuestField("register.asq", FieldClass.MustEqual, $"{function.Read64(Register.Asq):X}h"));
        fields.Add(new GuestField("register.acq", FieldClass.MustEqual, $"{function.Read64(Register.Acq):X}h"));

        var controller = await guest.ReadBytesAsync(AdminCommand.Identify((byte)Cns.IdentifyController), 4096);
        foreach (var (path, offset, length, kind) in ControllerFields)
            fields.Add(new GuestField($"identify.controller.{path}", kind, Text(controller, offset, length)));
        var ns = await guest.ReadBytesAsync(AdminCommand.Identify((byte)Cns.IdentifyNamespace, nsid), 4096);
        foreach (var (path, offset, length) in NamespaceFields)
            fields.Add(new GuestField($"identify.namespace.{path}", FieldClass.MustEqual, Text(ns, offset, length)));
        var active = await guest.ReadBytesAsync(AdminCommand.Identify((byte)Cns.ActiveNamespaceIdList), 4096);
        fields.Add(new GuestField("identify.active-namespaces", FieldClass.MustEqual, Text(active, 0, 64)));
        foreach (var (fid, cdw11) in Features)
        {
            var value = await guest.GetFeatureAsync((FeatureId)fid, cdw11: cdw11);
            var path = cdw11 == 0 ? $"feature.{fid:X2}h" : $"feature.{fid:X2}h[{cdw11}]";
            fields.Add(new GuestField(path, FieldClass.MustEqual, value.IsOk ? $"{value.Value:X}h" : value.Answer.ToString()));
        }

        return new GuestView(fields);
    }

    /// <summary>Holds what is read after a move against what was read before.</summary>
    public static void Judge(GuestView before, GuestView after, Checks checks)
    {
        for (var i = 0; i < before.Fields.Count; i++)
        {
            var (was, now) = (before.Fields[i], after.Fields[i]);
            if (was.Class == FieldClass.MustEqual) checks.Equal("POST-10", $"guest.{was.Path}", now.Value, was.Value, "the guest reads another value after the move");
        }
    }

    private static string Text(Reading<byte[]> reading, int offset, int length) =>
        reading.IsOk ? Convert.ToHexStringLower(reading.Value.AsSpan(offset, length)) : reading.Answer.ToString();
}
