using Conformance.Device;
using Conformance.Driver;

namespace Conformance.Migration;

/// <summary>
/// Whether the destination can carry the guest, found out before the guest is stopped or a state is asked for: formats of the state, the
/// namespace, the controller's limits and resources. What does not fit is told with its reason (LM-COMP-01, LM-COMP-02).
/// </summary>
internal sealed class Compatibility(CycleContext context)
{
    private const string Formats = "LM-COMP-02";
    private const string Capabilities = "LM-COMP-01";
    private const string Blocks = "LM-COMP-01";
    private const string Medium = "LM-MED-03";
    private const string Writers = "LM-UDT-23";

    private readonly List<(string Requirement, string Path, string Why)> _reasons = [];

    private Side Source => context.Source;

    private Side Destination => context.Destination;

    /// <summary>The state that one side would save is one that the other takes; both are told which.</summary>
    public async Task CheckFormatsAsync()
    {
        var (source, ours) = await Source.Migrator.DescribeAsync();
        UnlessNotOffered(source);
        CycleEnd.Unless(source);
        var (destination, theirs) = await Destination.Migrator.DescribeAsync();
        UnlessNotOffered(destination);
        CycleEnd.Unless(destination);
        context.Abilities = ours!;
        var carried = context.Plan.AdminQueue == AdminQueueKind.Carried;
        if (carried && !ours!.CarriesAdminQueue)
            Refuse(Formats, "compatibility.state", "the admin queue is to be carried, and the state has no part for it");
        var (format, why) = ours!.Formats.Choose(theirs!.Formats, vendorPart: carried);
        if (format is not { } common)
        {
            Refuse(Formats, "compatibility.state", why);
        }
        else
        {
            Source.Migrator.Use(common);
            Destination.Migrator.Use(common);
        }

        CheckTracking(ours!);
        if (Source.Format.Incompatible(Destination.Format) is { } misfit) Refuse(Blocks, "compatibility.namespace", misfit);
        await CheckMediumAsync();
        Judge();
    }

    /// <summary>The controllers, both of which the host has had enabled: what the guest was told on one holds on the other.</summary>
    public void CheckControllers()
    {
        if (context.Tenant.Function.IncompatibleWith(Destination.Function) is { } why) Refuse(Capabilities, "compatibility.registers", why);
        var (ours, theirs) = (Source.Identity, Destination.Identity);
        Least("compatibility.queues", "I/O queue pairs", Source.Granted, Destination.Granted);
        Least("compatibility.mdts", "bytes of the largest transfer (MDTS)", Source.LargestTransfer, Destination.LargestTransfer);
        Least("compatibility.aerl", "event requests (AERL)", ours.AerlZ + 1, theirs.AerlZ + 1);
        Least("compatibility.sqes", "the largest submission entry, 2^n bytes (SQES)", ours.Sqes.Maximum, theirs.Sqes.Maximum);
        Least("compatibility.cqes", "the largest completion entry, 2^n bytes (CQES)", ours.Cqes.Maximum, theirs.Cqes.Maximum);
        Covers("compatibility.oncs", "optional NVM commands (ONCS)", ours.Oncs.Raw, theirs.Oncs.Raw);
        Covers("compatibility.fuses", "fused operations (FUSES)", ours.Fuses.Raw, theirs.Fuses.Raw);
        if (ours.Sgls.Support != 0 && theirs.Sgls.Support == 0) Refuse(Capabilities, "compatibility.sgls", "SGLs are supported here only (SGLS)");
        Judge();
    }

    /// <summary>The namespace of a local medium: the one the guest knows, and nobody writes to it but the guest.</summary>
    private async Task CheckMediumAsync()
    {
        const string Identity = "compatibility.identity";
        if (Source.Format.Identity != Destination.Format.Identity)
        {
            var differ = $"the namespace is {Source.Format.Identity} here, {Destination.Format.Identity} there";
            // What a state carries is seen once the guest runs.
            if (context.Plan.NamespaceIdentity == NamespaceIdentity.Provisioned) Refuse(Medium, Identity, differ);
            else if (context.Plan.NamespaceIdentity == NamespaceIdentity.Differs)
                context.Checks.Add(Medium, Identity, $"the guest can see that {differ}", "differs", "the same", Verdict.Warn);
        }

        if (context.Plan.Medium != MediumSharing.Local) return;
        foreach (var side in (Side[])[Source, Destination])
        {
            var (outcome, others) = await OtherWriters.FindAsync(side.Controlling, side.Format.Nsid, side.ControllerId);
            CycleEnd.Unless(outcome);
            foreach (var other in others)
            {
                Refuse(
                    Writers, "compatibility.writers",
                    $"controller {other} of {side.Name} is attached to namespace {side.Format.Nsid} too, and what it writes is not tracked");
            }
        }
    }

    /// <summary>What a real device does not say that it has, it need not have. Of a simulated one the profile knows better.</summary>
    private void UnlessNotOffered(Outcome described)
    {
        if (!described.IsNotOffered || context.Plan.Real is null) return;
        _reasons.Add((Capabilities, "compatibility.offered", described.Reason!));
        Judge();
    }

    /// <summary>The source tracks what the plan has it track.</summary>
    private void CheckTracking(MigratorAbilities ours)
    {
        if (context.Plan is { Medium: MediumSharing.Local, Dirty: DirtySource.Tracked } && ours.BlockLimit is { } blocks)
            _reasons.Add(("LM-UDT-08", "compatibility.data-queues", $"the source cannot report changed blocks: {blocks}"));
        if (!context.Tenant.SharesMemory && ours.MemoryLimit is { } memory)
            _reasons.Add(("LM-MEM-12", "compatibility.memory-ranges", $"the source cannot report written memory: {memory}"));
    }

    private void Least(string path, string what, long ours, long theirs)
    {
        if (ours > theirs) Refuse(Capabilities, path, $"{what}: {ours} here, {theirs} there");
    }

    private void Covers(string path, string what, uint ours, uint theirs)
    {
        if ((ours & ~theirs) != 0) Refuse(Capabilities, path, $"{what}: {ours:X4}h here, {theirs:X4}h there");
    }

    private void Refuse(string requirement, string path, string why) => _reasons.Add((requirement, path, $"the destination cannot carry the guest: {why}"));

    /// <summary>Ends the cycle where anything does not fit, with all of it in the record.</summary>
    private void Judge()
    {
        foreach (var (requirement, path, why) in _reasons)
            context.Checks.Add(requirement, path, why, "differs", "fits", Verdict.NotSupported);
        if (_reasons.Count > 0) throw new CycleEnd(CycleOutcome.Refused, _reasons[0].Why);
    }
}
