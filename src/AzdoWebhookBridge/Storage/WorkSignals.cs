namespace AzdoWebhookBridge.Storage;

/// <summary>How a signal wakes the loop that waits for it.</summary>
internal enum Waking
{
    /// <summary>Not on the thread that sets the signal, which has its own work.</summary>
    ByThreadPool,

    /// <summary>On the thread that sets the signal, where one thread is to do everything in one order.</summary>
    AtOnce,

    /// <summary>Never, to show that the polling alone will do.</summary>
    Never,
}

/// <summary>In-process wake-ups. Only ever a hint: every loop polls as well.</summary>
internal sealed class WorkSignals(Waking waking = Waking.ByThreadPool)
{
    private long _eventsStored;
    private long _commits;

    /// <summary>There are events to map.</summary>
    public WorkSignal Events { get; } = new(waking);

    /// <summary>How many events this process has stored since its start.</summary>
    public long EventsStored => Interlocked.Read(ref _eventsStored);

    /// <summary>In how many commits: what shares one had to wait for it, so that their ratio tells how hard it rains.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Events were stored in one commit.</summary>
    public void NoteStored(int count)
    {
        Interlocked.Add(ref _eventsStored, count);
        Interlocked.Increment(ref _commits);
        Events.Set();
    }

    private readonly Dictionary<string, WorkSignal> _entities = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Entities of the target became dirty or due.</summary>
    public WorkSignal Entities(string target)
    {
        lock (_gate)
        {
            if (!_entities.TryGetValue(target, out var signal))
            {
                _entities.Add(target, signal = new WorkSignal(waking));
            }

            return signal;
        }
    }
}

/// <summary>A wake-up for one waiting loop: setting it while nobody waits makes the next wait return at once.</summary>
internal sealed class WorkSignal(Waking waking = Waking.ByThreadPool)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _isSet;

    public void Set()
    {
        if (waking == Waking.Never)
        {
            return;
        }

        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _isSet = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <summary>Waits until set or until <paramref name="timeout"/> has passed; true when set.</summary>
    public async Task<bool> WaitAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return true;
            }

            waiter = _waiter ??= new TaskCompletionSource(
                waking == Waking.AtOnce ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            await waiter.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            // One loop waits on a signal: a wake-up between two of its waits must find nobody, to be remembered.
            lock (_gate)
            {
                if (ReferenceEquals(_waiter, waiter))
                {
                    _waiter = null;
                }
            }
        }
    }
}
