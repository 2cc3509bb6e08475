using System.CommandLine;
using Conformance.Migration;

namespace Conformance.Runner.Commands;

/// <summary><c>schema</c>: the JSON schema of profiles.</summary>
internal static class SchemaCommand
{
    public static Command Create(Services services)
    {
        var command = new ExampleCommand("schema", "Print the JSON schema of profiles.", "./run.sh schema > profiles/schema.json");
        command.SetAction(_ =>
        {
            services.Out.Write(ProfileSchema.Write());
            return (int)ExitCode.Conformant;
        });
        return command;
    }
}
