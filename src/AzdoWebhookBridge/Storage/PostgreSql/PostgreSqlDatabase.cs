using Npgsql;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Connections to the database, and transactions that are tried again when the database asks for it.</summary>
internal sealed class PostgreSqlDatabase(NpgsqlDataSource source) : IAsyncDisposable
{
    /// <summary>For people: which database of which server, without the user.</summary>
    public string Name { get; } = new NpgsqlConnectionStringBuilder(source.ConnectionString) is var address ? $"{address.Database} at {address.Host}" : "";

    /// <summary>How often a transaction is tried that deadlocks, or races for the same new entity, before it is the caller's problem.</summary>
    private const int MaxTries = 5;

    /// <summary>
    /// Every statement has its index. A plan that is made while the tables are small, and kept, would read them whole ever after.
    /// </summary>
    public const string PlanByIndex = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

    private volatile bool _isClosed;

    /// <summary>Opens the pool; connects to nothing yet.</summary>
    /// <exception cref="StorageStartException">The connection string cannot be used.</exception>
    public static PostgreSqlDatabase Create(string connectionString)
    {
        if (PostgreSqlAddress.Refuse(connectionString) is { } refusal)
        {
            throw new StorageStartException($"Storage:ConnectionString {refusal}");
        }

        var settings = PostgreSqlAddress.Complete(connectionString);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            connection => _ = connection.Use(PlanByIndex).ExecuteNonQuery(),
            connection => connection.Use(PlanByIndex).RunAsync(CancellationToken.None));
        return new PostgreSqlDatabase(settings.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build());
    }

    /// <summary>One statement, or several that need not agree with each other.</summary>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            return await work(connection).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Failed(exception);
        }
    }

    /// <summary>A transaction; tried again when it deadlocks or races, so the work must not keep anything of a try that failed.</summary>
    public async Task<T> TransactAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                var result = await work(connection).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return result;
            }
            catch (Exception exception) when (tries < MaxTries && PostgreSqlErrors.IsWorthRetrying(exception))
            {
                // Rolled back; the other one has gone through.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                throw Failed(exception);
            }
        }
    }

    /// <summary>A connection of one's own, for as long as it is needed.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _isClosed = true;
        return source.DisposeAsync();
    }

    private Exception Failed(Exception exception)
    {
        if (PostgreSqlErrors.IsDemoted(exception) && !_isClosed)
        {
            // Idle connections lead to the demoted server too.
            source.Clear();
        }

        return PostgreSqlErrors.Translate(exception);
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
        {
            throw new StoreUnavailableException("The store is closed.");
        }
    }
}
