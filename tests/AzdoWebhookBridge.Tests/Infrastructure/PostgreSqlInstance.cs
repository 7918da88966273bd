using System.Globalization;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>A PostgreSQL server that belongs to one test: it is stopped, killed, followed by a standby, promoted.</summary>
internal sealed class PostgreSqlInstance : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private bool _isRunning;

    private PostgreSqlInstance(DirectoryInfo folder, int port) => (_folder, Port) = (folder, port);

    public int Port { get; }

    public string ConnectionString => $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Username=postgres;Database=postgres";

    private string Data => Path.Combine(_folder.FullName, "data");

    /// <summary>A primary of its own.</summary>
    public static PostgreSqlInstance Create()
    {
        var instance = Make();
        PostgreSqlServer.RunTool("initdb", "-D", instance.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C");
        instance.Configure("max_connections = 100", "wal_level = replica", "max_wal_senders = 5", "hot_standby = on");
        instance.Start();
        return instance;
    }

    /// <summary>A standby; from now on no commit of this server returns before the standby has it on its disk.</summary>
    public async Task<PostgreSqlInstance> FollowAsync()
    {
        var standby = Make();
        await standby.CopyAsync(this);
        return standby;
    }

    /// <summary>
    /// After a fail-over: comes back as the standby of the new primary, copied anew. What it had on its own disk may be more than the other
    /// ever saw, and would keep it from following.
    /// </summary>
    public async Task DemoteAsync(PostgreSqlInstance primary)
    {
        Directory.Delete(Data, recursive: true);
        await CopyAsync(primary);
    }

    public void Start()
    {
        PostgreSqlServer.RunTool("pg_ctl", "-D", Data, "-l", Path.Combine(_folder.FullName, "log"), "-w", "-t", "60", "start");
        _isRunning = true;
    }

    /// <summary><c>fast</c> ends sessions; <c>immediate</c> is as good as a crash.</summary>
    public void Stop(string mode = "fast")
    {
        PostgreSqlServer.RunTool("pg_ctl", "-D", Data, "-m", mode, "-w", "stop");
        _isRunning = false;
    }

    /// <summary>Makes a standby the primary; it waits for no standby of its own.</summary>
    public void Promote()
    {
        File.AppendAllText(Path.Combine(Data, "postgresql.auto.conf"), "synchronous_standby_names = ''\n");
        PostgreSqlServer.RunTool("pg_ctl", "-D", Data, "-w", "-t", "60", "promote");
        PostgreSqlServer.RunTool("pg_ctl", "-D", Data, "reload");
    }

    public async Task<T?> QueryAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public ValueTask DisposeAsync()
    {
        if (_isRunning)
        {
            Stop("immediate");
        }

        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task CopyAsync(PostgreSqlInstance primary)
    {
        PostgreSqlServer.RunTool(
            "pg_basebackup", "-D", Data, "-R", "-X", "stream", "-c", "fast",
            "-d", $"host=127.0.0.1 port={primary.Port.ToString(CultureInfo.InvariantCulture)} user=postgres application_name=standby");
        Configure();
        Start();
        await PostgreSqlServer.ExecuteAsync(primary.ConnectionString, "ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        await PostgreSqlServer.ExecuteAsync(primary.ConnectionString, "SELECT pg_reload_conf()");
    }

    private static PostgreSqlInstance Make() => new(PostgreSqlServer.CreateFolder("azdo-bridge-instance-"), PostgreSqlServer.FreePort());

    private void Configure(params string[] settings) => File.AppendAllLines(Path.Combine(Data, "postgresql.conf"),
    [
        "listen_addresses = '127.0.0.1'",
        $"port = {Port.ToString(CultureInfo.InvariantCulture)}",
        $"unix_socket_directories = '{_folder.FullName}'",
        "log_min_messages = warning",
        .. settings,
    ]);
}
