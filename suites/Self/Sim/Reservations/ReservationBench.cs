using Conformance.Device;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self.Sim.Reservations;

/// <summary>Three hosts, each with a controller of its own, that share one namespace; reservation commands in a word each.</summary>
internal sealed class ReservationBench
{
    private ReservationBench(Rig rig, Member[] hosts) => (Rig, Hosts) = (rig, hosts);

    public Rig Rig { get; }

    /// <summary>Host i has the identifier 0xA + i and, where it registers, the key 0x10 + i.</summary>
    public Member[] Hosts { get; }

    public static void Run(Func<ReservationBench, Task> body, SimulatedDevice? device = null) => Rig.Run(
        async rig =>
        {
            var pf = await rig.Pf(rig.Pair.Source);
            Member[] hosts = [await Member.Of(pf, 0), await Member.Of(await rig.Vf(pf, 1), 1), await Member.Of(await rig.Vf(pf, 2), 2)];
            foreach (var host in hosts) await host.Identify();
            await body(new ReservationBench(rig, hosts));
        },
        new SimulatedPairOptions { Device = device ?? new() });

    public async Task RegisterAll()
    {
        foreach (var host in Hosts) await host.Must(host.Register());
    }

    /// <summary>One of the hosts.</summary>
    internal sealed class Member(RawHost raw, RawQueue io, int index)
    {
        private readonly long _data = raw.Take(8192);

        public RawHost Raw { get; } = raw;

        public RawQueue Queue { get; } = io;

        public ulong Id => 0xA + (ulong)index;

        public ulong Key => 0x10 + (ulong)index;

        public static async Task<Member> Of(RawHost raw, int index) => new(raw, await raw.CreateQueues(1), index);

        public async Task Identify(bool extended = true)
        {
            Raw.Memory.Store(_data, (UInt128)Id);
            await Raw.Must(
                AdminCommand.SetFeatures((byte)FeatureId.HostIdentifier, new HostIdentifierFeature { Extended = extended }.Raw), _data);
        }

        public (SubmissionEntry Entry, ReservationKeys Keys) Register(ulong? key = null, byte persistence = 0) =>
            (NvmCommand.ReservationRegister(1, (byte)RegisterAction.Register, changePersistence: persistence), new() { NrkeyOrPrkey = key ?? Key });

        public (SubmissionEntry Entry, ReservationKeys Keys) Unregister(ulong? current = null, bool ignore = false) =>
            (NvmCommand.ReservationRegister(1, (byte)RegisterAction.Unregister, ignore), new() { Crkey = current ?? Key });

        public (SubmissionEntry Entry, ReservationKeys Keys) Replace(ulong key, ulong? current = null, bool ignore = false) =>
            (NvmCommand.ReservationRegister(1, (byte)RegisterAction.Replace, ignore), new() { Crkey = current ?? Key, NrkeyOrPrkey = key });

        public (SubmissionEntry Entry, ReservationKeys Keys) Acquire(ReservationType type, ulong? current = null) =>
            (NvmCommand.ReservationAcquire(1, (byte)AcquireAction.Acquire, (byte)type), new() { Crkey = current ?? Key });

        public (SubmissionEntry Entry, ReservationKeys Keys) Preempt(ReservationType type, ulong key, bool aborts = false) =>
            (NvmCommand.ReservationAcquire(1, (byte)(aborts ? AcquireAction.PreemptAndAbort : AcquireAction.Preempt), (byte)type),
                new() { Crkey = Key, NrkeyOrPrkey = key });

        public (SubmissionEntry Entry, ReservationKeys Keys) Release(ReservationType type) =>
            (NvmCommand.ReservationRelease(1, (byte)ReleaseAction.Release, (byte)type), new() { Crkey = Key });

        public (SubmissionEntry Entry, ReservationKeys Keys) Clear() =>
            (NvmCommand.ReservationRelease(1, (byte)ReleaseAction.Clear, 0), new() { Crkey = Key });

        public Task Must((SubmissionEntry Entry, ReservationKeys Keys) command) => Expect(command, Status.Success);

        public async Task Expect((SubmissionEntry Entry, ReservationKeys Keys) command, Status status)
        {
            Raw.Memory.Store(_data, command.Keys);
            Assert.That((await Raw.Io(Queue, command.Entry, _data)).Status, Is.EqualTo(status), $"host {index}: {(NvmOpcode)command.Entry.Opcode}");
        }

        /// <summary>The status of an I/O command with a data buffer.</summary>
        public async Task<Status> Io(SubmissionEntry entry) => (await Raw.Io(Queue, entry, _data + 4096)).Status;

        /// <summary>What Reservation Report says, and the registrants with their identifiers.</summary>
        public async Task<(ReservationStatusHeader Header, ExtendedRegistrant[] Registrants)> Report(uint nsid = 1)
        {
            Assert.That(await Io(NvmCommand.ReservationReport(nsid, 1024)), Is.EqualTo(Status.Success));
            var header = Raw.Memory.Load<ReservationStatusHeader>(_data + 4096);
            var first = _data + 4096 + ReservationStatusHeader.ExtendedSize;
            return (header, [.. Enumerable.Range(0, header.Regstrnt).Select(i => Raw.Memory.Load<ExtendedRegistrant>(first + (i * ExtendedRegistrant.Size)))]);
        }

        /// <summary>The next Reservation Notification.</summary>
        public async Task<ReservationNotificationLog> Notification()
        {
            var at = _data + 4096;
            await Raw.Must(AdminCommand.GetLogPage((byte)LogId.ReservationNotification, ReservationNotificationLog.Size), at);
            return Raw.Memory.Load<ReservationNotificationLog>(at);
        }
    }
}
