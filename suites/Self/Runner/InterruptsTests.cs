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
    [TestCase("-INT", ExitCode.Interrupted)]
    [TestCase("-TERM", ExitCode.Terminated)]
    public void ASignalAsksTheRunToEndAndDoesNotEndTheProcess(string signal, ExitCode expected)
    {
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
}
