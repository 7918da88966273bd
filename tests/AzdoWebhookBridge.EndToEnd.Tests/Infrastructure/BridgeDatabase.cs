using Microsoft.Data.Sqlite;

namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>A rig's SQLite file, looked at from outside.</summary>
internal sealed class BridgeDatabase(BridgeRig rig)
{
    public string Path { get; } = new SqliteConnectionStringBuilder(rig.Settings["Storage__ConnectionString"]).DataSource;

    public long Length => Size(Path) + Size(Path + "-wal");

    public long Number(string sql) => Query(sql, row => row.GetInt64(0))[0];

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>For what a running bridge would not do: the bridge has to be stopped.</summary>
    public void Change(string sql)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 600;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path};Mode=ReadWrite;Pooling=False");
        connection.Open();
        return connection;
    }

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;
}
