using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Supported Log Pages (Base 2.3 5.2.12.1.1).</summary>
internal sealed class SupportedLogPagesPage : LogPage
{
    public override LogId Id => LogId.SupportedLogPages;

    public override bool UsesCommandSet => true;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        ref var page = ref Blank<SupportedLogPages>(command, out length);
        foreach (var other in c.Subsystem.LogPages.All)
        {
            if (!other.IsSupported(c)) continue;
            page.Lids[(byte)other.Id] = new() { Supported = true, IndexOffset = other.EntrySize != 0, Specific = other.Specific(c) };
        }

        return Status.Success;
    }
}
