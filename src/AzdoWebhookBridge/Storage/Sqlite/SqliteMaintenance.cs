using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>What a database looks like from outside.</summary>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Its length, without the WAL.</param>
/// <param name="WalBytes">Length of the WAL, 0 when there is none.</param>
/// <param name="SchemaVersion">The newest migration in it.</param>
/// <param name="Findings">What is wrong, a sentence each; empty when nothing is.</param>
internal sealed record SqliteCheck(string Path, long Bytes, long WalBytes, long SchemaVersion, IReadOnlyList<string> Findings);

/// <summary>
/// Backup and check of the database from a process of their own, also while a bridge serves from it: they read as any reader
/// does, take no lock beside SQLite's, and change nothing.
/// </summary>
internal static class SqliteMaintenance
{
    private const int MaxFindings = 100;

    // A row with no other text than "ok" when nothing is wrong.
    private const string IntegrityCheck = "PRAGMA integrity_check(100)";
    private const string ForeignKeyCheck = "SELECT count(*) FROM pragma_foreign_key_check";
    private const string VacuumInto = "VACUUM INTO @file";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Writes a whole, consistent copy of the database as of now to a new file, and checks it.</summary>
    /// <returns>The copy.</returns>
    /// <exception cref="StorageStartException">There is no database, or it cannot be read or copied.</exception>
    public static SqliteCheck Backup(string connectionString, string destination)
    {
        var source = SqliteFile.Locate(connectionString);
        var target = Path.GetFullPath(destination);
        if (Path.Exists(target))
        {
            throw new StorageStartException($"'{target}' is there already. A backup overwrites nothing: name another file.");
        }

        var partial = target + ".partial";
        try
        {
            CreatePrivate(partial);
            using (var session = Open(source))
            {
                RefuseForeign(session, source);
                session.Execute(SchemaSql.Synchronous);
                using var statement = session.Use(VacuumInto).Bind("@file", partial);
                statement.Run();
            }

            var copy = Check($"Data Source={partial}");
            if (copy.Findings.Count > 0)
            {
                throw new StorageStartException($"The copy of '{source}' is damaged ({copy.Findings[0]}): so is the database. Run 'store check'.");
            }

            File.Move(partial, target);
            return copy with { Path = target };
        }
        catch (SqliteException exception)
        {
            throw new StorageStartException($"'{source}' cannot be copied to '{target}': {SqliteErrors.Describe(exception)} {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"'{target}' cannot be written: {exception.Message}", exception);
        }
        finally
        {
            // Never there after a success.
            TryDelete(partial);
        }
    }

    /// <summary>Reads every page of the database and everything that refers to something.</summary>
    /// <exception cref="StorageStartException">There is no database, or it cannot be read.</exception>
    public static SqliteCheck Check(string connectionString)
    {
        var path = SqliteFile.Locate(connectionString);
        try
        {
            using var session = Open(path);
            RefuseForeign(session, path);
            var findings = new List<string>();
            using (var statement = session.Use(IntegrityCheck))
            {
                while (statement.Step() && findings.Count < MaxFindings)
                {
                    findings.Add(statement.GetText(0));
                }
            }

            findings.Remove("ok");
            if (session.Number(ForeignKeyCheck) is > 0 and var dangling)
            {
                findings.Add($"{dangling} rows refer to something that is not there");
            }

            var version = session.Number(SchemaSql.ReadVersion);
            var newest = SqliteOpening.Migrations[^1].Version;
            if (version > newest)
            {
                findings.Add($"the schema has version {version}, and this bridge knows versions up to {newest}");
            }

            var wal = new FileInfo(path + "-wal") is { Exists: true } file ? file.Length : 0;
            return new SqliteCheck(path, new FileInfo(path).Length, wal, version, findings);
        }
        catch (SqliteException exception)
        {
            throw new StorageStartException($"The database '{path}' cannot be read: {SqliteErrors.Describe(exception)} {exception.Message}", exception);
        }
    }

    private static SqliteSession Open(string path)
    {
        // Not read-only: beside a service that has stopped, the WAL's index has to be made to read what the WAL holds.
        var session = SqliteSession.Open(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        session.BusyTimeout = Patience;
        return session;
    }

    private static void RefuseForeign(SqliteSession session, string path)
    {
        if (session.Number(SchemaSql.ReadApplicationId) != SchemaSql.ApplicationId)
        {
            throw new StorageStartException($"'{path}' is not the database of a bridge.");
        }
    }

    // Bodies of events are nobody else's business. SQLite writes into an empty file as into none.
    private static void CreatePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its name says what it is.
        }
    }
}
