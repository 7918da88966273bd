using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Operations.Configuration;

namespace AzdoWebhookBridge.Cli;

/// <summary>The configuration that a command works with: the service's own sources, in the same order.</summary>
internal static class CommandConfiguration
{
    public static IConfigurationRoot Load(ParseResult parsed)
    {
        var configuration = new ConfigurationManager();
        configuration
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .AddCommandLine([.. CommandConsole.Of(parsed).Settings]);
        configuration.AddSecretFiles(CommandConsole.Of(parsed).Time);
        return configuration;
    }
}
