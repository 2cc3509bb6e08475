using System.CommandLine;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Display;

namespace Conformance.Runner.Commands;

/// <summary><c>plan</c>: what a run would do.</summary>
internal static class PlanCommand
{
    public static Command Create(Services services)
    {
        var command = new ExampleCommand("plan", "Show what a run would do, without doing it.", """
            ./run.sh plan smoke
            ./run.sh plan my.yaml --set guest.queues=8 --json
            """);
        var profile = new ProfileArguments();
        var json = new Option<bool>("--json") { Description = "Everything, as JSON." };
        profile.AddTo(command);
        command.Add(json);
        command.SetAction(parsed =>
        {
            if (profile.Read(parsed, services) is not { } plan) return (int)ExitCode.Usage;
            if (parsed.GetValue(json)) services.Out.WriteLine(JsonSerializer.Serialize(plan, MigrationJson.Readable.Plan));
            else PlanTable.Write(plan, services);
            return (int)ExitCode.Conformant;
        });
        return command;
    }
}
