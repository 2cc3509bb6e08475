using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Conformance.Runner.Commands;

/// <summary>A command whose help ends in examples.</summary>
internal sealed class ExampleCommand(string name, string description, string examples) : Command(name, description)
{
    public string Examples => examples;
}

/// <summary>The library's help, and then the examples of the command that was asked about.</summary>
internal sealed class ExampleHelp(HelpAction help, string rootExamples) : SynchronousCommandLineAction
{
    public static void AddTo(RootCommand root, string examples)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new ExampleHelp((HelpAction)option.Action!, examples);
    }

    /// <summary>Who asks for help need not say the rest.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var examples = parseResult.CommandResult.Command is ExampleCommand command ? command.Examples : rootExamples;
        output.WriteLine("Examples:");
        foreach (var line in examples.Split('\n')) output.WriteLine($"  {line}");
        return code;
    }
}
