using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Suite.Cases;

/// <summary>
/// States that no controller may take (Base 2.3 5.2.17.1.3): refused whole, nothing of them applied, and the state put right is taken. The
/// blob comes from another host, and nobody can vouch for it.
/// </summary>
/// <remarks>Each state is spoilt in one way. That nothing of it was applied shows in the number of queues alone.</remarks>
[Area("set-state")]
internal sealed class HostileStateCases : LoadingCase
{
    /// <summary>A way to spoil a good state of two queue pairs.</summary>
    /// <param name="Requirement">Why it must be refused.</param>
    /// <param name="Name">What is wrong with it.</param>
    /// <param name="Edit">Spoils it.</param>
    internal sealed record Spoiling(string Requirement, string Name, Func<ControllerState, ControllerState> Edit)
    {
        public override string ToString() => Name;
    }

    private static readonly Spoiling[] _orphans =
    [
        new("LM-SET-20", "SQ on a CQ that is not there", it => it.WithSq(1, q => q with { Cqid = 3 })),
        new("LM-SET-20", "SQ on CQ 0", it => it.WithSq(1, q => q with { Cqid = 0 })),
        new("LM-SET-20", "SQ on CQ FFFFh", it => it.WithSq(0, q => q with { Cqid = 0xFFFF })),
        new("LM-SET-20", "no CQ at all", it => it.With(completion: _ => [])),
        new("LM-SET-20", "CQ of the second SQ missing", it => it.With(completion: s => s.CompletionQueues[..1])),
        new("LM-SET-20", "CQ of the first SQ missing", it => it.With(completion: s => s.CompletionQueues[1..])),
    ];

    private static readonly Spoiling[] _identifiers =
    [
        new("LM-SET-21", "SQ twice", it => it.WithSq(1, q => q with { Qid = 1 })),
        new("LM-SET-21", "CQ twice", it => it.WithCq(1, q => q with { Qid = 1 }).WithSq(1, q => q with { Cqid = 1 })),
        new("LM-SET-21", "SQ 0", it => it.WithSq(0, q => q with { Qid = 0 })),
        new("LM-SET-21", "CQ 0", it => it.WithCq(0, q => q with { Qid = 0 }).WithSq(0, q => q with { Cqid = 2 })),
        new("LM-SET-21", "CQ 0 and its SQ", it => it.WithCq(0, q => q with { Qid = 0 }).WithSq(0, q => q with { Cqid = 0 })),
        new("LM-SET-21", "all SQs the same", it => it.With(submission: s => [s.SubmissionQueues[0], s.SubmissionQueues[0]])),
    ];

    private static readonly Spoiling[] _queues =
    [
        new("LM-SET-22", "SQ inside a page", it => it.WithSq(1, q => q with { Prp1 = q.Prp1 + 64 })),
        new("LM-SET-22", "SQ inside a dword", it => it.WithSq(1, q => q with { Prp1 = q.Prp1 + 1 })),
        new("LM-SET-22", "CQ inside a page", it => it.WithCq(1, q => q with { Prp1 = q.Prp1 + 2048 })),
        new("LM-SET-22", "CQ at the last entry of a page", it => it.WithCq(0, q => q with { Prp1 = q.Prp1 + 4080 })),
        new("LM-SET-22", "SQ of 65536 entries", it => it.WithSq(1, q => q with { QsizeZ = 0xFFFF })),
        new("LM-SET-22", "CQ of 65536 entries", it => it.WithCq(1, q => q with { QsizeZ = 0xFFFF })),
        new("LM-SET-22", "CQ on vector FFFFh", it => it.WithCq(1, q => q with { Attributes = q.Attributes with { Iv = 0xFFFF } })),
        new("LM-SET-22", "CQ on vector 2048", it => it.WithCq(0, q => q with { Attributes = q.Attributes with { Iv = 2048 } })),
    ];

    private static readonly Spoiling[] _versions =
    [
        new("LM-SET-25", "header of version 1", it => Headed(it, header: 1)),
        new("LM-SET-25", "header of version 8000h", it => Headed(it, header: 0x8000)),
        new("LM-SET-25", "NVMe part of version 1", it => Headed(it, nvme: 1)),
        new("LM-SET-25", "NVMe part of version 0100h", it => Headed(it, nvme: 0x100)),
    ];

    /// <summary>Submission queues whose completion queue does not come along.</summary>
    /// <remarks>A completion queue that no submission queue uses, which may be. Two queue pairs are spoilt in six ways.</remarks>
    [TestCaseSource(nameof(_orphans))]
    [Covers("LM-SET-20", "LM-SET-26")]
    public async CaseTask A_submission_queue_without_its_completion_queue_is_refused(Spoiling spoiling) =>
        await RefusedAsync(spoiling, Status.InvalidField, Status.CompletionQueueInvalid);

    /// <summary>Identifiers that cannot be.</summary>
    /// <remarks>Which of two queues with one identifier a device would keep: six ways to spoil two pairs, and all must be refused whole.</remarks>
    [TestCaseSource(nameof(_identifiers))]
    [Covers("LM-SET-21", "LM-SET-26")]
    public async CaseTask An_identifier_that_cannot_be_is_refused(Spoiling spoiling) =>
        await RefusedAsync(spoiling, Status.InvalidField);

    /// <summary>Queues that the taker cannot have.</summary>
    /// <remarks>Memory that is not mapped: no controller can know that of an address. Eight ways to spoil two pairs.</remarks>
    [TestCaseSource(nameof(_queues))]
    [Covers("LM-SET-22", "LM-SET-26")]
    public async CaseTask A_queue_that_the_taker_cannot_have_is_refused(Spoiling spoiling) =>
        await RefusedAsync(spoiling, Status.InvalidField, Status.PrpOffsetInvalid, Status.NotEnoughResources);

    /// <summary>One entry more than CAP.MQES, one vector more than the table has.</summary>
    /// <remarks>That exactly as many are taken: the state of two small queues is all that follows.</remarks>
    [TestCase("sq")]
    [TestCase("cq")]
    [TestCase("vector")]
    [Covers("LM-SET-22", "LM-SET-26")]
    public async CaseTask One_more_than_the_taker_allows_is_refused(string what)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var entries = load.To.Nvme.Capabilities.MqesZ + 1;
        Lab.Need(what == "vector" || entries <= 0xFFFF, "queues smaller than 65536 entries (CAP.MQES)");
        var bad = what switch
        {
            "sq" => load.Decoded.WithSq(0, q => q with { QsizeZ = (ushort)entries }),
            "cq" => load.Decoded.WithCq(0, q => q with { QsizeZ = (ushort)entries }),
            _ => load.Decoded.WithCq(0, q => q with { Attributes = q.Attributes with { Iv = (ushort)load.To.Function.VectorCount } }),
        };
        await RefusedAsync("LM-SET-22", load, bad.Encode(), Status.InvalidField, Status.PrpOffsetInvalid, Status.NotEnoughResources);
    }

    /// <summary>The taker has resources for fewer pairs than the state has, by one and by all but one.</summary>
    /// <remarks>Resources that fall short for one kind of queue only: a pair takes one of each.</remarks>
    [TestCase(2, 1)]
    [TestCase(4, 3)]
    [TestCase(4, 1)]
    [Covers("LM-SET-23")]
    public async CaseTask More_queues_than_the_taker_can_have_are_refused(int queues, int pairs)
    {
        var load = await CaseLoad.CreateAsync(Lab, queues, takerPairs: pairs);
        Check.Refused("LM-SET-23", "set", await load.SetAsync(load.State), Status.NotEnoughResources, Status.InvalidField);
        await HasNothingAsync("LM-SET-23", load, "refused");
        await load.Host.MustResumeAsync(load.To.Id);
        await DoesIoAsync("LM-SET-23", load.To, "resumed");
    }

    /// <summary>Queues within the number, with identifiers beyond it.</summary>
    /// <remarks>A submission queue beyond the last on a completion queue within: both of the pair lie beyond.</remarks>
    [TestCase(5)]
    [TestCase(0x100)]
    [TestCase(0xFFFF)]
    [Covers("LM-SET-23", "LM-SET-26")]
    public async CaseTask A_queue_beyond_the_last_is_refused(int qid)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        var bad = load.Decoded.WithSq(1, q => q with { Qid = (ushort)qid, Cqid = (ushort)qid }).WithCq(1, q => q with { Qid = (ushort)qid });
        await RefusedAsync("LM-SET-23", load, bad.Encode(), Status.NotEnoughResources, Status.InvalidField);
    }

    /// <summary>Other versions than 0, of which this suite and the device cannot know anything.</summary>
    /// <remarks>A version that the device lists beside 0, under an index of its own. Four others are tried.</remarks>
    [TestCaseSource(nameof(_versions))]
    [Covers("LM-SET-25", "LM-SET-26")]
    public async CaseTask A_state_of_another_version_is_refused(Spoiling spoiling) => await RefusedAsync(spoiling, Status.InvalidField);

    private static ControllerState Headed(ControllerState state, ushort header = 0, ushort nvme = 0) => new()
    {
        Header = state.Header with { Version = header }, Nvme = state.Nvme!.Value with { Version = nvme }, SubmissionQueues = state.SubmissionQueues,
        CompletionQueues = state.CompletionQueues, Vendor = state.Vendor,
    };

    private static async ValueTask RefusedAsync(Spoiling spoiling, params Status[] legal)
    {
        var load = await CaseLoad.CreateAsync(Lab);
        await RefusedAsync(spoiling.Requirement, load, spoiling.Edit(load.Decoded).Encode(), legal);
    }

    private static async ValueTask RefusedAsync(string requirement, CaseLoad load, byte[] bad, params Status[] legal)
    {
        Check.Refused(requirement, "set", await load.SetAsync(bad), legal);
        if (!await HasNothingAsync(requirement, load, "refused")) return;
        Check.That(requirement, "pieces", !(await load.SetInPiecesAsync(bad, 52)).IsOk, "a bad state was taken in pieces");
        if (!await HasNothingAsync(requirement, load, "pieces")) return;
        Check.Ok("LM-SET-26", "whole", await load.SetAsync(load.State), "after a refused load the state put right was not taken");
        await HasAllAsync("LM-SET-26", load, "whole");
    }
}
