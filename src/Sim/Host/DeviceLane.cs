using Conformance.Device;

namespace Conformance.Sim;

/// <summary>Waiting for the device lane to have passed a point.</summary>
internal static class DeviceLane
{
    /// <summary>
    /// Ends when the device lane has finished whatever it did and every message sent to it before. On the virtual clock, and while
    /// the world does not run, that is at once: nothing of the device is under way while others act.
    /// </summary>
    public static ValueTask PassAsync(World world)
    {
        if (world.Devices.IsCurrent) return default;
        var gate = new Gate(world);
        world.Devices.Post(static (target, _, _) => ((Gate)target).Open(), gate);
        return gate.WaitAsync();
    }

    private sealed class Gate(World world)
    {
        private readonly Signal _signal = new(world);
        private bool _open;

        public void Open()
        {
            Volatile.Write(ref _open, true);
            _signal.Raise();
        }

        public async ValueTask WaitAsync() => await world.Until(_signal, this, static gate => Volatile.Read(ref ((Gate)gate)._open));
    }
}
