namespace Conformance.Driver;

/// <summary>How a <see cref="QueuePath"/> uses its queues.</summary>
/// <param name="Name">For people: "admin queue of source VF 1".</param>
/// <param name="Depth">Commands in flight at once, events included; fewer than the completion queue has entries.</param>
/// <param name="MaxTransfer">Bytes in one command.</param>
/// <param name="Kind">How commands name their data.</param>
public sealed record QueuePathOptions(string Name, int Depth, int MaxTransfer, DataPointerKind Kind = DataPointerKind.Prp);
