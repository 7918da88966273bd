using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>
/// A PostgreSQL server of our own for the tests of this process, in a temporary folder; durable as in production. Skips the test when
/// there are no binaries (<c>POSTGRES_BIN</c>, or Debian's folder).
/// </summary>
public static class PostgreSqlServer
{
    private static readonly Lazy<Task<int>> Port = new(() => Task.Run(Start));
    private static int _databases;

    /// <summary>Whether the binaries are there.</summary>
    public static bool IsInstalled => Binaries() is not null;

    /// <summary>Makes an empty database and returns how to connect to it.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        if (!IsInstalled)
        {
            throw new PostgreSqlMissingException();
        }

        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(ConnectionString(await Port.Value, "postgres"), $"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
        return ConnectionString(await Port.Value, name);
    }

    /// <summary>Again when it deadlocks: what a test does to the tables takes their rows in another order than the bridge.</summary>
    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
                await connection.OpenAsync();
                await using var command = new NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync();
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && tries < 5)
            {
                // The database has undone all of it.
            }
        }
    }

    private static string ConnectionString(int port, string database) =>
        $"Host=127.0.0.1;Port={port};Username=postgres;Database={database}";

    private static string? Binaries() => new[] { Environment.GetEnvironmentVariable("POSTGRES_BIN") }
        .Concat(Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(folder => Path.Combine(folder, "bin"))
            : [])
        .FirstOrDefault(folder => folder is not null && File.Exists(Path.Combine(folder, "initdb")));

    private static int Start()
    {
        var folder = CreateFolder("azdo-bridge-postgres-");
        var data = Path.Combine(folder.FullName, "data");
        var port = FreePort();
        RunTool("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C");
        File.AppendAllText(Path.Combine(data, "postgresql.conf"), $"""

            listen_addresses = '127.0.0.1'
            port = {port}
            unix_socket_directories = '{folder.FullName}'
            max_connections = 400
            log_min_messages = warning
            """);
        RunTool("pg_ctl", "-D", data, "-l", Path.Combine(folder.FullName, "log"), "-w", "-t", "60", "start");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            RunTool("pg_ctl", "-D", data, "-m", "immediate", "stop");
            folder.Delete(recursive: true);
        };
        return port;
    }

    internal static DirectoryInfo CreateFolder(string prefix)
    {
        if (!IsInstalled)
        {
            throw new PostgreSqlMissingException();
        }

        var folder = Directory.CreateTempSubdirectory(prefix);
        if (Environment.UserName == "root")
        {
            // It refuses to run as root.
            Run("chown", "postgres", folder.FullName);
        }

        return folder;
    }

    internal static void RunTool(string tool, params string[] arguments)
    {
        var path = Path.Combine(Binaries()!, tool);
        if (Environment.UserName == "root")
        {
            Run("runuser", ["-u", "postgres", "--", path, .. arguments]);
        }
        else
        {
            Run(path, arguments);
        }
    }

    private static void Run(string file, params string[] arguments)
    {
        // Its output goes nowhere: a server that inherits a pipe would keep it open for ever.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", file, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
        })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Skips the test that needs a server; xunit knows the beginning of the message.</summary>
public sealed class PostgreSqlMissingException()
    : Exception("$XunitDynamicSkip$PostgreSQL's binaries are not installed; set POSTGRES_BIN to the folder of initdb");
