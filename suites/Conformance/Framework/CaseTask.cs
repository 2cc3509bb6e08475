using System.Runtime.CompilerServices;

namespace Conformance.Suite;

/// <summary>
/// What an asynchronous case returns. NUnit blocks its thread on a <see cref="Task"/>, and the case awaits a world that this very thread has
/// to drive: so a case returns this, and the world is driven to the end of the case when NUnit asks <see cref="Awaiter.IsCompleted"/>. What
/// the case threw is kept in its run and thrown nowhere, for a verdict is not an exception.
/// </summary>
[AsyncMethodBuilder(typeof(CaseTaskMethodBuilder))]
public readonly struct CaseTask
{
    private readonly Task _task;

    internal CaseTask(Task task) => _task = task;

    public Awaiter GetAwaiter() => new(_task);

    /// <summary>As NUnit asks it: always complete, since asking drives the world until it is.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        private readonly Task _task;

        internal Awaiter(Task task) => _task = task;

        public bool IsCompleted
        {
            get
            {
                CaseRun.Current.Drive(_task);
                return true;
            }
        }

        public void GetResult()
        {
        }

        // Nobody waits for what is complete.
        public void OnCompleted(Action continuation) => continuation();

        public void UnsafeOnCompleted(Action continuation) => continuation();
    }
}

/// <summary>The compiler's side of <see cref="CaseTask"/>: a task that begins inside the world of its case.</summary>
public struct CaseTaskMethodBuilder
{
    private AsyncTaskMethodBuilder _builder;

    public CaseTask Task => new(_builder.Task);

    public static CaseTaskMethodBuilder Create() => new() { _builder = AsyncTaskMethodBuilder.Create() };

    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        // What the case awaits before NUnit asks for the first time must already find the world as its context.
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(CaseRun.Current.World);
        try
        {
            _builder.Start(ref stateMachine);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public void SetStateMachine(IAsyncStateMachine stateMachine) => _builder.SetStateMachine(stateMachine);

    public void SetResult() => _builder.SetResult();

    public void SetException(Exception exception) => _builder.SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}
