namespace Conformance.Sim;

/// <summary>Reports an event: the oldest outstanding Asynchronous Event Request completes with it.</summary>
internal class EventStep
{
    public virtual StepResult Run(ControllerCore c, CommandContext request, in AsyncEvent reported)
    {
        request.Dw0 = reported.Dw0.Raw;
        request.Dw1 = reported.Parameter;
        return StepResult.Done;
    }
}
