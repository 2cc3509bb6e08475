using System.Diagnostics;
using Conformance.Runner;
using Conformance.Runner.Running;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>
/// Real signals, sent to this process. What it cannot see: that a second signal ends the process, as it would end the tests.
/// </summary>
[TestFixture]
[NonParallelizable]
public sealed class InterruptsTests
{
    [TestCase("-INT", 2, ExitCode.Interrupted)]
    [TestCase("-TERM", 15, ExitCode.Terminated)]
    public void ASignalAsksTheRunToEndAndDoesNotEndTheProcess(string signal, int number, ExitCode expected)
    {
        if (IsIgnored(number)) Assert.Ignore($"This process was started with signal {number} ignored, as a shell starts what goes to the background.");
        using var heard = new ManualResetEventSlim();
        ExitCode? code = null;
        using (Interrupts.Listen(it =>
               {
                   code = it;
                   heard.Set();
               }))
        {
            using var kill = Process.Start("kill", [signal, Environment.ProcessId.ToString()]);
            kill.WaitForExit();
            Assert.That(heard.Wait(TimeSpan.FromSeconds(10)), Is.True);
        }

        Assert.That(code, Is.EqualTo(expected));
    }

    /// <summary>While something is to be given back a signal is a request, to whoever listens then or later, however often it comes.</summary>
    [TestCase("-INT", 2, ExitCode.Interrupted)]
    [TestCase("-HUP", 1, ExitCode.Terminated)]
    public void WhatIsHeldEndsNothingAndIsToldToWhoListensLater(string signal, int number, ExitCode expected)
    {
        if (IsIgnored(number)) Assert.Ignore($"This process was started with signal {number} ignored, as a shell starts what goes to the background.");
        var said = new StringWriter();
        using var held = new HeldSignals(said);
        using var heard = new SemaphoreSlim(0);
        var codes = new List<ExitCode>();
        void Stop(ExitCode code)
        {
            codes.Add(code);
            heard.Release();
        }

        void Send()
        {
            using var kill = Process.Start("kill", [signal, Environment.ProcessId.ToString()]);
            kill.WaitForExit();
        }

        using (held.Listen(Stop))
        {
            Send();
            Assert.That(heard.Wait(TimeSpan.FromSeconds(10)));
        }

        using (held.Listen(Stop)) Assert.That(codes, Is.EqualTo(new[] { expected, expected }), "who listens later is told at once");
        Assert.That(said.ToString(), Is.Empty);
        // A second one ends a process that does not hold it.
        held.Ask(expected);
        Assert.That(codes, Has.Count.EqualTo(2), "nobody listens any more");
        Assert.That(said.ToString(), Does.Contain("given back first"));
    }

    private static bool IsIgnored(int signal)
    {
        const string field = "SigIgn:";
        var mask = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return mask is not null && ((Convert.ToUInt64(mask[field.Length..].Trim(), 16) >> (signal - 1)) & 1) != 0;
    }
}
