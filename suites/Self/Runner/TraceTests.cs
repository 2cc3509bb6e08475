using Conformance.Device;
using Conformance.Migration;
using Conformance.Nvme;
using Conformance.Runner;
using Conformance.Suite;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What passes between host and device, written down and read again; and that writing it down changes nothing.</summary>
[TestFixture]
internal sealed class TraceTests
{
    private TestBench _bench = null!;

    [SetUp]
    public void Open() => _bench = new TestBench();

    [TearDown]
    public void Close() => _bench.Dispose();

    [TestCase("7\tread\tPF\t1c\t4\t1", "PF: reads CSTS: 1h")]
    [TestCase("7\twrite\tPF\t1008\t4\t3", "PF: writes BAR0 1008h, doorbell of sq[1]: 3h")]
    [TestCase("7\twrite\tPF\t100c\t4\t3", "PF: writes BAR0 100ch, doorbell of cq[1]: 3h")]
    [TestCase("7\tinterrupt\tPF\t2", "PF: interrupt 2")]
    [TestCase("7\tdma-write\t01:00.1\t1000\t16\t0", "01:00.1: DMA write of 16 bytes at 1000h")]
    [TestCase("7\tcompletion\tPF\t0\t00000000000000000200000005000200", "PF: sq[0] cid 5: Invalid Command Opcode (0/01h), dword 0 0, head 2, phase 0")]
    public void A_line_says_what_its_bytes_mean(string line, string expected)
    {
        Assert.That(_bench.Run("inspect", _bench.Write("t.tsv", line + "\n")), Is.EqualTo(ExitCode.Conformant));
        Assert.That(_bench.Out, Is.EqualTo($"             7 ns  {expected}\n"));
    }

    [Test]
    public void A_command_of_migration_is_also_told_as_one_would_send_it_without_us()
    {
        var entry = MigrationCommand.GetControllerState(2, 1, 0, 48, 64) with { Cid = 9 };
        _bench.Run("inspect", _bench.Write("t.tsv", $"7\tcommand\tPF\t0\t{Convert.ToHexStringLower(Wire.Bytes(in entry))}\n"));
        Assert.That(_bench.Out, Does.Contain("sq[0] cid 9: MigrationReceive (42h)").And.Contain(
            "nvme admin-passthru /dev/nvme0 --opcode=0x42 --namespace-id=0 --cdw10=0x10000 --cdw11=0x2 --cdw12=0x40 --cdw15=0xb --data-len=48 --read\n"));
    }

    [TestCase(4u, " --cdw11=0x2 --cdw15=0x4 --data-len=16 --write --input-file=DATA")]
    [TestCase(0u, "--cdw10=0x1 --cdw11=0x2")]
    public void Only_what_has_data_is_given_some(uint dwords, string expected)
    {
        var entry = dwords == 0 ? MigrationCommand.Resume(2) : MigrationCommand.Resume(2) with { Cdw10 = 2, Cdw15 = dwords };
        Assert.That(PassthroughLine.Of(in entry), Does.EndWith(expected).And.Contain("--opcode=0x41"));
        Assert.That(PassthroughLine.Of(AdminCommand.Identify(1)), Is.Null);
    }

    [TestCase("nonsense")]
    [TestCase("7\tcommand\tPF\t0\t00")]
    [TestCase("7\tread\tPF\tzz\t4\t1")]
    public void What_is_no_line_of_a_trace_is_told_with_its_number(string line)
    {
        var path = _bench.Write("t.tsv", $"7\tinterrupt\tPF\t2\n{line}\n");
        Assert.That(_bench.Run("inspect", path), Is.EqualTo(ExitCode.Usage));
        Assert.That(_bench.Error, Is.EqualTo($"{path}:2: not a line of a trace\n"));
    }

    [Test]
    public void A_case_observes_the_same_with_a_trace_and_the_trace_has_everything()
    {
        var cases = CaseCatalogue.Load();
        var info = cases.Find("suspend/What_is_rung_while_suspended_stays_in_its_queue")!;
        using var trace = new StringWriter();
        var plain = cases.Run(info, SimulatedDevices.Default);
        var traced = cases.Run(info, SimulatedDevices.Default with { Trace = trace });
        Assert.That((traced.WorldNs, traced.Verdict), Is.EqualTo((plain.WorldNs, plain.Verdict)));
        Assert.That(traced.Journal.Observations, Is.EqualTo(plain.Journal.Observations));
        var kinds = trace.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[1]).Distinct();
        Assert.That(kinds, Is.SupersetOf(new[]
        {
            Trace.CommandKind, Trace.CompletionKind, Trace.ReadKind, Trace.WriteKind, Trace.ConfigReadKind, Trace.ConfigWriteKind, Trace.InterruptKind,
            Trace.DmaReadKind, Trace.DmaWriteKind, Trace.MapKind, Trace.AttachKind,
        }));
        Assert.That(_bench.Run("inspect", _bench.Write("t.tsv", trace.ToString())), Is.EqualTo(ExitCode.Conformant));
    }

    [Test]
    public void A_combination_observes_the_same_with_a_trace_and_the_trace_has_everything()
    {
        _bench.Runner = null;
        var profile = _bench.Write("profiles/moves.yaml", """
            # yaml-language-server: $schema=schema.json
            # Moves: for tests.
            device: { sim: { timing: { admin: 5us, read: 80us, write: 20us, other-io: 30us, suspend: 100us, resume: 100us } } }
            guest: { memory: 2MiB, region: 2MiB, queues: 1, depth: 4 }
            dwell: { before: 1ms, after: 1ms }
            combinations:
              shared: { commands: hmlm, medium: shared, cycles: 2, admin-queue: mediated }
            """);
        var (plain, traced) = (_bench.PathOf("plain"), _bench.PathOf("traced"));
        Assert.That(_bench.Run("run", profile, "--out", plain), Is.EqualTo(ExitCode.Conformant), _bench.Error);
        Assert.That(Directory.Exists(Path.Combine(plain, "traces")), Is.False);
        Assert.That(_bench.Run("run", profile, "--out", traced, "--trace"), Is.EqualTo(ExitCode.Conformant), _bench.Error);
        string Observed(string run) => File.ReadAllLines(Path.Combine(run, "journal.jsonl")).Single(line => line.StartsWith("{\"combination\"", StringComparison.Ordinal));
        Assert.That(Observed(traced), Is.EqualTo(Observed(plain)));

        Assert.That(_bench.Run("inspect", Path.Combine(traced, "traces", "shared.1.tsv")), Is.EqualTo(ExitCode.Conformant), _bench.Error);
        var told = _bench.Out.Split('\n');
        Assert.Multiple(() =>
        {
            foreach (var cycle in (int[])[1, 2])
            {
                foreach (var step in (CycleStep[])[CycleStep.Suspend, CycleStep.Save, CycleStep.Load, CycleStep.Resume, CycleStep.Verify])
                    Assert.That(told, Has.Some.EndsWith($"cycle {cycle}: -- {Words.Of(step)} begins"));
            }

            // A piece of the move by its controlling function, a guest's I/O, what the device did with it, and the guest's own admin queue, which the host keeps.
            Assert.That(told, Has.Some.Contains("MigrationSend"));
            Assert.That(told, Has.Some.Contains("Write (01h)"));
            Assert.That(told, Has.Some.Contains("DMA write of"));
            Assert.That(told, Has.Some.Contains("interrupt"));
            Assert.That(told, Has.Some.Contains("guest 1's VF: sq[0]"));
        });
    }
}
