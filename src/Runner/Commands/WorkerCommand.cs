using System.CommandLine;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>worker</c>: what a supervisor starts; no user's business.</summary>
internal static class WorkerCommand
{
    public const string Name = "worker";
    public const string SuiteOption = "--suite";

    public static Command Create(Services services)
    {
        var command = new ExampleCommand(Name, "Run the cases that a supervisor asks for, a line each.", "") { Hidden = true };
        var suite = new Option<string?>(SuiteOption);
        command.Add(suite);
        command.SetAction(parsed =>
        {
            new WorkerLoop(services.Cases(parsed.GetValue(suite)), services.Time).Run();
            return (int)ExitCode.Conformant;
        });
        return command;
    }
}
