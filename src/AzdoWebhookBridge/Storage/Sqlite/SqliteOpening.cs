using System.Reflection;
using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>Opens sessions, checks that they are durable, and brings the schema up to date.</summary>
internal static class SqliteOpening
{
    /// <summary>How long a write waits for another program that has the database locked.</summary>
    public static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(2);

    private const string MigrationPrefix = "AzdoWebhookBridge.Storage.Sqlite.Migrations.";

    // A full check reads every page: 0.2 s for this much, and no part of a start that has to fit in Azure DevOps' resends.
    private const long QuickCheckLimit = 64 * 1024 * 1024;

    /// <summary>The numbered migrations in the assembly, in order.</summary>
    public static IReadOnlyList<(int Version, string Name)> Migrations { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(MigrationPrefix, StringComparison.Ordinal))
            .Select(name => name[MigrationPrefix.Length..^".sql".Length])
            .Select(name => (int.Parse(name[..3]), name))
            .Order(),
    ];

    /// <summary>First opening: creates a missing file, checks the database and migrates it.</summary>
    public static SqliteSession OpenFirst(SqliteFile file, long now, Action<string> applied)
    {
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.Open(file.CreatingConnectionString);
            session.BusyTimeout = BusyTimeout;
            session.Execute(SchemaSql.PageSize);
            RefuseForeign(session, file);
            Configure(session, file);
            if (new FileInfo(file.Path).Length <= QuickCheckLimit && session.Text(SchemaSql.QuickCheck) is var result && result != "ok")
            {
                throw new StorageStartException(
                    $"The database '{file.Path}' is damaged ({result}). Keep the file and its -wal as they are and restore a "
                    + "backup beside them.");
            }

            Migrate(session, file, now, applied);
            return session;
        }
        catch (SqliteException exception)
        {
            session?.Dispose();
            throw file.Explain(exception);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>A session that writes: never creates the file.</summary>
    public static SqliteSession OpenWriting(SqliteFile file)
    {
        var session = SqliteSession.Open(file.ConnectionString);
        try
        {
            session.BusyTimeout = BusyTimeout;
            Configure(session, file);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public static SqliteSession OpenReading(SqliteFile file)
    {
        var session = SqliteSession.Open(file.ConnectionString);
        try
        {
            session.BusyTimeout = BusyTimeout;
            session.Execute(SchemaSql.ReaderCache);
            session.Execute(SchemaSql.QueryOnly);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Sets what durability rests on and reads it back: SQLite answers a pragma that it cannot honour with silence.</summary>
    private static void Configure(SqliteSession session, SqliteFile file)
    {
        session.Text(SchemaSql.JournalMode);
        session.Execute(SchemaSql.Synchronous);
        session.Execute(SchemaSql.ForeignKeys);
        session.Execute(SchemaSql.WriterCache);
        session.Number(SchemaSql.NoAutoCheckpoint);
        var journal = session.Text(SchemaSql.ReadJournalMode);
        var synchronous = session.Number(SchemaSql.ReadSynchronous);
        if (journal != "wal" || synchronous != 2)
        {
            throw new StorageStartException(
                $"The database '{file.Path}' would not keep what was acknowledged: journal_mode is '{journal}' (wal is needed), "
                + $"synchronous is {synchronous} (2 is needed). The file system may not support shared memory; use a local disk.");
        }
    }

    // Before anything is written: what is refused stays as it is.
    private static void RefuseForeign(SqliteSession session, SqliteFile file)
    {
        if (session.Number(SchemaSql.CountTables) == 0)
        {
            return;
        }

        if (session.Number(SchemaSql.ReadApplicationId) != SchemaSql.ApplicationId)
        {
            throw new StorageStartException(
                $"The database '{file.Path}' belongs to another program. Set Storage:ConnectionString to a file of its own.");
        }

        var current = session.Number(SchemaSql.ReadVersion);
        var newest = Migrations[^1].Version;
        if (current > newest)
        {
            throw new StorageStartException(
                $"The database '{file.Path}' has schema version {current}, and this bridge knows versions up to {newest}: it was "
                + "used by a newer one. Start that version again, or restore a backup made before the upgrade.");
        }
    }

    private static void Migrate(SqliteSession session, SqliteFile file, long now, Action<string> applied)
    {
        session.Execute(SchemaSql.Begin);
        session.Execute(SchemaSql.WriteApplicationId);
        session.Execute(SchemaSql.CreateVersions);
        session.Execute(SchemaSql.Commit);
        var current = session.Number(SchemaSql.ReadVersion);
        foreach (var (version, name) in Migrations.Where(migration => migration.Version > current))
        {
            session.Execute(SchemaSql.Begin);
            try
            {
                session.ExecuteScript(ReadMigration(name));
                using (var statement = session.Use(SchemaSql.InsertVersion))
                {
                    statement.Bind("@version", version).Bind("@name", name).Bind("@now", now).Run();
                }

                session.Execute(SchemaSql.Commit);
            }
            catch
            {
                session.Rollback();
                throw;
            }

            applied(name);
        }
    }

    private static string ReadMigration(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{MigrationPrefix}{name}.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
