using System.CommandLine;
using Conformance.Runner.Real;

namespace Conformance.Runner.Commands;

/// <summary><c>undo</c>: gives back what a run on real functions took from the kernel and left that way.</summary>
internal static class UndoCommand
{
    public static Command Create(Services services)
    {
        const string About = "Give real functions back to the kernel as a run found them that came to no end: drivers, VFs, resources, namespaces.";
        var command = new ExampleCommand("undo", About, "./run.sh undo");
        var forget = new Option<bool>("--forget") { Description = "Try, and give up what cannot be taken back: of a device that is dead, or gone." };
        command.Add(forget);
        command.SetAction(parsed => (int)(RealSession.TakeBack(parsed.GetValue(forget), services) == 0 ? ExitCode.Conformant : ExitCode.Unavailable));
        return command;
    }
}
