namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>The latest calls, and a count of all writes.</summary>
internal sealed class CallLog(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Queue<SandboxCall> _calls = new();
    private int _writes;

    public int Writes => Volatile.Read(ref _writes);

    public IReadOnlyList<SandboxCall> Snapshot()
    {
        lock (_gate)
        {
            return [.. _calls];
        }
    }

    public void Add(SandboxCall call, bool isWrite)
    {
        lock (_gate)
        {
            _calls.Enqueue(call);
            if (_calls.Count > capacity)
            {
                _calls.Dequeue();
            }

            _writes += isWrite ? 1 : 0;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _calls.Clear();
            _writes = 0;
        }
    }
}
