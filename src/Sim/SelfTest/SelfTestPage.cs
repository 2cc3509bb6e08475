using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Device Self-test (Base 2.3 5.2.12.1.7).</summary>
internal sealed class SelfTestPage : LogPage
{
    public override LogId Id => LogId.DeviceSelfTest;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<DeviceSelfTestLog>(command, out length);
        var tests = c.Logs.SelfTests;
        page.Header = new() { Cdsto = new() { Code = tests.Current }, Cdstc = new() { Percentage = tests.Percentage } };
        for (var i = 0; i < SelfTests.MostResults; i++)
            page.Rds[i] = i < tests.Results.Count ? tests.Results[i] : new() { Dsts = new() { Outcome = SelfTestOutcome.Empty } };
        return Status.Success;
    }
}
