using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Builds a subsystem with its functions on a host's bus, as it is delivered: powered on, VFs not enabled.</summary>
internal static class SubsystemBuilder
{
    /// <param name="host">Where its functions appear.</param>
    /// <param name="options">What it is like.</param>
    /// <param name="steps">How its controllers work.</param>
    /// <param name="sharedWith">A subsystem whose blocks it reaches, namespace by namespace; null for blocks of its own.</param>
    public static Subsystem Build(SimHost host, SimulatedDevice options, ControllerSteps steps, Subsystem? sharedWith = null)
    {
        if (SimulatedDeviceCheck.Of(options).FirstOrDefault() is { } error)
            throw new ArgumentException($"device.sim.{error.What}", nameof(options));
        var subsystem = new Subsystem(host.World, $"{host.Name} subsystem", options, steps);
        var topology = options.Topology;
        var cntlid = topology.FirstControllerId;
        var primaries = new List<ControllerCore>();
        for (var pf = 0; pf < topology.PhysicalFunctions; pf++)
            primaries.Add(AddController(host, subsystem, cntlid++, null, pf, 0));
        for (var pf = 0; pf < topology.PhysicalFunctions; pf++)
        {
            for (var vf = 1; vf <= topology.VirtualFunctions; vf++) AddController(host, subsystem, cntlid++, primaries[pf], pf, vf);
        }

        AddNamespaces(subsystem, primaries, sharedWith);
        return subsystem;
    }

    private static ControllerCore AddController(SimHost host, Subsystem subsystem, ushort cntlid, ControllerCore? primary, int pf, int vf)
    {
        var (options, resources) = (subsystem.Options, subsystem.Options.Resources);
        var flexibleQueues = SecondaryControllers.AreFlexible(subsystem, ResourceType.VirtualQueue);
        var flexibleVectors = SecondaryControllers.AreFlexible(subsystem, ResourceType.VirtualInterrupt);
        var secondaryQueues = flexibleQueues ? resources.SecondaryMaximum : resources.SecondaryPrivate;
        var secondaryVectors = flexibleVectors ? resources.SecondaryVectorMaximum ?? resources.SecondaryMaximum : resources.SecondaryPrivate;
        var most = primary is null ? resources.PrimaryQueues + resources.FlexibleQueues : secondaryQueues;
        var mostVectors = primary is null ? resources.PrimaryVectors + resources.FlexibleVectors : secondaryVectors;
        var (bufferLength, regionLength) = (options.LocalMemory.Buffer?.Bytes ?? 0, options.LocalMemory.Region?.Bytes ?? 0);
        var registers = new RegisterFile(most, mostVectors, options.Capabilities.Dstrd, bufferLength);
        var offset = ConfigLayout.FirstVfOffset(options.Topology, pf);
        var requester = ConfigLayout.Requester(options.Topology, pf);
        if (primary is not null) requester = requester.VirtualFunction(vf, offset, options.Topology.VfStride);

        var shape = new ConfigLayout.Shape(
            options.Identity, primary is not null, options.Topology.PhysicalFunctions > 1,
            ConfigLayout.NextFunction(options.Topology, pf, primary is not null), registers.Length, regionLength, mostVectors,
            registers.MsixTable, registers.MsixPending, options.Timing.FunctionReset.Nanoseconds);
        var config = ConfigLayout.Build(in shape);
        if (primary is null && options.Topology.VirtualFunctions > 0)
        {
            var vfRegisters = new RegisterFile(secondaryQueues, secondaryVectors, options.Capabilities.Dstrd, bufferLength);
            ConfigLayout.AddSriov(config, options.Topology, pf, options.Identity.VfDeviceId, vfRegisters.Length, regionLength);
        }

        config.Seal();
        var name = primary is null
            ? options.Topology.PhysicalFunctions == 1 ? $"{host.Name} PF" : $"{host.Name} PF {pf}"
            : $"{primary.Function.Name.Replace(" PF", " VF", StringComparison.Ordinal)} {vf}";
        var local = LocalMemory.Create(registers, options.LocalMemory);
        var function = new SimFunction(host, name, requester, primary?.Function, vf, config, registers, mostVectors, local);
        host.Add(function);
        var core = new ControllerCore(subsystem, function, cntlid, primary, subsystem.Steps);
        _ = new Controller(core);
        core.Resources.Online = primary is null;
        core.Resources.Queues = primary is null ? resources.PrimaryQueues : flexibleQueues ? 0 : resources.SecondaryPrivate;
        core.Resources.Vectors = primary is null ? resources.PrimaryVectors : flexibleVectors ? 0 : resources.SecondaryPrivate;
        foreach (var feature in subsystem.Features.All) feature.Define(core);
        core.Logs.Temperatures.Measure();
        Resets.PowerOn(core);
        Resets.ResetFunction(core, ResetKind.ConventionalReset);
        function.BusyUntil(0); // delivered: its reset is long over
        subsystem.Add(core);
        return core;
    }

    private static void AddNamespaces(Subsystem subsystem, List<ControllerCore> primaries, Subsystem? sharedWith)
    {
        uint nsid = 0;
        foreach (var definition in subsystem.Options.Namespaces)
        {
            nsid++;
            var ns = new Namespace(nsid, definition, sharedWith?.FindNamespace(nsid)?.Volume ?? new Volume(definition));
            subsystem.Add(ns);
            foreach (var place in definition.AttachedTo)
            {
                if (place == 0) primaries.ForEach(ns.Attach);
                foreach (var secondary in subsystem.SecondariesOf(primaries[0]))
                {
                    if (secondary.Function.VfNumber == place) ns.Attach(secondary);
                }
            }
        }

        subsystem.Capacity.Seal();
    }
}
