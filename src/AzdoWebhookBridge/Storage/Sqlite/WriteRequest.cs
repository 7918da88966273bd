namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>Something the writer does in a transaction of its own.</summary>
internal interface IWriteJob
{
    /// <summary>
    /// Whether others of its kind may share its transaction: short, and what it reads in memory is changed by no other such job.
    /// </summary>
    bool IsShort { get; }

    /// <summary>The work within the transaction.</summary>
    void Run(SqliteSession session);

    /// <summary>It is durable; called on the writer's thread.</summary>
    void Succeed();

    void Fail(Exception exception);
}

/// <summary>A job whose caller waits for a result; the caller may leave, the job does not.</summary>
/// <param name="work">Runs within the transaction.</param>
/// <param name="committed">Runs on the writer's thread after the commit, before anything else is written.</param>
/// <param name="abandoned">Runs instead of handing the result over when the caller has left.</param>
/// <param name="isShort">See <see cref="IWriteJob.IsShort"/>.</param>
internal sealed class WriteJob<T>(Func<SqliteSession, T> work, Action<T>? committed, Action<T>? abandoned, bool isShort)
    : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously), IWriteJob
{
    private T _result = default!;

    public bool IsShort => isShort;

    public CancellationTokenRegistration Registration { get; set; }

    public void Run(SqliteSession session) => _result = work(session);

    public void Succeed()
    {
        committed?.Invoke(_result);
        Registration.Unregister();
        if (!TrySetResult(_result))
        {
            abandoned?.Invoke(_result);
        }
    }

    public void Fail(Exception exception)
    {
        Registration.Unregister();
        TrySetException(exception);
    }
}
