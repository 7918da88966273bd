using System.Runtime.CompilerServices;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.PostgreSql;
using AzdoWebhookBridge.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.Doctor;

/// <summary>
/// The database: a server is asked; a file is the service's own while that runs, and its readiness tells how it is.
/// </summary>
internal sealed class StoreCheck(PlainHttp http, DoctorWishes wishes, IConfiguration configuration) : IDoctorCheck
{
    private const long LittleSpace = 1024L * 1024 * 1024;
    private const long NoSpace = 100L * 1024 * 1024;

    public string Name => "store";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = new StorageOptions();
        configuration.GetSection(StorageOptions.SectionName).Bind(options);
        if (!options.Provider.Equals(StorageOptions.Sqlite, StringComparison.OrdinalIgnoreCase))
        {
            yield return await LookAtServerAsync(options.ConnectionString, cancellationToken).ConfigureAwait(false);
            yield break;
        }

        if (TryPath(options.ConnectionString) is not { } path)
        {
            yield return new Finding(
                Name, Severity.Problem, "Storage:ConnectionString does not name a file.", "Set it to \"Data Source=data/bridge.db\", or another place on a local disk.");
            yield break;
        }

        var folder = ExistingFolder(path);
        if (Space(folder) is { } free && free < LittleSpace)
        {
            yield return new Finding(
                Name, free < NoSpace ? Severity.Problem : Severity.Warning, $"Only {free / (1024 * 1024)} MiB are free where '{path}' is.",
                "Free some space: with a full disk events are refused.");
        }

        var (answer, _) = await http.GetAsync(wishes.ServiceAddress, cancellationToken).ConfigureAwait(false);
        yield return answer is not null ? new Finding(Name, Severity.Skipped, "The running service has it open; see 'service'.")
            : Unwritable(folder) is { } reason ? new Finding(Name, Severity.Problem, $"The folder '{folder}' {reason}.", "Make it writable for the user that the service runs as.")
            : !File.Exists(path) ? new Finding(Name, Severity.Ok, $"'{path}' will be made at the first start.")
            : Look(path);
    }

    private Finding Look(string path)
    {
        try
        {
            using var session = SqliteSession.Open(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
            var journal = session.Text(SchemaSql.ReadJournalMode);
            return session.Number(SchemaSql.CountTables) > 0 && session.Number(SchemaSql.ReadApplicationId) != SchemaSql.ApplicationId
                ? new Finding(Name, Severity.Problem, $"'{path}' belongs to another program.", "Set Storage:ConnectionString to a file of its own.")
                : journal == "wal" || session.Number(SchemaSql.CountTables) == 0
                    ? new Finding(Name, Severity.Ok, $"'{path}' can be opened.")
                    : new Finding(Name, Severity.Warning, $"'{path}' has journal_mode '{journal}' instead of wal; the service sets it when it starts.");
        }
        catch (SqliteException exception)
        {
            return new Finding(
                Name, Severity.Problem, $"'{path}' cannot be opened (SQLite code {exception.SqliteErrorCode}).",
                "Check that it is a database of the bridge and writable for this user; restore a backup when it is damaged.");
        }
    }

    private async Task<Finding> LookAtServerAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = PostgreSqlDatabase.Create(connectionString);
            return await database.RunAsync(
                async connection => await PostgreSqlSchema.RefuseAsync(connection, cancellationToken).ConfigureAwait(false) is { } refusal
                    ? new Finding(Name, Severity.Problem, refusal)
                    : new Finding(Name, Severity.Ok, $"PostgreSQL {connection.PostgreSqlVersion} takes connections and keeps what it acknowledges."),
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreUnavailableException or StorageStartException)
        {
            return new Finding(Name, Severity.Problem, exception.Message, "Check Storage:ConnectionString, and that the database can be reached from here.");
        }
    }

    private static string? TryPath(string connectionString)
    {
        try
        {
            var source = new SqliteConnectionStringBuilder(connectionString).DataSource;
            return source.Length == 0 || source.StartsWith(':') ? null : Path.GetFullPath(source);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string ExistingFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent)
        {
            folder = parent;
        }

        return folder;
    }

    private static long? Space(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Unwritable(string folder)
    {
        try
        {
            using var probe = new FileStream(
                Path.Combine(folder, $".bridge-doctor-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "cannot be written by this user";
        }
    }
}
