using System.Diagnostics;
using System.Globalization;
using System.Text;
using Conformance.Migration;

namespace Conformance.Testbed;

/// <summary>What a bed is put together for.</summary>
public sealed record BedRequest
{
    public required TestbedOptions Options { get; init; }

    /// <summary>The emulator; null: Debian's.</summary>
    public string? Emulator { get; init; }

    /// <summary>More words for the emulator.</summary>
    public IReadOnlyList<string> EmulatorWords { get; init; } = [];

    /// <summary>A kernel's image, or the folder where its package is unpacked; null: Debian's.</summary>
    public string? Kernel { get; init; }

    /// <summary>The kernel's sample of a migratable device is built and loaded.</summary>
    public bool Sample { get; init; }

    /// <summary>What runs in the machine: a line for its shell, in which <c>conformance</c> is this program.</summary>
    public required string Command { get; init; }

    /// <summary>Files of the tree that the program reads: path in the image, path here.</summary>
    public IReadOnlyList<(string Path, string Source)> Files { get; init; } = [];

    /// <summary>The folder of reports, which the machine shares.</summary>
    public required string Reports { get; init; }

    /// <summary>After so long the machine is ended; null: as the profile says.</summary>
    public TimeSpan? Time { get; init; }
}

/// <summary>How a boot ended.</summary>
/// <param name="ExitCode">Of what ran; null: the machine left none, so nothing was shown.</param>
/// <param name="Why">Where there is none: why.</param>
/// <param name="Died">Where there is none: the emulator was ended by a signal of its own making.</param>
public sealed record BedOutcome(int? ExitCode, string? Why, bool Died = false);

/// <summary>
/// A virtual machine with a stock Linux kernel - its own nvme driver, its own vfio-pci, its own IOMMU driver - and emulated NVMe controllers with
/// SR-IOV, in which this program runs. How it is built: <see cref="DebianPackages"/> takes emulator, kernel and the few programs that the machine
/// needs; <see cref="Kernel"/> finds the modules; <see cref="BedImage"/> puts all into one file system; <see cref="BedMachine"/> is the emulator's
/// command line. Nothing is installed and nothing needs root. Not done: other processors than x86-64, other systems than Debian.
/// </summary>
public sealed class Bed : IDisposable
{
    /// <summary>Files of a boot that tell how it went, worth keeping beside a report.</summary>
    public static IReadOnlyList<string> Evidence { get; } = ["console.txt", "dmesg.txt", "emulator.txt", "packages.txt", "command.txt"];

    private static readonly string[] s_machine = ["qemu-system-x86", "busybox-static", "kmod", "libstdc++6", "libgcc-s1", "libssl3", "zlib1g"];
    private static readonly string[] s_kernels = ["linux-image-6.12-amd64", "linux-image-amd64"];

    /// <summary>A process that a signal ended has a code above.</summary>
    private const int Signalled = 128;

    /// <summary>So long after its time the emulator ends though nobody ended it.</summary>
    private static readonly TimeSpan s_beyond = TimeSpan.FromSeconds(30);

    private readonly BedRequest _request;
    private readonly BedMachine _machine;
    private readonly PackageRoot _packages;
    private readonly PackageRoot? _kernelPackages;
    private Process? _emulator;
    private volatile bool _stopped;

    private Bed(BedRequest request, BedMachine machine, PackageRoot packages, PackageRoot? kernelPackages) =>
        (_request, _machine, _packages, _kernelPackages) = (request, machine, packages, kernelPackages);

    /// <summary>Folder of this boot.</summary>
    public string Folder => _machine.Folder;

    /// <summary>For a report: emulator, kernel and their versions.</summary>
    public string Description =>
        $"{(_request.Emulator is { } own ? $"emulator {Path.GetFileName(own)}" : $"QEMU {_packages.VersionOf("qemu-system-x86")}")}, "
        + $"Linux {_machine.Kernel.Release}{(_kernelPackages is null ? "" : $" ({_kernelPackages.Packages[0].Version})")}, TCG";

    /// <summary>Takes what is needed and lays it ready in a folder of its own.</summary>
    /// <param name="request">What for.</param>
    /// <param name="cache">The folder where packages are kept, and boots while they run.</param>
    /// <param name="time">For the age of what is kept.</param>
    /// <param name="tell">Told what takes long.</param>
    /// <exception cref="BedUnavailableException">Packages cannot be had here.</exception>
    /// <exception cref="BedFailedException">They can, but no bed could be made of them.</exception>
    public static Bed Prepare(BedRequest request, string cache, TimeProvider time, Action<string> tell)
    {
        var debian = new DebianPackages(cache, time, tell);
        var packages = debian.Take("machine", s_machine, []);
        var kernelPackages = request.Kernel is null ? debian.Take("kernel", [], [s_kernels]) : null;
        var kernel = request.Kernel switch
        {
            null => Kernel.In(kernelPackages!.Root),
            var folder when Directory.Exists(folder) => Kernel.In(folder),
            var image => Kernel.Of(image),
        };
        IReadOnlyList<string> modules = request.Sample ? [.. SampleModule.Needs, SampleModule.Build(kernel, debian, cache)] : [];
        var boot = Path.Combine(Path.GetFullPath(cache), $"boot-{time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Environment.ProcessId}");
        // What an emulator that died at once has left stays.
        if (Directory.Exists(boot)) boot += "-again";
        Directory.CreateDirectory(boot);
        var machine = new BedMachine
        {
            Options = request.Options,
            Emulator = request.Emulator is { } own ? [Path.GetFullPath(own)] : [.. packages.Command("qemu-system-x86_64"), .. Firmware(packages)],
            More = request.EmulatorWords,
            Kernel = kernel,
            Folder = boot,
            Reports = Path.GetFullPath(request.Reports),
        };
        machine.MakeDisks();
        var bed = new Bed(request, machine, packages, kernelPackages);
        File.WriteAllLines(Path.Combine(boot, "packages.txt"), packages.Packages.Concat(kernelPackages?.Packages ?? []).Select(it => $"{it.Name} {it.Version}"));
        File.WriteAllText(Path.Combine(boot, "command.txt"), string.Join(' ', machine.Words().Select(Quoted)) + "\n");
        new BedImage
        {
            Packages = packages,
            Kernel = kernel,
            Modules = modules,
            Controllers = BedMachine.Functions,
            Command = request.Command,
            Files = request.Files,
            SharesReports = true,
        }.Write(machine.Image);
        return bed;
    }

    /// <summary>Boots it, hands on what runs in it says, and waits until it ended, at most as long as was asked.</summary>
    public BedOutcome Run(TextWriter output)
    {
        var words = _machine.Words();
        var limit = _request.Time ?? TimeSpan.FromTicks(_request.Options.Time.Nanoseconds / 100);
        // Whoever is killed ends nobody: what then ends the emulator is beside it.
        var start = new ProcessStartInfo("timeout", ["--kill-after=5s", $"{(limit + s_beyond).TotalSeconds:0}s", .. words])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.UTF8,
        };
        using var emulator = Process.Start(start) ?? throw new BedFailedException($"{words[0]} did not start");
        _emulator = emulator;
        emulator.StandardInput.Close();
        var errors = emulator.StandardError.ReadToEndAsync();
        var reader = new Thread(() => Copy(emulator.StandardOutput, output)) { IsBackground = true, Name = "what the machine says" };
        reader.Start();
        var ended = emulator.WaitForExit(limit);
        if (!ended) emulator.Kill(entireProcessTree: true);
        emulator.WaitForExit();
        reader.Join();
        File.WriteAllText(Path.Combine(Folder, "emulator.txt"), $"exit code {emulator.ExitCode}\n{errors.Result}");
        if (!ended) return new BedOutcome(null, $"it did not end within {limit.TotalSeconds:0} s");
        var code = Path.Combine(Folder, "exitcode");
        if (File.Exists(code) && int.TryParse(File.ReadAllText(code), out var number)) return new BedOutcome(number, null);
        var said = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? LastLine(_machine.Console) ?? "it said nothing";
        var died = emulator.ExitCode > Signalled && !_stopped;
        return new BedOutcome(null, $"it left no exit code; the emulator ended with {emulator.ExitCode}{(died ? $" (signal {emulator.ExitCode - Signalled})" : "")}: {said}", died);
    }

    /// <summary>Ends the machine at once. From any thread.</summary>
    public void Stop()
    {
        _stopped = true;
        try
        {
            _emulator?.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    /// <summary>Copies what tells how it went.</summary>
    public void KeepEvidence(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in Evidence)
        {
            if (Path.Combine(Folder, name) is var file && File.Exists(file)) File.Copy(file, Path.Combine(folder, name), overwrite: true);
        }
    }

    /// <summary>Removes the folder of this boot.</summary>
    public void Remove()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    public void Dispose() => Stop();

    private static IEnumerable<string> Firmware(PackageRoot packages) =>
        ((string[])["usr/share/qemu", "usr/share/seabios", "usr/lib/ipxe/qemu"]).SelectMany(it => (string[])["-L", Path.Combine(packages.Root, it)]);

    /// <summary>A serial line ends its lines in two characters.</summary>
    private static void Copy(StreamReader input, TextWriter output)
    {
        while (input.ReadLine() is { } line) output.WriteLine(line.TrimEnd('\r'));
    }

    private static string? LastLine(string path) => File.Exists(path) ? File.ReadLines(path).LastOrDefault(line => line.Trim().Length > 0)?.Trim() : null;

    private static string Quoted(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=,:+".Contains(c)) ? word : $"'{word}'";
}
