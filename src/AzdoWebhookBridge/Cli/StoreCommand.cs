using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Storage.Sqlite;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge store backup|check</c>: works on the database file itself, also while the service runs.</summary>
internal static class StoreCommand
{
    public static Command Create()
    {
        var command = new Command("store", "Back the database up, and check it, also while the service runs.");
        command.Subcommands.Add(Backup());
        command.Subcommands.Add(Check());
        return command;
    }

    private static Command Backup()
    {
        var file = new Argument<FileInfo>("file") { Description = "The new file; it must not be there yet." };
        var command = new Command("backup", "Write a whole copy of the database as of now to a new file, and check it.") { file };
        command.SetAction(parsed =>
        {
            var output = new CommandOutput(parsed);
            var copy = SqliteMaintenance.Backup(ConnectionString(parsed), parsed.GetRequiredValue(file).FullName);
            output.WriteJson(new { File = copy.Path, copy.Bytes, copy.SchemaVersion });
            output.Say($"{copy.Path}: {copy.Bytes:N0} bytes, checked.");
        });
        return command.WithExamples(
            "bridge store backup /backup/bridge-2026-01-05.db",
            "bridge store backup copy.db --Storage:ConnectionString='Data Source=/data/bridge.db'");
    }

    private static Command Check()
    {
        var command = new Command("check", "Read every page of the database; exit code 2 when something is wrong with it.");
        command.SetAction(parsed =>
        {
            var output = new CommandOutput(parsed);
            var check = SqliteMaintenance.Check(ConnectionString(parsed));
            output.WriteJson(check);
            if (!output.IsJson)
            {
                Write(output, check);
            }

            return check.Findings.Count == 0 ? ExitCode.Done : ExitCode.Differs;
        });
        return command.WithExamples("bridge store check", "bridge store check --json | jq .findings");
    }

    private static void Write(CommandOutput output, SqliteCheck check)
    {
        output.WriteLine($"{check.Path}: {check.Bytes:N0} bytes, {check.WalBytes:N0} in the write-ahead log, schema version {check.SchemaVersion}");
        if (check.Findings.Count == 0)
        {
            output.WriteLine("No problem found.");
            return;
        }

        var table = output.CreateTable("finding");
        foreach (var finding in check.Findings)
        {
            table.AddRow(PlainText.Cell(finding));
        }

        output.WriteTable(table);
        output.Say("Keep the file and its -wal as they are, and restore a backup beside them.");
    }

    // As the service: relative paths are below its working folder.
    private static string ConnectionString(ParseResult parsed)
    {
        var options = CommandConfiguration.Load(parsed).GetSection(StorageOptions.SectionName).Get<StorageOptions>() ?? new StorageOptions();
        return string.Equals(options.Provider, StorageOptions.Sqlite, StringComparison.OrdinalIgnoreCase)
            ? options.ConnectionString
            : throw new CommandException($"Storage:Provider is {options.Provider}: use that database's own tools.");
    }
}
