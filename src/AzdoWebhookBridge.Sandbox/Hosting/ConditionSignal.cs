namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>Lets others wait for a condition that is looked at again after each pulse.</summary>
internal sealed class ConditionSignal
{
    private TaskCompletionSource _next = NewSource();

    /// <summary>Ends with the next pulse.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, NewSource()).TrySetResult();

    public async Task WaitForAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before the condition is looked at, so that a pulse in between is not lost.
            var next = Next;
            if (condition())
            {
                return;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
