using Conformance.Migration;
using Spectre.Console;

namespace Conformance.Runner.Display;

/// <summary>A plan as a table, with what holds for all of it before and what it needs after.</summary>
internal static class PlanTable
{
    public static void Write(Plan plan, Services services)
    {
        var first = plan.Combinations[0];
        var guest = first.Guest;
        var load = guest.Mode == LoadMode.Closed ? "closed loop" : $"open loop, {guest.Rate} per second, {Words.Of(guest.Arrivals)}";
        services.Out.WriteLine($"plan {plan.Name}, seed {plan.Seed}, profile {plan.ProfileHash[..12]}");
        services.Out.WriteLine($"guest: {guest.Memory}, {guest.Queues} queue pairs, depth {guest.Depth}, {load}, {Words.Of(guest.Pattern)} {string.Join(" ", guest.IoSizes)}, "
            + $"region {(guest.Region.Bytes == 0 ? "all" : guest.Region)}");
        services.Out.WriteLine($"each combination: at most {first.Limits.Time} and {first.Limits.Steps} steps; the guest runs {first.Dwell.Before} before and {first.Dwell.After} after a move");
        services.Out.WriteLine();

        var table = Tables.Create(
            services, "combination", "cycles", "commands", "admin queue", "medium", "guest memory", "guest stops", "VFs", "route", "clock", "disturbed", "seed");
        foreach (var it in plan.Combinations)
        {
            table.AddRow(
                Tables.Cell(it.Name),
                Tables.Cell(it.Cycles.ToString()),
                Tables.Cell(Words.Of(it.Commands)),
                Tables.Cell(Words.Of(it.AdminQueue)),
                Tables.Cell(it.Dirty is { } dirty ? $"{Words.Of(it.Medium)}, {Words.Of(dirty)}" : Words.Of(it.Medium)),
                Tables.Cell(Words.Of(it.GuestMemory)),
                Tables.Cell(Words.Of(it.GuestStop)),
                Tables.Cell(Functions(it)),
                Tables.Cell(Words.Of(it.Route)),
                Tables.Cell(Words.Of(it.Clock)),
                Tables.Cell(Disturbance(it)),
                Tables.Cell($"{it.Seed:x16}"));
        }

        Tables.Write(table, services);
        services.Out.WriteLine();
        services.Out.WriteLine("needs:");
        foreach (var need in plan.Combinations.SelectMany(it => it.Needs).Distinct()) services.Out.WriteLine($"  {need}");
    }

    private static string Functions(PlannedCombination it)
    {
        static string Range(int first, int count) => count == 1 ? $"{first}" : $"{first}-{first + count - 1}";
        return $"{Range(it.FromVf, it.Vfs)} -> {Range(it.ToVf, it.Vfs)}";
    }

    private static string Disturbance(PlannedCombination it) =>
        it.CancelAfter is { } cancel ? $"cancel after {Words.Of(cancel)}"
        : it.BreakAt is { } broken ? $"break at {Words.Of(broken)}"
        : it.Expect == Expectation.Fail ? "must fail"
        : "-";
}
