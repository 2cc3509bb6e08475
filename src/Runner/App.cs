using System.CommandLine;
using Conformance.Migration;
using Conformance.Runner.Commands;
using Conformance.Runner.Real;

namespace Conformance.Runner;

/// <summary>The program: its commands, and the promise that no mistake of a user and no failure of ours shows a stack trace.</summary>
public static class App
{
    private const string Description = """
        Conformance and performance of NVMe live migration.

        Exit codes: 0 conformant, 1 non-conformant, 2 inconclusive, 3 a gate did not hold, 4 unexpected pass,
        64 wrong arguments or profile, 69 device not available, 70 the suite failed, 130 and 143 interrupted.
        """;

    private const string Examples = """
        ./run.sh                                      run profiles/smoke.yaml
        ./run.sh run soak --seed 7                    a shipped profile, with another seed
        ./run.sh run my.yaml --set guest.depth=32     with a value of the profile changed
        ./run.sh run conformance                      what a device is held to, requirement by requirement
        ./run.sh plan local-medium                    what would be done
        ./run.sh explain LM-SUSP-04                   what is asked, who says so, which cases look at it
        ./run.sh defects                              does the suite notice each planted bug?
        ./run.sh compare reports/A reports/B          verdicts and figures that changed
        ./run.sh inspect before.bin after.bin         what differs between two saved states
        ./run.sh report reports/RUN                   make the page and the plots of a run again
        ./run.sh bundle reports/RUN --key mine.pem    a run as one file, signed
        ./run.sh verify RUN.zip                       do its verdicts follow from what was observed?
        ./run.sh testbed --exec list                  this program in a virtual machine with emulated controllers
        ./run.sh probe                                which real devices could be tested here
        ./run.sh test                                 the tests of the suite itself
        """;

    public static ExitCode Run(IReadOnlyList<string> arguments, Services services)
    {
        var root = new RootCommand(Description) { HelpName = "./run.sh" };
        root.Add(RunCommand.Create(services, arguments));
        root.Add(PlanCommand.Create(services));
        root.Add(DefectsCommand.Create(services));
        root.Add(CompareCommand.Create(services));
        root.Add(BaselineCommand.Create(services));
        root.Add(HistoryCommand.Create(services));
        root.Add(CalibrateCommand.Create(services));
        root.Add(InspectCommand.Create(services));
        root.Add(ReportCommand.Create(services));
        root.Add(BundleCommand.Create(services));
        root.Add(VerifyCommand.Create(services));
        root.Add(ListCommand.Create(services));
        root.Add(ExplainCommand.Create(services));
        root.Add(ProbeCommand.Create(services));
        root.Add(UndoCommand.Create(services));
        root.Add(SchemaCommand.Create(services));
        root.Add(TestbedCommand.Create(services, arguments));
        root.Add(WorkerCommand.Create(services));
        root.Add(CarryCommand.Create(services));
        ExampleHelp.AddTo(root, Examples);

        // A word that begins with @ is a word.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            var commands = root.Subcommands.Select(command => command.Name);
            if (arguments.Count > 0 && !arguments[0].StartsWith('-') && !commands.Contains(arguments[0], StringComparer.Ordinal))
                services.Error.WriteLine($"there is no command '{arguments[0]}'; the nearest is '{Nearest.To(arguments[0], commands)}'");
            else services.Error.WriteLine(parsed.Errors[0].Message);
            services.Error.WriteLine("see ./run.sh --help");
            return ExitCode.Usage;
        }

        try
        {
            return (ExitCode)parsed.Invoke(new InvocationConfiguration
            {
                Output = services.Out, Error = services.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            });
        }
        catch (UsageException e)
        {
            services.Error.WriteLine(e.Message);
            return ExitCode.Usage;
        }
        catch (UnavailableException e)
        {
            services.Error.WriteLine(e.Message);
            return ExitCode.Unavailable;
        }
        catch (Exception e)
        {
            services.Error.WriteLine($"the suite itself failed: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            services.Error.WriteLine(HarnessError.Keep(services, e));
            return ExitCode.HarnessFailed;
        }
    }
}

/// <summary>What a user asked for cannot be: told in one line, exit 64. Thrown before anything ran.</summary>
public sealed class UsageException(string message) : Exception(message);
