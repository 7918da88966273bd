namespace AzdoWebhookBridge.Storage.Sqlite;

// What waits for the writer, bounded: beyond that a caller is turned away rather than kept.
internal sealed partial class SqliteWriter
{
    private const int MaxGroup = 512;
    private const int MaxGroupBytes = 4 * 1024 * 1024;
    private const int MaxWaitingAppends = 8192;
    private const long MaxWaitingBytes = 64 * 1024 * 1024;
    private const int MaxWaitingJobs = 1024;

    // As many entities as one fold has events, at twenty a call.
    private const int MaxShortJobs = 10;

    private readonly object _gate = new();
    private readonly Queue<AppendRequest> _appends = new();
    private readonly Queue<IWriteJob> _jobs = new();
    private long _waitingBytes;
    private bool _isIdle;
    private bool _isStopping;

    private string? Enqueue(AppendRequest request)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return "The store is closed.";
            }

            if (_appends.Count >= MaxWaitingAppends || (_appends.Count > 0 && _waitingBytes + request.Size > MaxWaitingBytes))
            {
                return "Too many events wait to be written.";
            }

            _appends.Enqueue(request);
            _waitingBytes += request.Size;
            WakeWithinGate();
            return null;
        }
    }

    private string? Enqueue(IWriteJob job)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return "The store is closed.";
            }

            if (_jobs.Count >= MaxWaitingJobs)
            {
                return "Too many changes wait to be written.";
            }

            _jobs.Enqueue(job);
            WakeWithinGate();
            return null;
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            WakeWithinGate();
        }
    }

    // The pulse costs a system call; the writer mostly is at work.
    private void WakeWithinGate()
    {
        if (_isIdle)
        {
            _isIdle = false;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for work; false when the writer is to end and nothing is left.</summary>
    private bool Take(List<AppendRequest> group, List<IWriteJob> jobs)
    {
        lock (_gate)
        {
            while (_appends.Count == 0 && _jobs.Count == 0 && !_isStopping && !_checkpointer.IsWriterWanted)
            {
                _isIdle = true;
                Monitor.Wait(_gate);
            }

            _isIdle = false;
            var bytes = 0;
            while (group.Count < MaxGroup && _appends.TryPeek(out var next) && (bytes == 0 || bytes + next.Size <= MaxGroupBytes))
            {
                group.Add(_appends.Dequeue());
                bytes += next.Size;
            }

            _waitingBytes -= bytes;
            if (_jobs.TryDequeue(out var job))
            {
                jobs.Add(job);
                while (job.IsShort && jobs.Count < MaxShortJobs && _jobs.TryPeek(out var next) && next.IsShort)
                {
                    jobs.Add(_jobs.Dequeue());
                }
            }

            return group.Count > 0 || jobs.Count > 0 || !_isStopping;
        }
    }
}
