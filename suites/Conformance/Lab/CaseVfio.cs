using System.Buffers;
using Conformance.Device;

namespace Conformance.Suite;

/// <summary>A virtual function of a case behind the VFIO migration protocol, and what is in its streams.</summary>
public sealed class CaseVfio
{
    private readonly Lab _lab;
    private readonly VfioFace _face;
    private VfioOpening _opening;

    private CaseVfio(Lab lab, VfioGuest guest, VfioFace face, VfioOpening opening) => (_lab, Guest, _face, _opening) = (lab, guest, face, opening);

    /// <summary>Who uses the function.</summary>
    public VfioGuest Guest { get; }

    /// <summary>The function by its own wire; where it is no NVMe controller the case is not supported.</summary>
    public CaseVf Vf => Guest.Vf;

    /// <summary>Where the guest's work goes; where it is no NVMe controller the case is not supported.</summary>
    public CaseQueue Queue => Guest.Queue;

    public IVfioDevice Device => _opening.Device;

    /// <summary>The driver tells DMA to a peer from other DMA.</summary>
    public bool TellsPeers => _opening.TellsPeers;

    /// <summary>States that can be asked for.</summary>
    public IEnumerable<VfioState> States => VfioWays.StatesOf(Device.Flags);

    /// <summary>All of the guest's memory, as IOVAs.</summary>
    public (ulong Iova, ulong Length) Memory => (Vf.Space.Mappings[0].Iova, (ulong)Vf.Ram.Length);

    /// <summary>Opens a function; the case is not supported where the device has no such driver.</summary>
    public static async ValueTask<CaseVfio> OpenAsync(Lab lab, VfioGuest guest, VfioFace face) =>
        new(lab, guest, face, await OpeningAsync(lab, guest, face));

    /// <summary>The user goes, and another comes.</summary>
    public async ValueTask ReopenAsync()
    {
        await _opening.CloseAsync();
        _opening = await OpeningAsync(_lab, Guest, _face);
    }

    public ValueTask<(VfioResult Result, IVfioDataStream? Stream)> AskAsync(VfioState state) => Device.SetStateAsync(state);

    /// <summary>A request of setting up, and the stream that came with it.</summary>
    public async ValueTask<IVfioDataStream?> MustAsync(VfioState state)
    {
        var (result, stream) = await Device.SetStateAsync(state);
        return result.IsOk ? stream : throw CaseEnd.Inconclusive($"set-up: {state} was asked for: {result} ({Device.LastFailure ?? "nothing more is told"})");
    }

    /// <summary>A request of setting up that begins a session.</summary>
    public async ValueTask<IVfioDataStream> MustBeginAsync(VfioState state) =>
        await MustAsync(state) ?? throw CaseEnd.Inconclusive($"set-up: no stream came with {state}");

    /// <summary>The state that is told; null where none is.</summary>
    public async ValueTask<VfioState?> StateAsync()
    {
        var (result, state) = await Device.GetStateAsync();
        return result.IsOk ? state : null;
    }

    /// <summary>Brings a function that is RUNNING into a state in which the session, where there is one, can be ended as it is.</summary>
    /// <param name="state">One that can be asked for.</param>
    /// <param name="load">What is written in RESUMING.</param>
    public async ValueTask<IVfioDataStream?> ReachAsync(VfioState state, byte[] load)
    {
        if (state != VfioState.Resuming && !VfioWays.IsSaving(state)) return await MustAsync(state);
        var stream = await MustBeginAsync(state);
        if (state == VfioState.Resuming) await MustWriteAsync(stream, load);
        return stream;
    }

    /// <summary>The whole stream of a function, which is in STOP_COPY afterwards; steps of setting up.</summary>
    public async ValueTask<byte[]> SaveAsync()
    {
        var (bytes, end) = await ReadAsync(await MustBeginAsync(VfioState.StopCopy));
        if (end != 0) throw CaseEnd.Inconclusive($"set-up: the stream ends with {Errno.Name(end)}");
        return bytes.Length > 0 ? bytes : throw CaseEnd.Inconclusive("set-up: the stream is empty");
    }

    /// <summary>Gives a stream to a function, which is in STOP afterwards; steps of setting up.</summary>
    public async ValueTask LoadAsync(byte[] stream)
    {
        await MustWriteAsync(await MustBeginAsync(VfioState.Resuming), stream);
        await MustAsync(VfioState.Stop);
    }

    /// <summary>The same, and whether it was taken: the errno of the first request or write that was not; 0.</summary>
    public async ValueTask<int> TryLoadAsync(byte[] stream, int piece = 4096)
    {
        var (begun, session) = await AskAsync(VfioState.Resuming);
        if (session is null) return begun.IsOk ? Errno.Ebadf : begun.Errno;
        var errno = await WriteAsync(session, stream, piece);
        return errno != 0 ? errno : (await AskAsync(VfioState.Stop)).Result.Errno;
    }

    /// <summary>Reads to the end, or to an error: the bytes, and 0 or the errno.</summary>
    /// <param name="stream">Of a saving session.</param>
    /// <param name="most">Bytes of the buffer of each read.</param>
    public static async ValueTask<(byte[] Bytes, int Errno)> ReadAsync(IVfioDataStream stream, int most = 4096)
    {
        // More than any state is, so that a stream without an end is seen as one.
        const int longest = 1 << 26;
        var all = new List<byte>();
        var buffer = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            while (all.Count < longest)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(0, most));
                if (read <= 0) return ([.. all], -read);
                all.AddRange(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        throw CaseEnd.Inconclusive($"the stream has no end after {longest} bytes");
    }

    /// <summary>Writes all in pieces: 0, or the errno of the first that was not taken whole.</summary>
    public static async ValueTask<int> WriteAsync(IVfioDataStream stream, byte[] bytes, int piece = 4096)
    {
        for (var at = 0; at < bytes.Length; at += piece)
        {
            var size = Math.Min(piece, bytes.Length - at);
            var written = await stream.WriteAsync(bytes.AsMemory(at, size));
            if (written != size) return written < 0 ? -written : Errno.Eio;
        }

        return 0;
    }

    private static async ValueTask MustWriteAsync(IVfioDataStream stream, byte[] bytes)
    {
        var errno = await WriteAsync(stream, bytes);
        if (errno != 0) throw CaseEnd.Inconclusive($"set-up: a write into the stream: {Errno.Name(errno)}");
    }

    private static async ValueTask<VfioOpening> OpeningAsync(Lab lab, VfioGuest guest, VfioFace face)
    {
        var (opening, why) = await lab.Device.Vfio.OpenAsync(guest, face);
        return opening ?? throw CaseEnd.NotSupported($"a VFIO driver of the kind {face} ({why})");
    }
}
