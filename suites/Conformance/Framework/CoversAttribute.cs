using NUnit.Framework;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Commands;

namespace Conformance.Suite;

/// <summary>
/// Makes a test a case: which requirements it looks at, each of which it has to observe at least once, and how it is run - in a
/// <see cref="CaseRun"/> of its own, on one device after another until one supports it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CoversAttribute(params string[] requirements) : NUnitAttribute, IRepeatTest
{
    public IReadOnlyList<string> Requirements { get; } = requirements;

    /// <summary>It looks at commands that fail: devices that are made to fail come first, since the others can only say that nothing failed.</summary>
    public bool OfFailures { get; init; }

    public TestCommand Wrap(TestCommand command) => new CaseCommand(command, OfFailures);

    private sealed class CaseCommand(TestCommand inner, bool ofFailures) : DelegatingTestCommand(inner)
    {
        public override TestResult Execute(TestExecutionContext context)
        {
            var settings = CaseSettings.Current;
            var info = CaseInfo.Of(Test);
            Migration.CaseRecord? record = null;
            foreach (var device in settings.Devices.OrderByDescending(it => ofFailures && it.IsMadeToFail))
            {
                context.CurrentResult = context.CurrentTest.MakeTestResult();
                var next = RunOn(device, info, settings, context);
                next = next with { Random = next.Random || record is { Random: true } };
                var saysNothing = device.IsMadeToFail && next.Verdict == Migration.Verdict.Inconclusive && record is not null;
                record = saysNothing ? record! with { Random = next.Random } : next;
                if (record.Verdict != Migration.Verdict.NotSupported) break;
            }

            record ??= Migration.CaseRecord.Without(info.Id, Migration.Verdict.Skipped, "there is no device");
            settings.Ended?.Invoke(record);
            Tell(context.CurrentResult, record);
            return context.CurrentResult;
        }

        private Migration.CaseRecord RunOn(CaseDevice device, CaseInfo info, CaseSettings settings, TestExecutionContext context)
        {
            using var run = CaseRun.Begin(info, device, settings);
            try
            {
                innerCommand.Execute(context);
            }
            catch (Exception e)
            {
                run.Fault(e is NUnitException { InnerException: { } inner } ? inner : e);
            }

            // What NUnit itself found wrong with the test, a case that is not asynchronous included.
            if (context.CurrentResult.ResultState.Status is TestStatus.Failed or TestStatus.Skipped)
                run.Fault(new InvalidOperationException(context.CurrentResult.Message));
            return run.End();
        }

        /// <summary>A verdict in NUnit's words, for those who run cases as tests: what the suite's own waivers excuse is skipped.</summary>
        private static void Tell(TestResult result, Migration.CaseRecord record)
        {
            var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            record = Waived.Apply(WaiverFile.Shipped, [record], static _ => true, today).Cases[0];
            var state = record.Verdict switch
            {
                Migration.Verdict.Pass => ResultState.Success,
                Migration.Verdict.Warn => ResultState.Warning,
                Migration.Verdict.NotSupported or Migration.Verdict.Waived or Migration.Verdict.Skipped => ResultState.Ignored,
                _ => ResultState.Failure,
            };
            result.SetResult(state, record.Verdict == Migration.Verdict.Pass ? "" : record.ToString());
        }
    }
}
