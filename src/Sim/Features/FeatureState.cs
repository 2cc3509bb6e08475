using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The features of a controller in the vendor part of its state: the queues that it granted (0 for not set), then every value there is, so
/// that a state is as long for any of them.
/// </summary>
internal sealed record FeatureState(int SubmissionQueues, int CompletionQueues, FeatureState.Word[] Words)
{
    private const int MostWords = 4096;

    public readonly record struct Word(FeatureId Fid, ushort Instance, uint Current, uint Saved);

    public static void Encode(ControllerCore c, VendorStateCodec.Writer writer)
    {
        var features = c.Features;
        writer.Begin(VendorStateCodec.Section.Features)
            .Word(features.SubmissionQueues == int.MaxValue ? 0u : (uint)features.SubmissionQueues)
            .Word(features.CompletionQueues == int.MaxValue ? 0u : (uint)features.CompletionQueues);
        var (place, count) = (writer.Place(), 0u);
        foreach (var feature in c.Subsystem.Features.All)
        {
            if (!feature.IsSupported(c)) continue;
            foreach (var instance in feature.Instances(c))
            {
                writer.Halves((int)feature.Id, instance)
                    .Word(features.Get(feature.Id, FeatureSelect.Current, instance)).Word(features.Get(feature.Id, FeatureSelect.Saved, instance));
                count++;
            }
        }

        writer.Put(place, count);
        writer.End();
    }

    /// <summary>Reads the section; null when it is not one of this controller.</summary>
    public static FeatureState? TryDecode(ControllerCore c, ref VendorStateCodec.Reader reader)
    {
        var (submission, completion, count) = ((int)reader.Word(), (int)reader.Word(), reader.Word());
        if (submission < 0 || completion < 0 || count > MostWords) return null;
        var words = new Word[count];
        var (last, instances) = (default(FeatureId), Array.Empty<ushort>());
        for (var i = 0; i < words.Length; i++)
        {
            var (fid, instance) = (reader.Half(), reader.Half());
            words[i] = new Word((FeatureId)fid, instance, reader.Word(), reader.Word());
            if (fid > byte.MaxValue) return null;
            // The values of one feature come one after another.
            if (words[i].Fid != last) (last, instances) = (words[i].Fid, [.. c.Subsystem.Features.Find(c, (byte)fid)?.Instances(c) ?? []]);
            if (!instances.Contains(instance)) return null;
        }

        return reader.IsExact ? new FeatureState(submission, completion, words) : null;
    }

    public void Commit(ControllerCore c)
    {
        c.Features.SubmissionQueues = SubmissionQueues == 0 ? int.MaxValue : SubmissionQueues;
        c.Features.CompletionQueues = CompletionQueues == 0 ? int.MaxValue : CompletionQueues;
        foreach (var word in Words) c.Features.Restore(word.Fid, word.Instance, word.Current, word.Saved);
    }
}
