using System.CommandLine;
using Conformance.Nvme;
using Conformance.Runner.Display;

namespace Conformance.Runner.Commands;

/// <summary><c>inspect</c>: a saved controller state field by field, or the difference of two.</summary>
internal static class InspectCommand
{
    /// <summary>No state is larger; a file that is was given by mistake.</summary>
    private const long LargestFile = 256L << 20;

    public static Command Create(Services services)
    {
        var command = new ExampleCommand("inspect", "Show a saved controller state field by field, or in which fields two differ; or a trace.", """
            ./run.sh inspect before.bin
            ./run.sh inspect before.bin after.bin
            ./run.sh inspect reports/RUN/traces/suspend.Stops.1.tsv
            ./run.sh inspect --opaque blob.bin        a state of vendor-rfc, which has no published layout
            """);
        var state = new Argument<string>("STATE.bin") { Description = "A saved controller state, or a trace (.tsv)." };
        var other = new Argument<string?>("OTHER.bin")
        {
            Description = "A second one: show the difference only.", Arity = ArgumentArity.ZeroOrOne,
        };
        var opaque = new Option<bool>("--opaque") { Description = "Bytes without a known layout, as the vendor commands save them." };
        command.Add(state);
        command.Add(other);
        command.Add(opaque);
        command.SetAction(parsed =>
        {
            if (parsed.GetRequiredValue(state) is var path && path.EndsWith(".tsv", StringComparison.Ordinal)) return (int)WriteTrace(path, services);
            var isOpaque = parsed.GetValue(opaque);
            var left = Fields(path, isOpaque, services);
            if (parsed.GetValue(other) is { } second) WriteDifference(left, Fields(second, isOpaque, services), services);
            else Write(left, services);
            return (int)ExitCode.Conformant;
        });
        return command;
    }

    private static ExitCode WriteTrace(string path, Services services)
    {
        RequireFile(path);
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            services.Out.WriteLine(TraceText.Of(line) ?? throw new UsageException($"{path}:{number}: not a line of a trace"));
        }

        return ExitCode.Conformant;
    }

    private static List<StateField> Fields(string path, bool isOpaque, Services services)
    {
        var bytes = Read(path);
        if (isOpaque) return [.. StateField.Walk("blob", bytes)];
        var state = ControllerState.TryDecode(bytes, out var error)
            ?? throw new UsageException($"{path}: no controller state: {error} (a state of vendor-rfc is read with --opaque)");
        if (state.Length < bytes.Length)
            services.Error.WriteLine($"{path}: {bytes.Length - state.Length} bytes after the end of the state");
        return [.. StateField.Walk(state)];
    }

    private static void RequireFile(string path)
    {
        if (Directory.Exists(path)) throw new UsageException($"{path}: a folder, not a file");
        if (!File.Exists(path)) throw new UsageException($"{path}: no such file");
    }

    private static byte[] Read(string path)
    {
        RequireFile(path);
        try
        {
            var length = new FileInfo(path).Length;
            if (length > LargestFile) throw new UsageException($"{path}: {length} bytes are too many for a controller state");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"{path}: no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: {e.Message}");
        }
    }

    private static void Write(List<StateField> fields, Services services)
    {
        var width = fields.Select(field => field.Path.Length).DefaultIfEmpty().Max();
        foreach (var field in fields)
            services.Out.WriteLine($"0x{field.Offset:x4} {field.Size,2}  {field.Path.PadRight(width)}  {field.Text}");
    }

    private static void WriteDifference(List<StateField> left, List<StateField> right, Services services)
    {
        var differences = StateDifference.Between(left, right);
        var width = differences.Select(difference => difference.Path.Length).DefaultIfEmpty().Max();
        foreach (var it in differences)
            services.Out.WriteLine($"{it.Path.PadRight(width)}  {it.Left?.Text ?? "absent"} -> {it.Right?.Text ?? "absent"}");
        var fields = Math.Max(left.Count, right.Count);
        services.Out.WriteLine(differences.Count == 0 ? "no field differs" : $"{differences.Count} of {fields} fields differ");
    }
}
