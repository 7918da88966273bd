using System.CommandLine;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Port;

namespace AzdoWebhookBridge.Cli;

/// <summary>
/// The services of a command that talks to a vendor's API: the same configuration as the service's, checked the same way, without
/// its store, its loops and its listener.
/// </summary>
internal static class CommandServices
{
    /// <param name="parsed">Tokens that no option took are configuration: <c>--Port:BaseUrl=…</c>.</param>
    /// <exception cref="ConfigurationException">With all problems of the configuration at once.</exception>
    /// <exception cref="CommandException">A token is neither an option nor configuration.</exception>
    public static ServiceProvider Create(ParseResult parsed)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(Settings(parsed));
        builder.Configuration.AddSecretFiles(TimeProvider.System);
        ConfigurationValidator.ThrowIfInvalid(builder.Configuration);
        builder.Services.AddSingleton<IConfiguration>(builder.Configuration);
        builder.Services.AddLogging();
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddPort();
        builder.Services.AddKonnect();
        builder.Services.AddAzureDevOps();
        builder.Services.AddOptions<IngressOptions>().BindConfiguration(IngressOptions.SectionName);
        builder.Services.AddSharedOptions();
        return builder.Services.BuildServiceProvider();
    }

    private static string[] Settings(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => !token.StartsWith("--", StringComparison.Ordinal) || !token.Contains(':', StringComparison.Ordinal))
            is { } unknown)
        {
            throw new CommandException($"'{unknown}' is neither an option nor a setting (--Section:Key=value). See --help.");
        }

        return [.. parsed.UnmatchedTokens];
    }
}
