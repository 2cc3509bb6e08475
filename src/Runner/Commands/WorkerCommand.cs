using System.CommandLine;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary><c>worker</c>: what a supervisor starts; no user's business.</summary>
internal static class WorkerCommand
{
    public const string Name = "worker";
    public const string SuiteOption = "--suite";
    public const string DefectOption = "--defect";

    public static Command Create(Services services)
    {
        var command = new ExampleCommand(Name, "Run the cases that a supervisor asks for, a line each.", "") { Hidden = true };
        var suite = new Option<string?>(SuiteOption);
        var defect = new Option<string?>(DefectOption);
        command.Add(suite);
        command.Add(defect);
        command.SetAction(parsed =>
        {
            new WorkerLoop(services.Cases(parsed.GetValue(suite)), parsed.GetValue(defect), services.Time).Run();
            return (int)ExitCode.Conformant;
        });
        return command;
    }
}
