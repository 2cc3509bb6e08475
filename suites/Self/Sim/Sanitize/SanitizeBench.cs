using Conformance.Device;
using Conformance.Nvme;
using Conformance.Self.Sim.Logs;
using Conformance.Self.Sim.Migration;
using NUnit.Framework;

namespace Conformance.Self.Sim.Sanitize;

/// <summary>A side whose sanitize operations take 10 ms, and commands about them.</summary>
internal static class SanitizeBench
{
    public const long Duration = 10_000_000;

    public static SimulatedPairOptions Of(SimulatedSanitize? sanitize = null, SimulatedNamespace? ns = null) => new()
    {
        Device = new()
        {
            Sanitize = sanitize ?? new(),
            Timing = new() { Sanitize = new(Duration) },
            Namespaces = [ns ?? new(), new() { AttachedTo = [0, 2] }],
        },
    };

    public static void Run(Func<MigrationBench, Task> body, SimulatedSanitize? sanitize = null, SimulatedNamespace? ns = null) =>
        MigrationBench.Run(body, Of(sanitize, ns));

    public static SubmissionEntry Sanitize(
        SanitizeAction action, bool keep = false, bool unrestricted = false, bool verify = false, byte passes = 0, uint pattern = 0) =>
        new SanitizeFields(AdminCommand.Sanitize(action, passes, pattern))
        {
            NoDeallocate = keep, AllowUnrestrictedExit = unrestricted, EnterMediaVerification = verify,
        }.Entry;

    public static Task<SanitizeStatusLog> SanitizeStatus(this RawHost host, uint nsid = 0) =>
        host.Log<SanitizeStatusLog>(LogId.SanitizeStatus, nsid: nsid);

    /// <summary>Lets an operation end.</summary>
    public static async Task Pass(this MigrationBench bench) => await bench.Rig.World.After(Duration);

    /// <summary>What the first bytes of a block read as.</summary>
    public static async Task<uint> Word(this MigrationBench bench, ulong lba)
    {
        Assert.That((await bench.Vf.Io(bench.Io, NvmCommand.Read(1, lba, 0), bench.Data)).Status, Is.EqualTo(Status.Success));
        return bench.Vf.Memory.Load<uint>(bench.Data);
    }

    public static async Task<Status> Read(this MigrationBench bench, uint nsid = 1) =>
        (await bench.Vf.Io(bench.Io, NvmCommand.Read(nsid, 0, 0), bench.Data)).Status;
}
