using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AzdoWebhookBridge.Storage.Sqlite;

/// <summary>
/// The database file and the lock beside it. Everything here refuses with a sentence that an operator can act on, and never
/// creates over or deletes what is there.
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    private static readonly string[] NetworkFileSystems = ["nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs"];

    private readonly FileStream _lock;

    private SqliteFile(string path, string connectionString, FileStream @lock)
    {
        Path = path;
        ConnectionString = connectionString;
        _lock = @lock;
    }

    /// <summary>The full path, links resolved.</summary>
    public string Path { get; }

    /// <summary>Opens the existing file only: a database that is gone is not made anew behind a running bridge.</summary>
    public string ConnectionString { get; }

    public string CreatingConnectionString =>
        new SqliteConnectionStringBuilder(ConnectionString) { Mode = SqliteOpenMode.ReadWriteCreate }.ToString();

    public bool Exists => File.Exists(Path);

    /// <summary>Length of the WAL, 0 when there is none.</summary>
    public long WalLength => new FileInfo(Path + "-wal") is { Exists: true } wal ? wal.Length : 0;

    public static SqliteFile Claim(string connectionString)
    {
        var builder = Parse(connectionString);
        var path = System.IO.Path.GetFullPath(builder.DataSource);
        var folder = System.IO.Path.GetDirectoryName(path)!;
        try
        {
            Directory.CreateDirectory(folder);
            if (new FileInfo(path) is { LinkTarget: not null } link)
            {
                path = link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException(
                $"The folder '{folder}' of the database cannot be created ({exception.Message}). {WhoAmI()} "
                + "Create it for this user, or set Storage:ConnectionString to a writable place.",
                exception);
        }

        RefuseNetworkFileSystem(path);
        if (!File.Exists(path) && new FileInfo(path + "-wal") is { Exists: true, Length: > 0 })
        {
            throw new StorageStartException(
                $"The database '{path}' is gone, but its write-ahead log '{path}-wal' is there and holds events. "
                + "Put the database file back beside it; to give those events up, move the log away.");
        }

        builder.DataSource = path;
        builder.Mode = SqliteOpenMode.ReadWrite;
        builder.Pooling = false;
        return new SqliteFile(path, builder.ToString(), TakeLock(path));
    }

    /// <summary>The existing file that a connection string names, links resolved; takes no lock.</summary>
    /// <exception cref="StorageStartException">There is none.</exception>
    public static string Locate(string connectionString)
    {
        var path = System.IO.Path.GetFullPath(Parse(connectionString).DataSource);
        if (new FileInfo(path) is { LinkTarget: not null } link)
        {
            path = link.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }

        return File.Exists(path)
            ? path
            : throw new StorageStartException($"There is no database at '{path}'. Set Storage:ConnectionString as the service has it.");
    }

    /// <summary>Puts a failure to open into words.</summary>
    public StorageStartException Explain(SqliteException exception)
    {
        var cause = exception.SqliteErrorCode switch
        {
            raw.SQLITE_CANTOPEN => "cannot be opened: the file or its folder is not readable and writable for this user. "
                + "Give the user both (SQLite writes -wal and -shm files beside the database)",
            raw.SQLITE_READONLY or raw.SQLITE_PERM => "is read-only for this user. Make the file, its -wal and -shm files and "
                + "the folder writable",
            raw.SQLITE_NOTADB => "is not an SQLite database. Set Storage:ConnectionString to another file, or restore a backup",
            raw.SQLITE_CORRUPT => "is damaged. Keep the file and its -wal as they are and restore a backup beside them",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "is locked by another program. Close what has it open",
            raw.SQLITE_FULL => "cannot be written: the disk is full. Free some space",
            _ => "cannot be used",
        };
        return new StorageStartException($"The database '{Path}' {cause}. {exception.Message}. {WhoAmI()}{Modes()}", exception);
    }

    public void Dispose() => _lock.Dispose();

    private static SqliteConnectionStringBuilder Parse(string connectionString)
    {
        SqliteConnectionStringBuilder builder;
        try
        {
            builder = new SqliteConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException exception)
        {
            throw new StorageStartException($"Storage:ConnectionString cannot be read: {exception.Message}", exception);
        }

        if (builder.DataSource.Length == 0
            || builder.DataSource.StartsWith(':')
            || builder.DataSource.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            || builder.Mode is SqliteOpenMode.Memory or SqliteOpenMode.ReadOnly
            || builder.Cache == SqliteCacheMode.Shared)
        {
            throw new StorageStartException(
                "Storage:ConnectionString has to name a file that can be written, such as \"Data Source=data/bridge.db\": "
                + "in memory, shared-cache and read-only databases do not keep what was acknowledged.");
        }

        return builder;
    }

    private static void RefuseNetworkFileSystem(string path)
    {
        string format;
        try
        {
            format = new DriveInfo(System.IO.Path.GetDirectoryName(path)!).DriveFormat;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return;
        }

        if (NetworkFileSystems.Contains(format, StringComparer.OrdinalIgnoreCase))
        {
            throw new StorageStartException(
                $"The database '{path}' is on a network file system ({format}), where SQLite's locks and shared memory do not "
                + "hold. Use a local disk (a block volume in Kubernetes), or PostgreSQL.");
        }
    }

    // The kernel gives the lock up when the process ends, however it ends.
    private static FileStream TakeLock(string path)
    {
        var lockPath = path + ".lock";
        try
        {
            return new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageStartException(
                $"The lock file '{lockPath}' cannot be written. {WhoAmI()} The folder has to be writable for this user.",
                exception);
        }
        catch (IOException exception)
        {
            throw new StorageStartException(
                $"The database '{path}' is in use by another bridge: '{lockPath}' cannot be locked "
                + $"({exception.Message}). SQLite serves one process; stop the other one, or use PostgreSQL for several replicas.",
                exception);
        }
    }

    // The number is what file permissions go by; in an image there is often no name to it.
    private static string WhoAmI()
    {
        try
        {
            var uid = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal));
            return uid is null ? "" : $"The bridge runs as user id {uid.Split('\t', StringSplitOptions.RemoveEmptyEntries)[2]}.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"The bridge runs as {Environment.UserName}.";
        }
    }

    private string Modes()
    {
        if (OperatingSystem.IsWindows())
        {
            return "";
        }

        try
        {
            var folder = System.IO.Path.GetDirectoryName(Path)!;
            var file = File.Exists(Path) ? $", the file {Octal(File.GetUnixFileMode(Path))}" : "";
            return $" The folder has mode {Octal(File.GetUnixFileMode(folder))}{file}.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }

        static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
    }
}
