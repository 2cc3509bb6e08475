using System.Runtime.CompilerServices;
using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>
/// A device without a bug in which each step that an I/O command passes is replaced as a bug would replace it, by one that calls its base: every
/// call is made twice, the first through a table. What it is slower by than the plain device is what the steps cost. With an allocation in one of
/// them it is what a check of allocations must notice.
/// </summary>
public static class PassingSteps
{
    public static SimulatedPair CreatePair(World world, SimulatedPairOptions options, bool allocates = false) =>
        SimulatedPair.Create(world, options, New(allocates), New(allocates));

    private static ControllerSteps New(bool allocates) => new()
    {
        Doorbell = new Doorbell(), Arbitrate = new Arbitrate(), Fetch = new Fetch(), Parse = new Parse(), Validate = new Validate(), Execute = new Execute(allocates),
        Medium = new Medium(), Requester = new Requester(), Transfer = new Transferring(), Complete = new Complete(), Interrupt = new Interrupt(),
    };

    private sealed class Doorbell : DoorbellStep
    {
        public override StepResult Run(ControllerCore c, int qid, bool completion, uint value) => base.Run(c, qid, completion, value);
    }

    private sealed class Arbitrate : ArbitrateStep
    {
        public override StepResult Run(ControllerCore c, ref SubmissionQueue? queue) => base.Run(c, ref queue);
    }

    private sealed class Fetch : FetchStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command) => base.Run(c, command);
    }

    private sealed class Parse : ParseStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command) => base.Run(c, command);
    }

    private sealed class Validate : ValidateStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command) => base.Run(c, command);
    }

    private sealed class Execute(bool allocates) : ExecuteStep
    {
        private object? _last;

        public override StepResult Run(ControllerCore c, CommandContext command)
        {
            if (allocates) _last = new StrongBox<ushort>(command.Cid);
            GC.KeepAlive(_last);
            return base.Run(c, command);
        }
    }

    private sealed class Medium : MediumStep
    {
        public override StepResult Run(ControllerCore c, ref MediumAccess access) => base.Run(c, ref access);
    }

    private sealed class Requester : RequesterStep
    {
        public override StepResult Run(ControllerCore c, ref RequesterId requester) => base.Run(c, ref requester);
    }

    private sealed class Transferring : TransferStep
    {
        public override StepResult Run(ControllerCore c, ref Transfer transfer) => base.Run(c, ref transfer);
    }

    private sealed class Complete : CompleteStep
    {
        public override StepResult Run(ControllerCore c, CommandContext command) => base.Run(c, command);
    }

    private sealed class Interrupt : InterruptStep
    {
        public override StepResult Run(ControllerCore c, CompletionQueue queue) => base.Run(c, queue);
    }
}
