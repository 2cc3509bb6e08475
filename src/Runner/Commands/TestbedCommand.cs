using System.CommandLine;
using System.Text.Json;
using Conformance.Device;
using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Testbed;

namespace Conformance.Runner.Commands;

/// <summary><c>testbed</c>: runs a profile in a virtual machine with emulated NVMe controllers.</summary>
internal static class TestbedCommand
{
    private const string ShippedProfile = "testbed";
    private const string SampleProfile = "mtty";

    /// <summary>In a report: what was said to the machine and back, and what tells how its boot went.</summary>
    private const string Talk = "testbed";

    public static Command Create(Services services, IReadOnlyList<string> arguments)
    {
        const string About = "Run a profile in a virtual machine: a stock Linux kernel with its own nvme and vfio-pci, and emulated NVMe controllers with SR-IOV.";
        var command = new ExampleCommand("testbed", About, """
            ./run.sh testbed                                        profiles/testbed.yaml
            ./run.sh testbed my.yaml -- --only 'reset/*'            words of run behind --
            ./run.sh testbed --mtty                                 profiles/mtty.yaml, on the kernel's sample of a migratable device
            ./run.sh testbed --exec probe                           another word of this program, in the machine
            ./run.sh testbed --shell 'ls -l /sys/bus/pci/devices'   whatever is to be looked at there
            ./run.sh testbed --qemu ~/qemu/build/qemu-system-x86_64 --qemu-args '-global nvme.hmlms=on'
            """);
        var words = new Argument<string[]>("PROFILE") { Description = $"A profile, default {ShippedProfile}, or {SampleProfile} with --mtty; behind -- words of run.", Arity = ArgumentArity.ZeroOrMore };
        var exec = new Option<string?>("--exec") { Description = "Instead of run these words of the program.", HelpName = "WORDS" };
        var shell = new Option<string?>("--shell") { Description = "Instead of the program this line of shell; in it conformance is the program.", HelpName = "LINE" };
        var qemu = new Option<string?>("--qemu") { Description = "Another emulator than Debian's.", HelpName = "BINARY" };
        var qemuArgs = new Option<string?>("--qemu-args") { Description = "More words for the emulator.", HelpName = "WORDS" };
        var kernel = new Option<string?>("--kernel")
        {
            Description = "Another kernel than Debian's: its image, or the folder where its package is unpacked.", HelpName = "VMLINUZ",
        };
        var mtty = new Option<bool>("--mtty") { Description = "Build the kernel's sample of a migratable device from its source, and load it." };
        var keep = new Option<bool>("--keep") { Description = "Leave disks, image, console and command line of the machine to look at." };
        var time = new Option<int?>("--time") { Description = "End the machine after so many seconds; default what the profile says.", HelpName = "S" };
        command.Add(words);
        foreach (var option in (Option[])[exec, shell, qemu, qemuArgs, kernel, mtty, keep, time]) command.Add(option);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(words) ?? [];
            // A word that begins with - is one of run's, and so is all behind it.
            var named = given.Length > 0 && !given[0].StartsWith('-');
            var other = parsed.GetValue(exec) is not null || parsed.GetValue(shell) is not null;
            if (parsed.GetValue(exec) is not null && parsed.GetValue(shell) is not null) throw new UsageException("--exec and --shell: one of them");
            // Without a profile the machine is as it is by default, but then there is nothing to run.
            var profile = named || !other ? Shipped.Find(named ? given[0] : parsed.GetValue(mtty) ? SampleProfile : ShippedProfile, services.Root) : null;
            var result = profile is null ? null : ProfileFile.Load(profile);
            foreach (var error in result?.Errors ?? []) services.Error.WriteLine(error);
            if (result is { Profile: null }) return (int)ExitCode.Usage;
            NeedFile("--qemu", parsed.GetValue(qemu));
            NeedFile("--kernel", parsed.GetValue(kernel));
            var reports = Directory.CreateDirectory(Path.Combine(services.Root, "reports")).FullName;
            var isStock = parsed.GetValue(qemu) is null && parsed.GetValue(qemuArgs) is null && parsed.GetValue(kernel) is null;
            string[] more = [.. given.Skip(named ? 1 : 0)];
            RunRequest? request = null;
            if (!other)
            {
                (request, var otherwise) = Request(profile!, result!.Profile!, isStock, more, arguments, services);
                if (request is null) return (int)otherwise;
            }

            Boot Next()
            {
                var report = request is null ? null : Report(request, services);
                return new Boot(request, report, SuiteBuild.Of(services), new BedRequest
                {
                    Options = result?.Profile?.Testbed ?? new TestbedOptions(),
                    Emulator = parsed.GetValue(qemu),
                    EmulatorWords = Words(parsed.GetValue(qemuArgs)),
                    Kernel = parsed.GetValue(kernel),
                    // A profile of such devices needs the driver that makes them.
                    Sample = parsed.GetValue(mtty) || result?.Profile?.Device.Mediated is not null,
                    Command = parsed.GetValue(shell) ?? $"exec conformance {parsed.GetValue(exec) ?? Carry(report!)}",
                    Files = [.. Files(profile, services.Root)],
                    Reports = reports,
                    Time = parsed.GetValue(time) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                });
            }

            // An emulator that dies is no verdict on what ran in it, and a stock one was seen to; one that dies twice has something to do with it.
            if (Run(services, parsed.GetValue(keep), Next()) is { } exit) return (int)exit;
            services.Error.WriteLine("testbed: THE EMULATOR DIED: once more from the beginning");
            return (int)(Run(services, parsed.GetValue(keep), Next()) ?? ExitCode.HarnessFailed);
        });
        return command;
    }

    /// <summary>One boot and what came of it; null where the emulator died by itself.</summary>
    private static ExitCode? Run(Services services, bool keep, Boot boot)
    {
        try
        {
            using var bed = Bed.Prepare(boot.Bed, Path.Combine(services.Root, "artifacts", "testbed"), services.Time, line => services.Error.WriteLine($"testbed: {line}"));
            ExitCode? signal = null;
            BedOutcome outcome;
            using ((services.Signals ?? Interrupts.Listen)(code =>
            {
                signal = code;
                bed.Stop();
            }))
            {
                services.Error.WriteLine($"testbed: {bed.Description}");
                outcome = bed.Run(services.Out);
            }

            if (boot.Report is { } report) bed.KeepEvidence(Path.Combine(report.Path, Talk));
            // Of a machine that came to no end nothing is told.
            var judged = boot.Request is null || outcome.ExitCode is null ? null : Judge(boot.Request, boot.Report!, boot.Suite, services);
            if (keep || (outcome.ExitCode is null && signal is null)) services.Error.WriteLine($"testbed: the machine is left in {Shipped.Near(bed.Folder)}");
            else bed.Remove();
            if (signal is { } ended) return ended;
            if (outcome.ExitCode is { } exit)
            {
                var handed = Handed((ExitCode)exit);
                if (handed != (ExitCode)exit) services.Error.WriteLine("testbed: the machine was made with what the profile names, and it cannot be had there: see above");
                if (handed != ExitCode.Conformant || boot.Request is null) return handed;
                if (judged is null) services.Error.WriteLine($"testbed: the machine ended well and left no {Carried.FileName}: nothing is said about the device");
                return judged ?? ExitCode.HarnessFailed;
            }

            services.Error.WriteLine($"testbed: {outcome.Why}");
            return outcome.Died ? null : ExitCode.HarnessFailed;
        }
        catch (BedUnavailableException e)
        {
            services.Error.WriteLine($"testbed: skipped, nothing ran: {e.Message}");
            return ExitCode.Unavailable;
        }
        catch (BedFailedException e)
        {
            services.Error.WriteLine($"testbed: {e.Message}");
            return ExitCode.HarnessFailed;
        }
    }

    /// <summary>One start of the machine.</summary>
    /// <param name="Request">The run; null: something else.</param>
    /// <param name="Report">The folder of its report.</param>
    /// <param name="Suite">The program that runs in it, which is this one.</param>
    /// <param name="Bed">The machine.</param>
    private sealed record Boot(RunRequest? Request, RunFolder? Report, SuiteBuild Suite, BedRequest Bed);

    /// <summary>What is to be run there, decided here: there it would take long.</summary>
    internal static (RunRequest? Request, ExitCode Otherwise) Request(
        string path, Profile profile, bool isStock, string[] more, IReadOnlyList<string> arguments, Services services)
    {
        var command = new Command("run");
        var words = new RunArguments();
        words.AddTo(command);
        var parsed = command.Parse([path, .. Allowed(profile), .. Expected(path, isStock, more), .. more], new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors is [var error, ..]) throw new UsageException($"behind --: {error.Message}");
        var (request, otherwise) = words.Read(parsed, arguments, services);
        if (request?.Suite is not null) throw new UsageException("--suite: the cases of a test bed are this program's");
        if (request?.Out is not null) throw new UsageException("--out: the report of a test bed is in the folder that its machine shares, reports");
        return (request, otherwise);
    }

    /// <summary>A new folder for the report, with the errand in it.</summary>
    internal static RunFolder Report(RunRequest request, Services services)
    {
        var folder = RunFolder.Create(null, request.Errand.Plan.Name, services);
        var talk = Directory.CreateDirectory(Path.Combine(folder.Path, Talk)).FullName;
        File.WriteAllText(Path.Combine(talk, Errand.FileName), JsonSerializer.Serialize(request.Errand, MigrationJson.Line.Errand));
        return folder;
    }

    /// <summary>The words that carry it out in the machine.</summary>
    private static string Carry(RunFolder report)
    {
        var folder = $"reports/{Path.GetFileName(report.Path)}";
        return string.Join(' ', ((string[])[CarryCommand.Name, $"{folder}/{Talk}", folder]).Select(it => $"'{it.Replace("'", "'\\''")}'"));
    }

    /// <summary>What was carried out in the machine is judged, told and made into a report here, where that takes no time; null where it came to no end.</summary>
    internal static ExitCode? Judge(RunRequest request, RunFolder report, SuiteBuild suite, Services services)
    {
        var path = Path.Combine(report.Path, Talk, Carried.FileName);
        if (!File.Exists(path)) return null;
        var carried = JsonSerializer.Deserialize(File.ReadAllText(path), MigrationJson.Line.Carried)!;
        var plan = carried.Real is { } real ? request.Errand.Plan.For(real) : request.Errand.Plan;
        var (_, lines) = RunJournal.Read(report.Path);
        return RunCommand.Conclude((request with { Earlier = lines }).Session(plan, report, services), carried, suite, services);
    }

    /// <summary>
    /// What is handed back of the machine's exit code: that something is not to be had in a machine which was made with it is a failure of the bed, and no
    /// reason to skip anything.
    /// </summary>
    internal static ExitCode Handed(ExitCode inside) => inside == ExitCode.Unavailable ? ExitCode.HarnessFailed : inside;

    /// <summary>What is on the machine's devices was made for it and goes with it.</summary>
    private static IEnumerable<string> Allowed(Profile profile) => profile.Device.Linux is { } device
        ? new[] { device.Source, device.Destination }.OfType<LinuxFunction>().Select(it => it.Serial).Distinct().SelectMany(it => (string[])["--allow-data-loss", it])
        : [];

    /// <summary>What stands beside the profile of the packaged emulator and kernel is held against them: its known deviations are no news, anything else is.</summary>
    internal static IEnumerable<string> Expected(string profile, bool isStock, IReadOnlyList<string> more)
    {
        var file = Path.ChangeExtension(profile, ".expected.json");
        return isStock && File.Exists(file) && !more.Any(it => it.StartsWith("--expect", StringComparison.Ordinal)) ? ["--expect", file] : [];
    }

    /// <summary>What the program reads: the tree's mark, the shipped profiles, and those beside the one that was asked for.</summary>
    private static IEnumerable<(string Path, string Source)> Files(string? profile, string root)
    {
        yield return ("suite/Conformance.sln", Path.Combine(root, "Conformance.sln"));
        var seen = new HashSet<string>();
        var shipped = Path.Combine(root, "profiles");
        foreach (var folder in (string[])[profile is null ? shipped : Path.GetDirectoryName(Path.GetFullPath(profile))!, shipped])
        {
            foreach (var file in Directory.GetFiles(folder).Where(it => Path.GetExtension(it) is ".yaml" or ".json"))
            {
                if (seen.Add(Path.GetFileName(file))) yield return ($"suite/profiles/{Path.GetFileName(file)}", file);
            }
        }
    }

    private static void NeedFile(string option, string? path)
    {
        if (path is not null && !Path.Exists(path)) throw new UsageException($"{option} {path}: no such file");
    }

    /// <summary>Words as a shell would part them, without its quotes.</summary>
    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
