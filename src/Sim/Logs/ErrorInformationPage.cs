using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Error Information (Base 2.3 5.2.12.1.2): the newest entry first, then all zeroes.</summary>
internal sealed class ErrorInformationPage : LogPage
{
    public override LogId Id => LogId.ErrorInformation;

    public override Status Make(ControllerCore c, CommandContext command, in GetLogPageFields fields, out int length)
    {
        var errors = c.Logs.Errors;
        length = errors.Capacity * ErrorInformationEntry.Size;
        var page = command.Buffer(length);
        page.Clear();
        var entries = Wire.Entries<ErrorInformationEntry>(page);
        for (var age = 0; age < errors.Count; age++) entries[age] = errors[age];
        return Status.Success;
    }
}
