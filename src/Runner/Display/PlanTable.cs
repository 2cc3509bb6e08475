using Conformance.Migration;

namespace Conformance.Runner.Display;

/// <summary>A plan as a table, with what holds for all of it before and what it needs after.</summary>
internal static class PlanTable
{
    public static void Write(Plan plan, Services services)
    {
        services.Out.WriteLine($"plan {plan.Name}, seed {plan.Seed}, profile {plan.ProfileHash[..12]}");
        if (plan.Cases is { } cases) WriteCases(cases, services);
        if (plan.Combinations.Count > 0) WriteCombinations(plan.Combinations, services);
    }

    private static void WriteCases(CasePlan cases, Services services)
    {
        var times = cases.Repeat == 1 ? "" : $", {cases.Repeat} times each";
        services.Out.WriteLine($"{cases.Cases.Count} cases, {Words.Of(cases.Order)}{times}, {Words.Of(cases.Clock)} clock, silence {cases.Silence}, "
            + $"on {string.Join(", then ", cases.Devices.Select(it => it.Name))}");
        services.Out.WriteLine();
        var grid = new Grid(services);
        grid.Add("case", cases.Cases.Select(it => it.Id));
        grid.AddFigures("at most", cases.Cases.Select(it => it.Timeout.ToString()));
        grid.Write();
        services.Out.WriteLine();
    }

    private static void WriteCombinations(IReadOnlyList<PlannedCombination> all, Services services)
    {
        var first = all[0];
        var guest = first.Guest;
        var load = guest.Mode == LoadMode.Closed ? "closed loop" : $"open loop, {guest.Rate} per second, {Words.Of(guest.Arrivals)}";
        services.Out.WriteLine($"guest: {guest.Memory}, {guest.Queues} queue pairs, depth {guest.Depth}, {load}, {Words.Of(guest.Pattern)} "
            + $"{string.Join(" ", guest.IoSizes)}, region {(guest.Region.Bytes == 0 ? "all" : guest.Region)}");
        services.Out.WriteLine($"each combination: at most {first.Limits.Time} and {first.Limits.Steps} steps; "
            + $"the guest runs {first.Dwell.Before} before and {first.Dwell.After} after a move");
        services.Out.WriteLine();

        var grid = new Grid(services);
        grid.Add("combination", all.Select(it => it.Name));
        grid.AddFigures("cycles", all.Select(it => it.Cycles.ToString()));
        grid.Add("commands", all.Select(it => Words.Of(it.Commands)));
        grid.Add("admin queue", all.Select(it => Words.Of(it.AdminQueue)));
        grid.Add("medium", all.Select(it => it.Dirty is { } dirty ? $"{Words.Of(it.Medium)}, {Words.Of(dirty)}" : Words.Of(it.Medium)));
        grid.Add("guest memory", all.Select(it => Words.Of(it.GuestMemory)));
        grid.Add("guest stops", all.Select(it => Words.Of(it.GuestStop)));
        grid.Add("VFs", all.Select(it => $"{Range(it.FromVf, it.Vfs)} -> {Range(it.ToVf, it.Vfs)}"));
        grid.Add("route", all.Select(it => Words.Of(it.Route)));
        grid.Add("clock", all.Select(it => Words.Of(it.Clock)));
        grid.Add("disturbed", all.Select(Disturbance));
        grid.Add("seed", all.Select(it => $"{it.Seed:x16}"));
        grid.Write();

        services.Out.WriteLine();
        services.Out.WriteLine("needs:");
        foreach (var need in all.SelectMany(it => it.Needs).Distinct()) services.Out.WriteLine($"  {need}");
    }

    private static string Range(int first, int count) => count == 1 ? $"{first}" : $"{first}-{first + count - 1}";

    private static string Disturbance(PlannedCombination it) =>
        it.CancelAfter is { } cancel ? $"cancel after {Words.Of(cancel)}"
        : it.BreakAt is { } broken ? $"break at {Words.Of(broken)}"
        : it.Expect == Expectation.Fail ? $"must break {string.Join(", ", it.MustFind)}"
        : "-";
}
