using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>Fills the 4096 bytes of an Identify data structure; refuses by the command's status.</summary>
internal class IdentifyStep
{
    /// <param name="c">The controller asked.</param>
    /// <param name="command">The Identify command.</param>
    /// <param name="page">4096 bytes, zero.</param>
    public virtual StepResult Run(ControllerCore c, CommandContext command, Span<byte> page)
    {
        var fields = new IdentifyFields(command.Entry);
        var status = IdentifyPages.Fill(c, in fields, page);
        return status.IsSuccess ? StepResult.Done : command.Fail(status);
    }
}
