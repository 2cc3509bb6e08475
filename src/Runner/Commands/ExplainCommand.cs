using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Conformance.Migration;
using Conformance.Runner.Running;
using Conformance.Suite;

namespace Conformance.Runner.Commands;

/// <summary><c>explain</c>: what a case does and cannot see, or what a requirement asks, says who, and which cases look at it.</summary>
internal static class ExplainCommand
{
    private const int Width = 110;

    public static Command Create(Services services)
    {
        var command = new ExampleCommand("explain", "Tell what a case does, or what a requirement asks and who says so.", """
            ./run.sh explain LM-SUSP-04
            ./run.sh explain SUSP-04                      a row of the reference
            ./run.sh explain suspend/An_idle_controller_is_suspended_and_says_so
            """);
        var id = new Argument<string>("ID") { Description = "A case, a requirement, or a row of the reference." };
        command.Add(id);
        command.SetAction(parsed =>
        {
            var word = parsed.GetRequiredValue(id);
            var requirements = RequirementCatalogue.Shipped;
            var cases = services.Cases(null);
            if ((requirements.Find(word) ?? requirements.FindByAssertion(word)) is { } requirement) Write(requirement, cases, services);
            else if (cases.Find(word) is { } found) Write(found, requirements, services);
            else
            {
                var nearest = Nearest.To(word, requirements.Requirements.Select(it => it.Id).Concat(cases.Cases.Select(it => it.Id)));
                throw new UsageException($"explain {word}: no case and no requirement has that name; the nearest is '{nearest}'");
            }

            return (int)ExitCode.Conformant;
        });
        return command;
    }

    private static void Write(Requirement it, CaseCatalogue cases, Services services)
    {
        services.Out.WriteLine($"{it.Id}, {Words.Of(it.Level)}, {Words.Of(it.Status)}, since {it.Since}");
        Wrap(it.Text, services);
        if (it.Reason is { } reason) Wrap($"No case: {reason}", services);
        if (it.Deviation is { } deviation) Wrap($"Known to do otherwise: {deviation}", services);
        services.Out.WriteLine("sources:");
        foreach (var source in it.Sources) services.Out.WriteLine($"  {source}");
        if (it.Assertions.Count > 0) services.Out.WriteLine($"rows of the reference: {string.Join(", ", it.Assertions)}");
        var looking = cases.Cases.Where(one => one.Covers.Contains(it.Id)).ToList();
        services.Out.WriteLine(looking.Count == 0 ? "no case looks at it" : "cases:");
        foreach (var one in looking) services.Out.WriteLine($"  {one.Id}");
    }

    private static void Write(CaseInfo it, RequirementCatalogue requirements, Services services)
    {
        var (docs, all) = (new XmlDocs(), it.Method.DeclaringType!);
        services.Out.WriteLine(it.Id);
        Wrap(docs.SummaryOf(it.Method) ?? docs.SummaryOf(all) ?? "It tells no story.", services);
        // Its own first, then those that it shares with the other cases of its class.
        var remarks = new[] { docs.RemarksOf(it.Method), docs.RemarksOf(all) }.OfType<string>().ToList();
        if (remarks.Count > 0) Wrap($"What it cannot see: {string.Join(' ', remarks)}", services);
        services.Out.WriteLine("looks at:");
        foreach (var id in it.Covers)
        {
            var requirement = requirements.Find(id);
            services.Out.WriteLine($"  {id}, {(requirement is null ? "unknown" : Words.Of(requirement.Level))}");
            if (requirement is not null) Wrap(requirement.Text, services, "    ");
        }

        services.Out.WriteLine(LastTime(it.Id, services) is var (run, record)
            ? $"time: {record.ElapsedMs:0.0} ms, and {Human.Time(record.WorldNs)} on its own clock, in {run}, where it ended with {Words.Of(record.Verdict)}"
            : "time: no run in reports has it yet");
    }

    /// <summary>The case in the latest run that has it.</summary>
    private static (string Run, CaseRecord Record)? LastTime(string id, Services services)
    {
        var folder = Path.Combine(services.Root, "reports");
        if (!Directory.Exists(folder)) return null;
        foreach (var journal in Directory.GetFiles(folder, RunJournal.FileName, SearchOption.AllDirectories).OrderByDescending(File.GetLastWriteTimeUtc))
        {
            foreach (var line in File.ReadLines(journal).Where(line => line.Contains(JsonEncodedText.Encode(id, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), StringComparison.Ordinal)))
            {
                try
                {
                    if (JsonSerializer.Deserialize(line, MigrationJson.Line.JournalLine)?.Case is { } record && record.Id == id)
                        return (Shipped.Near(Path.GetDirectoryName(journal)!), record);
                }
                catch (JsonException)
                {
                    // A run that was killed while it wrote.
                }
            }
        }

        return null;
    }

    private static void Wrap(string text, Services services, string indent = "  ")
    {
        var line = indent;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + word.Length >= Width)
            {
                services.Out.WriteLine(line.TrimEnd());
                line = indent;
            }

            line += $"{word} ";
        }

        services.Out.WriteLine(line.TrimEnd());
    }
}
