using System.Collections.Concurrent;
using Npgsql;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>
/// Wakes the other replicas: NOTIFY on a connection of its own, outside any transaction that stores something (inside, commits would
/// queue up behind each other), and at most every <see cref="Interval"/>. Only ever a hint: every loop polls as well, so nothing
/// is wrong when no notification ever arrives (a pooler between, say).
/// </summary>
internal sealed partial class ReplicaSignals : IAsyncDisposable
{
    private const string ChannelName = "azdo_bridge";
    private const string EventsName = "events";
    private const string EntitiesPrefix = "entities:";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(3);

    private readonly PostgreSqlDatabase _database;
    private readonly WorkSignals _signals;
    private readonly string _process;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, bool> _pending = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _isPending = new(0, 1);
    private readonly Task _loops;

    public ReplicaSignals(PostgreSqlDatabase database, WorkSignals signals, string process, TimeProvider time, ILogger logger)
    {
        _database = database;
        _signals = signals;
        _process = process;
        _time = time;
        _logger = logger;
        _loops = Task.WhenAll(Task.Run(() => RepeatAsync(SendAsync)), Task.Run(() => RepeatAsync(ListenAsync)));
    }

    /// <summary>There are events to map.</summary>
    public void AnnounceEvents() => Announce(EventsName);

    /// <summary>Entities of the target became dirty or due.</summary>
    public void AnnounceEntities(string target) => Announce(EntitiesPrefix + target);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        _stop.Dispose();
        _isPending.Dispose();
    }

    private void Announce(string name)
    {
        if (_pending.TryAdd(name, true) && _isPending.CurrentCount == 0)
        {
            try
            {
                _isPending.Release();
            }
            catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
            {
                // Somebody else has woken the sender, or it has ended.
            }
        }
    }

    private async Task RepeatAsync(Func<NpgsqlConnection, Task> work)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await _database.OpenAsync(_stop.Token).ConfigureAwait(false);
                await work(connection).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Log.Interrupted(_logger, PostgreSqlErrors.Describe(exception));
                await Task.Delay(ReconnectPause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task SendAsync(NpgsqlConnection connection)
    {
        while (true)
        {
            await _isPending.WaitAsync(_stop.Token).ConfigureAwait(false);
            foreach (var name in _pending.Keys)
            {
                _pending.TryRemove(name, out _);
                await connection.Use("SELECT pg_notify($1, $2)").With(ChannelName).With($"{_process} {name}").RunAsync(_stop.Token).ConfigureAwait(false);
            }

            await Task.Delay(Interval, _time, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task ListenAsync(NpgsqlConnection connection)
    {
        connection.Notification += OnNotification;
        await connection.Use($"LISTEN {ChannelName}").RunAsync(_stop.Token).ConfigureAwait(false);
        // Whatever was announced while nobody listened.
        _signals.Events.Set();
        while (true)
        {
            await connection.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs notification)
    {
        var (process, name) = notification.Payload.Split(' ', 2) is [var first, var second] ? (first, second) : ("", "");
        if (process == _process)
        {
            return;
        }

        if (name == EventsName)
        {
            _signals.Events.Set();
        }
        else if (name.StartsWith(EntitiesPrefix, StringComparison.Ordinal))
        {
            _signals.Entities(name[EntitiesPrefix.Length..]).Set();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(StorageEventIds.SignalsInterrupted, LogLevel.Warning, "Other replicas are not heard for a while, and the bridge looks for work by itself: {Reason}")]
        public static partial void Interrupted(ILogger logger, string reason);
    }
}
