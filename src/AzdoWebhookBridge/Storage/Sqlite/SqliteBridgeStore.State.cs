namespace AzdoWebhookBridge.Storage.Sqlite;

internal sealed partial class SqliteBridgeStore
{
    public Task<string?> ReadStateAsync(string name, CancellationToken cancellationToken) =>
        Readers.ReadAsync(
            session =>
            {
                using var statement = session.Use(SchemaSql.ReadDocument).Bind("@name", name);
                return statement.Step() ? statement.GetText(0) : null;
            },
            cancellationToken);

    // One process has the file, and that is this one.
    public Task<bool> HoldAsync(string name, TimeSpan lease, CancellationToken cancellationToken) => Task.FromResult(true);

    public Task LetGoAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task WriteStateAsync(string name, string? json, long now, CancellationToken cancellationToken) =>
        WriteAsync(
            session =>
            {
                using var statement = session.Use(json is null ? SchemaSql.DeleteDocument : SchemaSql.WriteDocument).Bind("@name", name);
                if (json is not null)
                {
                    statement.Bind("@json", json).Bind("@now", now);
                }

                statement.Run();
            },
            cancellationToken);
}
