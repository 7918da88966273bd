using System.Data;
using System.Reflection;
using Npgsql;

namespace AzdoWebhookBridge.Storage.PostgreSql;

/// <summary>Checks that what is acknowledged will be kept, and brings the schema up to date, one replica at a time.</summary>
internal static class PostgreSqlSchema
{
    private const string MigrationPrefix = "AzdoWebhookBridge.Storage.PostgreSql.Migrations.";

    // "AZWB": held while the schema is looked at and changed.
    private const long MigrationLock = 0x415A5742;

    private static readonly IReadOnlyList<(int Version, string Name)> Migrations =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(MigrationPrefix, StringComparison.Ordinal))
            .Select(name => name[MigrationPrefix.Length..^".sql".Length])
            .Select(name => (int.Parse(name[..3], System.Globalization.CultureInfo.InvariantCulture), name))
            .OrderBy(migration => migration.Item1),
    ];

    /// <exception cref="StorageStartException">The server would lose what it acknowledged, is a standby, or was used by a newer bridge.</exception>
    public static async Task PrepareAsync(NpgsqlConnection connection, long now, Action<string> applied, CancellationToken cancellationToken)
    {
        if (await RefuseAsync(connection, cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            throw new StorageStartException(refusal);
        }

        await connection.Use("SELECT pg_advisory_lock($1)").With(MigrationLock).RunAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await MigrateAsync(connection, now, applied, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A session that has ended holds no lock, and what ended it is what the caller has to be told.
            if (connection.FullState == ConnectionState.Open)
            {
                await connection.Use("SELECT pg_advisory_unlock($1)").With(MigrationLock).RunAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Why the server would not do, and what to do about it; null when it would.</summary>
    public static async Task<string?> RefuseAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var settings = await connection
            .Use("SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')")
            .ListAsync(reader => (Name: reader.GetString(0), Value: reader.GetString(1)), cancellationToken).ConfigureAwait(false);
        foreach (var (name, value) in settings)
        {
            if (name == "server_encoding" ? value != "UTF8" : value == "off")
            {
                return $"The database would not keep what was acknowledged: {name} is '{value}'. "
                    + (name == "server_encoding" ? "Create the database with the encoding UTF8." : $"Set {name} to 'on'.");
            }
        }

        return await connection.Use("SELECT pg_is_in_recovery()").ScalarAsync<bool>(cancellationToken).ConfigureAwait(false)
            ? "The database is a standby; name the primary, or all hosts, in Storage:ConnectionString."
            : null;
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, long now, Action<string> applied, CancellationToken cancellationToken)
    {
        // Asked first: making what is there needs a right that a bridge in its own schema does not.
        if (await connection.Use("SELECT to_regnamespace('azdo_bridge') IS NULL").ScalarAsync<bool>(cancellationToken).ConfigureAwait(false))
        {
            await connection.Use("CREATE SCHEMA azdo_bridge").RunAsync(cancellationToken).ConfigureAwait(false);
        }

        await connection.Use(
            "CREATE TABLE IF NOT EXISTS azdo_bridge.schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)")
            .RunAsync(cancellationToken).ConfigureAwait(false);
        var current = await connection.Use("SELECT coalesce(max(version), 0) FROM azdo_bridge.schema_version")
            .ScalarAsync<int>(cancellationToken).ConfigureAwait(false);
        var newest = Migrations[^1].Version;
        if (current > newest)
        {
            throw new StorageStartException(
                $"The database has schema version {current}, and this bridge knows versions up to {newest}: it was used by a newer one. "
                + "Start that version again, or restore a backup made before the upgrade.");
        }

        foreach (var (version, name) in Migrations.Where(migration => migration.Version > current))
        {
            // All of a migration or nothing: a replica that is killed half-way leaves no trace.
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await connection.Use(Read(name)).RunAsync(cancellationToken).ConfigureAwait(false);
            await connection.Use("INSERT INTO azdo_bridge.schema_version (version, name, applied_at) VALUES ($1, $2, $3)")
                .With(version).With(name).With(now).RunAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            applied(name);
        }
    }

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{MigrationPrefix}{name}.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
