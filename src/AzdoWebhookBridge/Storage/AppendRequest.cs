namespace AzdoWebhookBridge.Storage;

/// <summary>One event on its way into the log.</summary>
internal sealed class AppendRequest(NewEvent newEvent)
    : TaskCompletionSource<AppendResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public NewEvent Event { get; } = newEvent;

    public int Size { get; } = newEvent.Body.Length + newEvent.Context.Length;

    public CancellationTokenRegistration Registration { get; set; }

    public AppendResult Result { get; set; }

    /// <summary>Why this row alone was refused.</summary>
    public Exception? Refusal { get; set; }

    public void Succeed()
    {
        Registration.Unregister();
        TrySetResult(Result);
    }

    public void Fail(Exception exception)
    {
        Registration.Unregister();
        TrySetException(exception);
    }
}
