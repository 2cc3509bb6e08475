namespace Conformance.Sim;

/// <summary>Lets the command's handler do it, as often as it says.</summary>
internal class ExecuteStep
{
    public virtual StepResult Run(ControllerCore c, CommandContext command) => command.Handler!.Execute(c, command);
}
