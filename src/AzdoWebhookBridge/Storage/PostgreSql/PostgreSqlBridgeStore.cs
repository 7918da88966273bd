using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>The store of any number of replicas. See README.md beside the interface for states and conditions.</summary>
internal sealed partial class PostgreSqlBridgeStore(
    IOptions<StorageOptions> options, WorkSignals signals, TimeProvider time, ILoggerFactory loggers) : IBridgeStore
{
    // "AZWC": held while a generation is looked up or made.
    private const long GenerationLock = 0x415A5743;

    private readonly ILogger _logger = loggers.CreateLogger<PostgreSqlBridgeStore>();
    private readonly string _process = Guid.NewGuid().ToString("N");
    private PostgreSqlDatabase? _database;
    private PostgreSqlAppender? _appender;
    private ReplicaSignals? _replicas;
    private long _claims;
    private bool _isDisposed;

    private PostgreSqlDatabase Database => _appender is null ? throw NotOpen() : _database!;

    public async Task InitializeAsync(CancellationToken cancellationToken)
    {
        if (_appender is not null || _isDisposed)
        {
            throw new InvalidOperationException("The store was opened before.");
        }

        _database ??= PostgreSqlDatabase.Create(options.Value.ConnectionString);
        long waiting;
        try
        {
            waiting = await _database.RunAsync(
                async connection =>
                {
                    await PostgreSqlSchema.PrepareAsync(connection, Now(), name => StoreLog.Migrated(_logger, name), cancellationToken);
                    return await connection.Use(EventSql.CountWaiting).ScalarAsync<long>(cancellationToken);
                },
                cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            throw new StorageStartException($"The database cannot be opened: {exception.Message} Check Storage:ConnectionString.", exception.InnerException);
        }

        _replicas = new ReplicaSignals(_database, signals, _process, time, loggers.CreateLogger<ReplicaSignals>());
        _appender = new PostgreSqlAppender(_database, OnAppended, _logger);
        StoreLog.Opened(_logger, _database.Name, waiting);
    }

    public Task ProbeAsync(CancellationToken cancellationToken) => WriteStateAsync("probe", "{}", Now(), cancellationToken);

    public Task<long> GetGenerationAsync(string fingerprint, long now, CancellationToken cancellationToken) =>
        Database.TransactAsync(
            async connection =>
            {
                await connection.Use("SELECT pg_advisory_xact_lock($1)").With(GenerationLock).RunAsync(cancellationToken);
                var newest = await connection
                    .Use("SELECT generation, fingerprint FROM azdo_bridge.mapping_generation ORDER BY generation DESC LIMIT 1")
                    .ListAsync(reader => (Generation: reader.GetInt64(0), Fingerprint: reader.GetString(1)), cancellationToken);
                if (newest is [var current] && current.Fingerprint == fingerprint)
                {
                    return current.Generation;
                }

                var next = newest.Sum(row => row.Generation) + 1;
                await connection.Use("INSERT INTO azdo_bridge.mapping_generation (generation, fingerprint, created_at) VALUES ($1, $2, $3)")
                    .With(next).With(fingerprint).With(now).RunAsync(cancellationToken);
                return next;
            },
            cancellationToken);

    public Task<string?> ReadStateAsync(string name, CancellationToken cancellationToken) =>
        Database.RunAsync(
            connection => connection.Use("SELECT json FROM azdo_bridge.named_document WHERE name = $1").With(name)
                .ScalarAsync<string>(cancellationToken),
            cancellationToken);

    public Task WriteStateAsync(string name, string? json, long now, CancellationToken cancellationToken) =>
        Database.RunAsync(
            connection => json is null
                ? connection.Use("DELETE FROM azdo_bridge.named_document WHERE name = $1").With(name).RunAsync(cancellationToken)
                : connection.Use(
                    """
                    INSERT INTO azdo_bridge.named_document (name, json, updated_at) VALUES ($1, $2, $3)
                    ON CONFLICT (name) DO UPDATE SET json = excluded.json, updated_at = excluded.updated_at
                    """).With(name).With(PostgreSqlText.Clean(json)).With(now).RunAsync(cancellationToken),
            cancellationToken);

    public Task<bool> HoldAsync(string name, TimeSpan lease, CancellationToken cancellationToken) =>
        Database.RunAsync(
            async connection => await connection.Use(
                """
                INSERT INTO azdo_bridge.named_lease AS l (name, owner, lease_until) VALUES ($1, $2, clock_timestamp() + $3)
                ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until
                WHERE l.owner = excluded.owner OR l.lease_until <= clock_timestamp()
                """).With(name).With(_process).With(lease).RunAsync(cancellationToken) == 1,
            cancellationToken);

    public Task LetGoAsync(string name, CancellationToken cancellationToken) =>
        Database.RunAsync(
            connection => connection.Use("DELETE FROM azdo_bridge.named_lease WHERE name = $1 AND owner = $2")
                .With(name).With(_process).RunAsync(cancellationToken),
            cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_appender is not null)
        {
            await _appender.DisposeAsync();
        }

        if (_replicas is not null)
        {
            await _replicas.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
            StoreLog.Closed(_logger);
        }
    }

    private void OnAppended(int count)
    {
        signals.NoteStored(count);
        _replicas!.AnnounceEvents();
    }

    private void SignalEntities(IEnumerable<string> targets)
    {
        foreach (var target in targets)
        {
            signals.Entities(target).Set();
            _replicas!.AnnounceEntities(target);
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private StoreUnavailableException NotOpen() => new(_isDisposed ? "The store is closed." : "The store is not open yet.");
}
