using System.CommandLine;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Real;
using Conformance.Runner.Running;

namespace Conformance.Runner.Commands;

/// <summary>
/// <c>carry</c>: what a test bed calls in its machine; no user's business. Reading a profile, the cases that there are and the requirements, and judging by
/// them, would take an emulated processor as long as a third of the cases.
/// </summary>
internal static class CarryCommand
{
    public const string Name = "carry";

    public static Command Create(Services services)
    {
        var command = new ExampleCommand(Name, "Carry out what was decided elsewhere, and judge nothing.", "") { Hidden = true };
        var talk = new Argument<string>("FOLDER") { Description = $"Where {Errand.FileName} is, and {Carried.FileName} goes." };
        var run = new Argument<string>("RUN") { Description = "The folder of the run, for its journal." };
        command.Add(talk);
        command.Add(run);
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(talk)!;
            var errand = JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, Errand.FileName)), MigrationJson.Line.Errand)!;
            using var signals = HeldSignals.During(errand.Plan, services);
            using var real = RealSession.Begin(errand.Plan, errand.AllowDataLoss, signals?.In(services) ?? services);
            var plan = real?.Plan ?? errand.Plan;
            var session = new Session(plan, SessionOptions.Of(errand, plan), RunFolder.Existing(parsed.GetValue(run)!));
            var carried = session.Carry(real?.Services ?? services);
            File.WriteAllText(Path.Combine(folder, Carried.FileName), JsonSerializer.Serialize(carried, MigrationJson.Line.Carried));
            return (int)(real?.GiveBack() == false ? ExitCode.HarnessFailed : (ExitCode?)carried.Signal ?? ExitCode.Conformant);
        });
        return command;
    }
}
