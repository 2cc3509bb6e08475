using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Error Information (Base 2.3 5.2.12.1.2): the newest entry first, then all zeroes.</summary>
internal sealed class ErrorInformationPage : LogPage
{
    public override LogId Id => LogId.ErrorInformation;

    public override bool AllowedDuringSanitize => true;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        var errors = c.Logs.Errors;
        length = errors.Capacity * ErrorInformationEntry.Size;
        var page = command.Buffer(length);
        page.Clear();
        var entries = Wire.Entries<ErrorInformationEntry>(page);
        for (var age = 0; age < errors.Count; age++) entries[age] = errors[age];
        // No address of user data while that is to be gone (Base 2.3 5.1.1).
        if (c.Subsystem.Sanitizing.Whole.IsIdle) return Status.Success;
        foreach (ref var entry in entries) entry.Lba = 0;
        return Status.Success;
    }
}
