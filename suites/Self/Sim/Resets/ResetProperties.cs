using Conformance.Nvme;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Conformance.Self.Sim.Resets;

/// <summary>
/// Whatever a host does in whatever order, the device never hangs, nothing of before a reset reaches memory after it, and it comes back
/// usable. What this cannot see: two hosts that do different things at the same instant (see <c>RealClockTests</c>).
/// </summary>
[TestFixture]
internal sealed class ResetProperties
{
    /// <param name="Kind">What is done.</param>
    /// <param name="Way">Where it is a reset.</param>
    /// <param name="Pause">us before the next one.</param>
    private sealed record Step(Kind Kind, Way Way, int Pause);

    private enum Kind
    {
        Burst,
        AskForEvent,
        WrongDoorbell,
        Suspend,
        Resume,
        LoadHalfAState,
        TrackMemory,
        LogUserData,
        DeleteQueue,
        MaskInterrupts,
        Unreachable,
        Reset,
    }

    private static Gen<Step> Steps =>
        from kind in Gen.Frequency(
            (5, Gen.Constant(Kind.Burst)),
            (4, Gen.Constant(Kind.Reset)),
            (8, Gen.Elements(Enum.GetValues<Kind>())))
        from way in Gen.Elements(Enum.GetValues<Way>())
        from pause in Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Choose(1, 300)))
        select new Step(kind, way, pause);

    [Test]
    public void A_device_is_silent_after_every_reset_and_comes_back() => Holds.ForLists(Steps, 16, 60, seed: 11, steps =>
    {
        try
        {
            ResetBench.Run(async bench =>
            {
                foreach (var step in steps)
                {
                    await Do(bench, step);
                    await bench.Rig.World.After(step.Pause * 1_000L);
                }

                await Reset(bench, steps[^1].Way);
                await bench.Works();
            });
            return null;
        }
        catch (AssertionException wrong)
        {
            return $"{string.Join(", ", steps)}: {wrong.Message}";
        }
    });

    private static async Task Do(ResetBench bench, Step step)
    {
        var (pf, vf) = (bench.Pf, bench.Vf);
        switch (step.Kind)
        {
            case Kind.Burst:
                bench.Burst(1 + (step.Pause % 7));
                break;
            case Kind.AskForEvent:
                vf.Submit(vf.Admin, AdminCommand.AsyncEventRequest());
                break;
            case Kind.WrongDoorbell:
                vf.Function.Write32(Register.SqTailDoorbell(1, 0), 0xFFFF);
                break;
            case Kind.Suspend:
                // Waits for what is under way; whatever it was, it is answered.
                await pf.Do(MigrationCommand.Suspend(bench.C));
                break;
            case Kind.Resume:
                await pf.Do(MigrationCommand.Resume(bench.C));
                break;
            case Kind.LoadHalfAState:
                await pf.Do(
                    MigrationCommand.SetControllerState(bench.C, 1, 0, 64, sequence: SequenceIndicator.First), pf.Take(4096));
                break;
            case Kind.TrackMemory:
                var ranges = new byte[TrackMemoryChanges.Length(1)];
                TrackMemoryChanges.Write(ranges, 0, [new() { Saddr = vf.Base, Len = 16 }]);
                var page = pf.Take(4096);
                pf.Memory.Write(page, ranges);
                await pf.Do(MigrationCommand.TrackMemory(bench.C, start: true), page);
                break;
            case Kind.LogUserData:
                var queue = await pf.Do(MigrationCommand.CreateUserDataMigrationQueue(bench.C, 16), pf.Take(4096));
                if (queue.Status.IsSuccess) await pf.Do(MigrationCommand.LogUserDataChanges((ushort)queue.Dw0, LoggingAction.Start));
                break;
            case Kind.DeleteQueue:
                vf.Submit(vf.Admin, AdminCommand.DeleteIoSq(1));
                break;
            case Kind.MaskInterrupts:
                var control = Capability.Find(vf.Function, Capability.Msix) + 2;
                vf.Function.WriteConfig(control, 2, vf.Function.ReadConfig(control, 2) ^ 0x4000);
                break;
            case Kind.Unreachable:
                vf.Submit(bench.Io, NvmCommand.Read(1, 0, 0) with { Prp1 = 0xDEAD_0000 });
                break;
            default:
                await Reset(bench, step.Way);
                break;
        }
    }

    private static async Task Reset(ResetBench bench, Way way)
    {
        await bench.Do(way);
        await bench.IsSilent();
        await bench.BringBack(way);
    }
}
