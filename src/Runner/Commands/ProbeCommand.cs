using System.CommandLine;
using Conformance.Linux;

namespace Conformance.Runner.Commands;

/// <summary><c>probe</c>: which real functions of this machine could be tested, how far, and what is missing for more. Changes nothing.</summary>
internal static class ProbeCommand
{
    public static Command Create(Services services)
    {
        const string About = "Look which NVMe functions of this machine could be tested, how far, and what is missing for more; changes nothing.";
        var command = new ExampleCommand("probe", About, "./run.sh probe");
        command.SetAction(_ =>
        {
            var reach = new DeviceReach(KernelTree.OfMachine);
            return (int)Run(new HostProbe(KernelTree.OfMachine, node => Try(() => reach.Identify(node)), node => Try(() => reach.ReadEffects(node))), services);
        });
        return command;
    }

    /// <summary>Prints what is found; 69 where no function can be had by any way.</summary>
    internal static ExitCode Run(HostProbe probe, Services services)
    {
        services.Out.WriteLine(string.Join("; ", probe.Machine()));
        var functions = probe.Functions();
        if (functions.Count == 0) services.Out.WriteLine("no NVMe function with SR-IOV is here; ./run.sh testbed has emulated ones");
        foreach (var it in functions)
        {
            services.Out.WriteLine();
            services.Out.WriteLine($"{it.Address}  {it.Model ?? it.Ids}, serial {it.Serial ?? "not known"}, {it.Node ?? $"driver {it.Driver ?? "none"}"}, {it.NumVfs} of {it.TotalVfs} VFs enabled");
            foreach (var offer in it.Offers) services.Out.WriteLine($"  {offer}");
            foreach (var reason in it.InUse) services.Out.WriteLine($"  in use: {reason}");
            foreach (var level in it.Levels)
            {
                services.Out.WriteLine($"  level {level.Number}: {(level.Missing.Count == 0 ? "possible" : "not possible")}: {level.What}");
                foreach (var missing in level.Missing) services.Out.WriteLine($"    missing: {missing.What}: {missing.Command}");
            }
        }

        return functions.Any(it => it.Levels.Any(level => level.Missing.Count == 0)) ? ExitCode.Conformant : ExitCode.Unavailable;
    }

    private static T? Try<T>(Func<T> ask)
        where T : struct
    {
        try
        {
            return ask();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static T? Try<T>(Func<T?> ask)
        where T : struct
    {
        try
        {
            return ask();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
