using System.CommandLine;

namespace Conformance.Runner.Commands;

/// <summary><c>list</c>: what can be run.</summary>
internal static class ListCommand
{
    public static Command Create(Services services)
    {
        var command = new ExampleCommand(
            "list", "List the shipped profiles and the defects that can be planted in the simulated device.", "./run.sh list");
        command.SetAction(_ =>
        {
            services.Out.WriteLine("Profiles:");
            foreach (var (name, description) in Shipped.All(services.Root)) Write(services, name, description);
            services.Out.WriteLine();
            services.Out.WriteLine("Defects (run PROFILE --defect NAME):");
            foreach (var (name, description) in services.Defects) Write(services, name, description);
            if (services.Defects.Count == 0) services.Out.WriteLine("  none");
            return (int)ExitCode.Conformant;
        });
        return command;
    }

    private static void Write(Services services, string name, string description) =>
        services.Out.WriteLine($"  {name,-24} {FirstSentence(description)}");

    private static string FirstSentence(string text)
    {
        var end = text.IndexOfAny(['.', '?']);
        return end < 0 ? text : text[..(end + 1)];
    }
}
