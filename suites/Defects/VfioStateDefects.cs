using Conformance.Device;
using Conformance.Nvme;
using Conformance.Sim;

namespace Conformance.Defects;

/// <summary>Bugs of a VFIO driver's state machine, as its user sees them.</summary>
internal static class VfioStateDefects
{
    public static IReadOnlyList<Defect> All { get; } =
    [
        Defect.OfVfioFace("vfio-unknown-capability", "LM-VFSM-02", "A capability bit is set that the protocol does not know.", driver => new UnknownCapability(driver)),
        Defect.OfVfioFace("vfio-fickle-capabilities", "LM-VFSM-03", "In STOP_COPY the capabilities lack what the function is doing.", driver => new FickleCapabilities(driver)),
        Defect.OfVfioFace("vfio-opens-in-stop", "LM-VFSM-12", "A function just opened is told to be in STOP.", driver => new OpensInStop(driver)),
        Defect.OfVfioFace("vfio-no-way-back", "LM-VFSM-13", "From STOP_COPY only STOP is reached, and every further state is refused.", driver => new NoWayBack(driver)),
        Defect.OfVfioFace("vfio-restarted-session", "LM-VFSM-14", "A request for STOP_COPY in STOP_COPY begins the session anew.", driver => new RestartedSession(driver)),
        Defect.OfVfioFace("vfio-swallowed-stream", "LM-VFSM-15", "The stream of a request that passes other states is not handed out.", driver => new SwallowedStream(driver)),
        Defect.OfVfioFace("vfio-stream-again", "LM-VFSM-16", "The stream of PRE_COPY is handed out a second time with STOP_COPY.", driver => new StreamAgain(driver)),
        Defect.OfVfioFace("vfio-drifting-state", "LM-VFSM-24", "Looked at a third time, a stopped function runs.", driver => new DriftingState(driver)),
        Defect.OfVfioFace(
            "vfio-impatient-session", "LM-VFSM-25", "Looked at a third time, a session that nobody reads is over.", driver => new ImpatientSession(driver)),
        Defect.OfVfioFace("vfio-error-on-request", "LM-VFSM-26", "A request for ERROR is answered with success.", driver => new TakesWhatIsNone(driver, VfioState.Error)),
        Defect.OfVfioFace("vfio-back-to-precopy", "LM-VFSM-27", "A request for PRE_COPY in STOP_COPY ends the session and begins another.", driver => new BackToPreCopy(driver)),
        Defect.OfVfioFace("vfio-any-capability", "LM-VFSM-28", "A state whose capability is missing is answered with success.", driver => new AnyCapability(driver)),
        Defect.OfVfioFace("vfio-ninth-state", "LM-VFSM-29", "A request for state 8, which is none, is answered with success.", driver => new TakesWhatIsNone(driver, (VfioState)8)),
        Defect.OfVfioFace("vfio-out-of-error", "LM-VFSM-30", "A request in ERROR is answered with success.", driver => new OutOfError(driver)),
        Defect.OfVfioFace("vfio-wished-state", "LM-VFSM-32", "After a failure the state that was asked for is told.", driver => new WishedState(driver)),
        Defect.OfVfioFace("vfio-one-at-a-time", "LM-VFSM-33", "A request while another is under way is refused.", driver => new OneAtATime(driver)),
        Defect.OfDevice(
            "mask-of-the-stopped-is-fatal", "LM-VFSM-38", "A write to the interrupt mask of a suspended function takes the physical function down.",
            static () => new ControllerSteps { Property = new FatalMask() }),
        Defect.OfDevice(
            "vectors-masked-at-resume", "LM-VFSM-39", "When a function goes on, all of its vectors are masked, those too that were set up while it stood.",
            static () => new ControllerSteps { Resume = new MasksVectors() }),
        Defect.OfVfioFace("vfio-p2p-runs", "LM-VFSM-40", "In RUNNING_P2P the function runs, and the driver cannot tell peers.", driver => new RunsInP2P(driver)),
        Defect.OfVfioFace("vfio-reset-not-in-stop", "LM-VFSM-43", "A reset does nothing to a function that is stopped.", driver => new ResetOfTheRunning(driver)),
        Defect.OfVfioFace("vfio-soft-reset", "LM-VFSM-45", "A reset ends the session, and the controller is not reset.", driver => new SoftReset(driver)),
    ];

    private sealed class UnknownCapability(IVfioDevice driver) : VfioFace(driver)
    {
        public override VfioMigrationFlags Flags => Driver.Flags | (VfioMigrationFlags)8;
    }

    private sealed class FickleCapabilities(IVfioDevice driver) : VfioFace(driver)
    {
        private bool _saves;

        public override VfioMigrationFlags Flags => _saves ? VfioMigrationFlags.None : Driver.Flags;

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var answer = await Driver.SetStateAsync(state);
            _saves = await StateAsync() == VfioState.StopCopy;
            return answer;
        }
    }

    private sealed class OpensInStop(IVfioDevice driver) : VfioFace(driver)
    {
        private bool _asked;

        public override async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync() =>
            _asked ? await Driver.GetStateAsync() : (default, VfioState.Stop);

        public override ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            _asked = true;
            return Driver.SetStateAsync(state);
        }
    }

    private sealed class NoWayBack(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state) =>
            state == VfioState.Resuming && await StateAsync() == VfioState.StopCopy ? (new VfioResult(Errno.Einval), null) : await Driver.SetStateAsync(state);
    }

    private sealed class RestartedSession(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            if (state == VfioState.StopCopy && await StateAsync() == state) await Driver.SetStateAsync(VfioState.Stop);
            return await Driver.SetStateAsync(state);
        }
    }

    private sealed class SwallowedStream(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var passes = state == VfioState.StopCopy && await StateAsync() == VfioState.Resuming;
            var (result, stream) = await Driver.SetStateAsync(state);
            return (result, passes ? null : stream);
        }
    }

    private sealed class StreamAgain(IVfioDevice driver) : VfioFace(driver)
    {
        private IVfioDataStream? _session;

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var copied = await StateAsync() is VfioState.PreCopy or VfioState.PreCopyP2P;
            var (result, stream) = await Driver.SetStateAsync(state);
            _session = stream ?? _session;
            return (result, copied && state == VfioState.StopCopy ? _session : stream);
        }
    }

    private sealed class DriftingState(IVfioDevice driver) : VfioFace(driver)
    {
        private int _looks;

        public override async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync()
        {
            if (await StateAsync() == VfioState.Stop && ++_looks == 2) await Driver.SetStateAsync(VfioState.Running);
            return await Driver.GetStateAsync();
        }
    }

    private sealed class ImpatientSession(IVfioDevice driver) : VfioFace(driver)
    {
        private int _looks;

        public override async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync()
        {
            if (await StateAsync() == VfioState.StopCopy && ++_looks == 3) await Driver.SetStateAsync(VfioState.Stop);
            return await Driver.GetStateAsync();
        }
    }

    private sealed class FatalMask : PropertyStep
    {
        public override StepResult Run(ControllerCore c, PropertyWrite write)
        {
            if (write.Offset is Register.Intms or Register.Intmc && c.Suspension.IsSuspended) c.Primary?.Fail();
            return base.Run(c, write);
        }
    }

    private sealed class MasksVectors : ResumeStep
    {
        private const uint Masked = 1;

        public override StepResult Run(ControllerCore target)
        {
            for (var vector = 0; vector < target.Function.Msix.Vectors; vector++) target.Registers[target.Registers.MsixTable + (vector * 16) + 12] = Masked;
            return base.Run(target);
        }
    }

    private sealed class TakesWhatIsNone(IVfioDevice driver, VfioState taken) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state) =>
            state == taken ? (default, null) : await Driver.SetStateAsync(state);
    }

    private sealed class BackToPreCopy(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            if (state == VfioState.PreCopy && await StateAsync() == VfioState.StopCopy) await Driver.SetStateAsync(VfioState.Stop);
            return await Driver.SetStateAsync(state);
        }
    }

    private sealed class AnyCapability(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state) =>
            state == VfioState.RunningP2P && !Flags.HasFlag(VfioMigrationFlags.P2P) ? (default, null) : await Driver.SetStateAsync(state);
    }

    private sealed class OutOfError(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state) =>
            await StateAsync() == VfioState.Error ? (default, null) : await Driver.SetStateAsync(state);
    }

    private sealed class WishedState(IVfioDevice driver) : VfioFace(driver)
    {
        private VfioState? _wished;

        public override async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync() =>
            _wished is { } state ? (default, state) : await Driver.GetStateAsync();

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            var answer = await Driver.SetStateAsync(state);
            _wished = answer.Result.IsOk ? null : state;
            return answer;
        }

        public override ValueTask ResetAsync()
        {
            _wished = null;
            return Driver.ResetAsync();
        }
    }

    private sealed class OneAtATime(IVfioDevice driver) : VfioFace(driver)
    {
        private const int Ebusy = 16;

        private bool _busy;

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            if (_busy) return (new VfioResult(Ebusy), null);
            _busy = true;
            var answer = await Driver.SetStateAsync(state);
            _busy = false;
            return answer;
        }
    }

    private sealed class RunsInP2P(IVfioDevice driver) : VfioFace(driver)
    {
        private bool _claims;

        public override async ValueTask<(VfioResult Result, VfioState State)> GetStateAsync() =>
            _claims ? (default, VfioState.RunningP2P) : await Driver.GetStateAsync();

        public override async ValueTask<(VfioResult Result, IVfioDataStream? Stream)> SetStateAsync(VfioState state)
        {
            _claims = state == VfioState.RunningP2P && await StateAsync() == VfioState.Running;
            return _claims ? (default, null) : await Driver.SetStateAsync(state);
        }
    }

    private sealed class ResetOfTheRunning(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask ResetAsync()
        {
            if (await StateAsync() != VfioState.Stop) await Driver.ResetAsync();
        }
    }

    private sealed class SoftReset(IVfioDevice driver) : VfioFace(driver)
    {
        public override async ValueTask ResetAsync()
        {
            if (!(await Driver.SetStateAsync(VfioState.Running)).Result.IsOk) await Driver.ResetAsync();
        }
    }
}
