using System.CommandLine;
using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Operations.Configuration;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>How to reach the running service and with which key, the same for every command that asks it.</summary>
internal sealed class RemoteOptions
{
    private static readonly string[] KeySettings = ["Admin:ApiKeys:0", "Admin:ReadOnlyApiKeys:0"];

    private readonly Option<string?> _url = new("--url")
    {
        Description = "The service's address; without it the one that ASPNETCORE_URLS tells, on this machine.",
    };

    private readonly Option<FileInfo?> _keyFile = new("--key-file")
    {
        Description = "A file with the API key; without it Admin:ApiKeys:0 of the configuration.",
    };

    public static RemoteOptions AddTo(Command command)
    {
        var options = new RemoteOptions();
        command.Options.Add(options._url);
        command.Options.Add(options._keyFile);
        return options;
    }

    /// <summary>Whether the command line says which service is meant.</summary>
    public bool NamesService(ParseResult parsed) => parsed.GetValue(_url) is not null;

    /// <summary>The service's address.</summary>
    public Uri Address(ParseResult parsed, IConfiguration configuration) => parsed.GetValue(_url) is { } url
        ? ServiceAddress.Parse("--url", url)
        : ServiceAddress.Parse("The service's own address", ServiceAddress.Find(configuration).ToString());

    /// <summary>The key, and where it is from, to name it when it is refused.</summary>
    public (string Key, string Source) Key(ParseResult parsed, IConfiguration configuration)
    {
        if (parsed.GetValue(_keyFile) is { } file)
        {
            return (Check(SecretFiles.TryRead(file.FullName)?.Trim(), file.FullName), file.FullName);
        }

        var setting = KeySettings.FirstOrDefault(name => !string.IsNullOrWhiteSpace(configuration[name]))
            ?? throw new CommandException(
                $"There is no API key. Give it as the service has it, by Admin:ApiKeys:0 or Admin:ApiKeyFiles:0 (environment: Admin__ApiKeys__0), "
                + $"or by --key-file; the service takes it in {ApiKeyHandler.HeaderName}.");
        return (Check(configuration[setting], setting), setting);
    }

    private static string Check(string? key, string source) =>
        string.IsNullOrWhiteSpace(key) ? throw new CommandException($"{source} has no API key or cannot be read.")
        : key.Any(letter => letter is < ' ' or > '~') ? throw new CommandException($"The API key of {source} has letters that no header may have.")
        : key;
}
