using Conformance.Device;
using NUnit.Framework;

namespace Conformance.Self.Device;

/// <summary>Time and order. What these cannot see: torn words of the real machine's memory model; the litmus of that is the soak on the real clock.</summary>
public sealed class WorldTests
{
    private sealed class Ticker(Lane lane, long period, int times, List<string> log, string name) : Actor(lane)
    {
        public int Left { get; private set; } = times;

        protected override long Step(int budget)
        {
            log.Add($"{name}@{World.Now}");
            return --Left > 0 ? World.Now + period : World.Never;
        }
    }

    private sealed class Echo(World world) : Actor(world.Devices)
    {
        private int _doorbell;
        private int _seen;

        public Signal Answered { get; } = new(world);

        public int Answers => Volatile.Read(ref _seen);

        public int Rung => _doorbell;

        public void Ring()
        {
            Volatile.Write(ref _doorbell, _doorbell + 1);
            Wake();
        }

        protected override long Step(int budget)
        {
            var rung = Volatile.Read(ref _doorbell);
            if (rung != _seen)
            {
                Volatile.Write(ref _seen, rung);
                Answered.Raise();
            }

            return World.Never;
        }
    }

    [Test]
    public void Actors_due_at_one_instant_go_in_order_of_registration()
    {
        var world = new World(ClockKind.Virtual);
        var log = new List<string>();
        var second = new Ticker(world.Host, 10, 2, log, "a");
        var first = new Ticker(world.Devices, 10, 2, log, "b");
        first.WakeAt(5);
        second.WakeAt(5);
        world.Run(async () => await world.At(100));
        Assert.That(log, Is.EqualTo(["a@5", "b@5", "a@15", "b@15"]));
        Assert.That(world.Now, Is.EqualTo(100));
    }

    [Test]
    public void An_actor_is_never_stepped_twice_at_one_instant()
    {
        var world = new World(ClockKind.Virtual);
        var log = new List<string>();
        new Ticker(world.Host, 0, 3, log, "a").WakeAt(7);
        world.Run(async () => await world.At(50));
        Assert.That(log, Is.EqualTo(["a@7", "a@8", "a@9"]));
    }

    [TestCase(ClockKind.Virtual)]
    [TestCase(ClockKind.Real)]
    public void A_wait_ends_when_its_condition_holds_and_says_so(ClockKind clock)
    {
        var world = new World(clock, timeLimit: 10_000_000_000);
        var echo = new Echo(world);
        var answered = world.Run(async () =>
        {
            for (var i = 1; i <= 1000; i++)
            {
                echo.Ring();
                if (!await world.Until(echo.Answered, () => echo.Answers == i, world.Now + 5_000_000_000)) return false;
            }

            return true;
        });
        Assert.That(answered, Is.True);
        Assert.That(echo.Answers, Is.EqualTo(1000));
    }

    [TestCase(ClockKind.Virtual)]
    [TestCase(ClockKind.Real)]
    public void A_wait_whose_condition_never_holds_ends_at_its_deadline(ClockKind clock)
    {
        var world = new World(clock, timeLimit: 10_000_000_000);
        var signal = new Signal(world);
        var (held, at) = world.Run(async () => (await world.Until(signal, () => false, world.Now + 2_000_000), world.Now));
        Assert.That(held, Is.False);
        Assert.That(at, Is.GreaterThanOrEqualTo(2_000_000));
    }

    [Test]
    public void Continuations_go_on_in_the_order_in_which_they_began_to_wait()
    {
        var world = new World(ClockKind.Virtual);
        var signal = new Signal(world);
        var open = false;
        var log = new List<int>();
        world.Run(async () =>
        {
            var tasks = Enumerable.Range(0, 5).Select(Wait).ToArray();
            await world.At(10);
            open = true;
            signal.Raise();
            await Task.WhenAll(tasks);
        });
        Assert.That(log, Is.EqualTo([0, 1, 2, 3, 4]));

        async Task Wait(int i)
        {
            await world.Until(signal, () => open);
            log.Add(i);
        }
    }

    [Test]
    public void What_can_never_happen_is_a_limit_and_not_a_hang()
    {
        var world = new World(ClockKind.Virtual);
        var signal = new Signal(world);
        Assert.That(() => world.Run(async () => await world.Until(signal, () => false)), Throws.TypeOf<WorldLimitException>());
    }

    [Test]
    public void The_limits_of_time_and_steps_end_a_run()
    {
        var log = new List<string>();
        var byTime = new World(ClockKind.Virtual, timeLimit: 1000);
        Assert.That(() => byTime.Run(async () => await byTime.At(2000)), Throws.TypeOf<WorldLimitException>());
        var bySteps = new World(ClockKind.Virtual, stepLimit: 10);
        new Ticker(bySteps.Host, 1, 100, log, "a").WakeAt(1);
        Assert.That(() => bySteps.Run(async () => await bySteps.At(2000)), Throws.TypeOf<WorldLimitException>());
        Assert.That(log, Has.Count.EqualTo(10));
    }

    [Test]
    public void A_foreign_thread_may_not_continue_inside_the_world()
    {
        var world = new World(ClockKind.Real, timeLimit: 5_000_000_000);
        var refused = false;
        world.Run(async () =>
        {
            var signal = new Signal(world);
            var thread = new Thread(() =>
            {
                try
                {
                    world.Post(_ => { }, null);
                }
                catch (InvalidOperationException)
                {
                    refused = true;
                }

                world.PostFromOutside(signal.Raise);
            });
            thread.Start();
            await world.Until(signal, () => refused, world.Now + 2_000_000_000);
        });
        Assert.That(refused, Is.True);
    }

    [Test]
    public void Waiting_allocates_nothing_once_warm()
    {
        var world = new World(ClockKind.Virtual);
        var echo = new Echo(world);
        var bytes = world.Run(async () =>
        {
            var before = 0L;
            for (var i = 1; i <= 2000; i++)
            {
                if (i == 1000) before = GC.GetAllocatedBytesForCurrentThread();
                echo.Ring();
                await world.Until(echo.Answered, echo, static e => ((Echo)e).Answers == ((Echo)e).Rung);
                await world.After(3);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.That(bytes, Is.Zero);
    }
}
