using Conformance.Device;
using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Migration;

/// <summary>
/// Controllers, besides the one that moves and the one that copies, to which a namespace is attached and which run: what they write is in no
/// report of the one that moves (NVM Command Set 5.6).
/// </summary>
internal static class OtherWriters
{
    /// <summary>Their identifiers, ascending. A secondary controller that is offline writes nothing; any other may.</summary>
    public static async ValueTask<(Outcome Outcome, List<ushort> Others)> FindAsync(ControllingFunction controlling, uint nsid, ushort moved)
    {
        var attached = await ListAsync(controlling, nsid, [moved, controlling.Identity.Cntlid]);
        if (!attached.Outcome.IsOk || attached.Others.Count == 0) return attached;
        var secondaries = await new SecondaryControllers(controlling.Client).ListAsync();
        if (secondaries.Answer.Outcome == TicketOutcome.Unknown) return (Outcome.Of("Identify Secondary Controller List", secondaries.Answer), []);
        // Where there is no such list nobody can say that one is offline.
        if (!secondaries.IsOk) return attached;
        attached.Others.RemoveAll(id => secondaries.Value.Any(entry => entry.Scid == id && !entry.Scs.Online));
        return attached;
    }

    /// <summary>Every controller that the namespace is attached to but for some.</summary>
    public static async ValueTask<(Outcome Outcome, List<ushort> Others)> ListAsync(ControllingFunction controlling, uint nsid, ushort[] but)
    {
        var list = await controlling.Client.IdentifyAsync<ControllerList>(Cns.NamespaceAttachedControllerList, nsid);
        if (!list.IsOk) return (Outcome.Of($"Identify, controllers attached to namespace {nsid}", list.Answer), []);
        var others = new List<ushort>();
        for (var i = 0; i < Math.Min((int)list.Value.Numid, ControllerList.Capacity); i++)
        {
            if (!but.Contains(list.Value.Ids[i])) others.Add(list.Value.Ids[i]);
        }

        return (Outcome.Ok, others);
    }
}
