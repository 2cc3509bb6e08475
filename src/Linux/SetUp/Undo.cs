namespace Conformance.Linux;

/// <summary>What could not be taken back, and why.</summary>
/// <param name="Number">In the record.</param>
/// <param name="Change">As it was noted.</param>
/// <param name="Why">For people.</param>
public sealed record UndoFailure(int Number, Change Change, string Why);

/// <summary>
/// Not the suite's any more: another device stands where the one was that was changed, or somebody has changed the same thing since. It is left alone.
/// </summary>
public sealed class NotOursException(string message) : IOException(message);

/// <summary>A controller that answers does not do what it was told to.</summary>
public sealed class RefusedByDeviceException(string message) : IOException(message);

/// <summary>
/// Takes changes back, the last one first. Each step looks at what is there and does what is missing, so that one which was cut off can be done again;
/// one that fails does not keep the others from being tried.
/// </summary>
/// <param name="tree">The kernel's files.</param>
/// <param name="devices">Reaches into controllers that the kernel's driver has.</param>
/// <param name="boot">Of the boot of now.</param>
public sealed class Undo(KernelTree tree, IDeviceReach devices, string boot)
{
    /// <summary>Takes back all that is open; what could not be is left in the record.</summary>
    /// <param name="record">Held by this process.</param>
    /// <param name="told">Told each change that was taken back.</param>
    /// <param name="left">Told each that is left as it is, and why: see <see cref="NotOursException"/>.</param>
    public IReadOnlyList<UndoFailure> Run(UndoRecord record, Action<Change>? told = null, Action<Change, string>? left = null)
    {
        var failures = new List<UndoFailure>();
        var released = new HashSet<string>(StringComparer.Ordinal);
        // Whoever does not answer once is not waited for once more: each wait is half a minute, and there may be hundreds.
        var silent = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (number, change) in record.Open.ToList())
        {
            var isInside = change.Kind is ChangeKind.Attachment or ChangeKind.Secondary;
            if (isInside && silent.TryGetValue(change.Where, out var why))
            {
                failures.Add(new UndoFailure(number, change, why));
                continue;
            }

            try
            {
                // What one secondary controller is to have again another may have now: first all give back what they had not.
                if (change.Kind == ChangeKind.Secondary && released.Add(change.Where))
                {
                    var all = record.Open.Where(it => it.Change.Where == change.Where).Select(it => it.Change.Secondary).OfType<SecondaryState>();
                    devices.ReleaseSecondaries(PciAddress.Parse(change.Where), change.Serial!, [.. all]);
                }

                Take(change, record.Boot == boot);
                record.Close(number);
                told?.Invoke(change);
            }
            catch (NotOursException e)
            {
                record.Close(number);
                left?.Invoke(change, e.Message);
            }
            catch (Exception e) when (e is IOException or TimeoutException or UnauthorizedAccessException)
            {
                failures.Add(new UndoFailure(number, change, e.Message));
                if (isInside && e is not RefusedByDeviceException) silent[change.Where] = e.Message;
            }
        }

        return failures;
    }

    private void Take(Change change, bool sameBoot)
    {
        switch (change.Kind)
        {
            case ChangeKind.Value when sameBoot:
                TakeValue(change);
                break;
            case ChangeKind.Driver when sameBoot:
                var function = new PciFunction(tree, PciAddress.Parse(change.Where));
                if (function.Driver is { } driver && !change.IsOurs(driver)) throw new NotOursException($"{driver} has it by now, and not {change.After}: somebody changed that since");
                Binding.Put(tree, function, change.Before, change.OverrideBefore);
                break;
            case ChangeKind.Made when sameBoot:
                MediatedSetUp.TakeAway(tree, change.Where);
                break;
            case ChangeKind.Attachment:
                devices.SetAttachments(PciAddress.Parse(change.Where), change.Serial!, change.Nsid!.Value, change.Controllers!);
                break;
            case ChangeKind.Secondary:
                devices.SetSecondary(PciAddress.Parse(change.Where), change.Serial!, change.Secondary!);
                break;
            default:
                // Another boot: the machine has forgotten it.
                break;
        }
    }

    private void TakeValue(Change change)
    {
        if (!change.Where.StartsWith("/sys/", StringComparison.Ordinal)) throw new IOException($"{change.Where} is no file of the kernel's");
        // A file that is gone was of a function that is gone, or of a module.
        if (tree.Read(change.Where) is not { } now || now == change.Before) return;
        if (!change.IsOurs(now)) throw new NotOursException($"it is '{now}' by now, and not '{change.After}': somebody changed that since");
        Patience.Call(() => tree.Write(change.Where, change.Before ?? ""), $"write of '{change.Before}' to {change.Where}");
    }
}

/// <summary>The inside of a controller that the kernel's driver has: what is noted of it before it is changed, and put back.</summary>
public interface IDeviceReach
{
    /// <summary>The secondary controllers with their resources; empty where it has no Virtualization Management.</summary>
    IReadOnlyList<SecondaryState> ReadSecondaries(NvmeNode node);

    /// <summary>The namespaces of its subsystem, attached or not, at most the first 1024.</summary>
    IReadOnlyList<uint> ReadNamespaces(NvmeNode node);

    /// <summary>Controllers that a namespace is attached to; null where this device cannot attach and detach.</summary>
    IReadOnlyList<ushort>? ReadAttachments(NvmeNode node, uint nsid);

    /// <summary>Attaches a namespace to exactly these controllers.</summary>
    void SetAttachments(PciAddress pf, string serial, uint nsid, IReadOnlyList<ushort> controllers);

    /// <summary>Takes from the secondary controllers that are not as they were what they have more of than they had, so that there is enough for each.</summary>
    void ReleaseSecondaries(PciAddress pf, string serial, IReadOnlyList<SecondaryState> states);

    /// <summary>Gives a secondary controller the resources and the state that it had.</summary>
    void SetSecondary(PciAddress pf, string serial, SecondaryState state);
}

/// <summary>Calls that may sleep for ever: a write to sysfs waits for whoever holds a function.</summary>
internal static class Patience
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Makes a call on a thread of its own and waits for it as long as is sensible.</summary>
    /// <exception cref="TimeoutException">It has not returned; its thread stays with it.</exception>
    public static void Call(Action call, string what)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                call();
            }
            catch (Exception e)
            {
                failure = e;
            }
        }) { IsBackground = true, Name = what };
        thread.Start();
        if (!thread.Join(s_limit))
            throw new TimeoutException($"{what} has not returned after {s_limit.TotalSeconds:0} s: a process holds the function (ls -l /proc/*/fd | grep vfio)");
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Waits until a condition holds, looking every 10 ms; false where it did not within the time.</summary>
    public static bool Until(Func<bool> condition, TimeSpan? limit = null)
    {
        var end = Environment.TickCount64 + (long)(limit ?? s_limit).TotalMilliseconds;
        using var never = new ManualResetEventSlim();
        while (!condition())
        {
            if (Environment.TickCount64 > end) return false;
            never.Wait(10);
        }

        return true;
    }
}
