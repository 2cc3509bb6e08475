using Conformance.Driver;
using Conformance.Nvme;

namespace Conformance.Suite;

/// <summary>The guest of an NVMe controller that carries its admin queue along; its work are Flush commands in one I/O queue.</summary>
public sealed class NvmeVfioGuest(CaseVf vf) : VfioGuest
{
    /// <summary>Vector of the guest's I/O queue.</summary>
    public const int Vector = 1;

    private CaseQueue? _queue;
    private int _expected;

    public override CaseVf Vf => vf;

    public override CaseQueue Queue => _queue ?? throw new InvalidOperationException("The work was not begun.");

    public override async ValueTask<VfioGuest> BesideAsync(int number) =>
        new NvmeVfioGuest(await vf.Host.BringUpAsync(number, enable: false, ram: vf.Ram, carried: true));

    public override async ValueTask BeginAsync() => _queue = await vf.CreateQueueAsync(vector: Vector);

    public override async ValueTask<bool> WorksAsync() => await Queue.DoAsync(NvmCommand.Flush(1)) is { } done && done.Status == Status.Success;

    /// <summary>Read commands of one block.</summary>
    public override async ValueTask PutUnderWayAsync(int pieces)
    {
        var data = vf.Buffer(4096);
        _expected = Queue.Taken.Count + pieces;
        Queue.Burst(pieces, i => Queue.WithData(NvmCommand.Read(1, (ulong)i, 0), data));
        await vf.Host.World.After(2_000);
    }

    public override async ValueTask<bool> EndsOnceAsync() =>
        await Queue.ReachesAsync(_expected) && Queue.Taken.Count == _expected && Queue.Taken.All(it => it.Status == Status.Success);

    /// <summary>CC.EN is 0.</summary>
    public override bool? IsFresh => !new ControllerConfiguration(vf.Function.Read32(Register.Cc)).En;

    /// <summary>An admin command is answered.</summary>
    public override async ValueTask<bool> AnswersAsync()
    {
        var ticket = vf.Nvme.Admin.Submit(AdminCommand.GetFeatures((byte)FeatureId.NumberOfQueues));
        var answered = await vf.Host.Lab.ReachesAsync(() => ticket.IsDone, 10_000_000);
        if (answered) vf.Nvme.Admin.Release(ticket);
        return answered;
    }

    public override void Enable() => PciConfig.Enable(vf.Function);

    public override async ValueTask<bool> ComesUpAsync()
    {
        vf.Nvme.Forget();
        PciConfig.Enable(vf.Face);
        return (await vf.Nvme.StartAsync()).IsOk && await AnswersAsync();
    }

    public override void MoveTo(VfioGuest other) => vf.MoveTo(other.Vf);
}
