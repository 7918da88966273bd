using System.Collections.Concurrent;

namespace AzdoWebhookBridge.Operations;

/// <summary>
/// Lets one log line per kind through in an interval, with how many there were since the last one. What a stranger can
/// cause at will must not be able to fill a disk.
/// </summary>
internal sealed class LogThrottle(TimeProvider time, TimeSpan interval)
{
    private readonly ConcurrentDictionary<string, Window> _windows = new(StringComparer.Ordinal);

    /// <param name="kind">One of a fixed set: kinds are kept for good.</param>
    /// <param name="count">How many there were since the last line, this one included; only when true is returned.</param>
    public bool ShouldLog(string kind, out long count) =>
        _windows.GetOrAdd(kind, static _ => new Window()).Enter(time, interval, out count);

    private sealed class Window
    {
        private readonly Lock _gate = new();
        private long _suppressed;
        private long? _lastLine;

        public bool Enter(TimeProvider time, TimeSpan interval, out long count)
        {
            lock (_gate)
            {
                count = ++_suppressed;
                var now = time.GetTimestamp();
                if (_lastLine is { } last && time.GetElapsedTime(last, now) < interval)
                {
                    return false;
                }

                _lastLine = now;
                _suppressed = 0;
                return true;
            }
        }
    }
}
