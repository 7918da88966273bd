using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Storage;
using Microsoft.AspNetCore.Connections;

namespace AzdoWebhookBridge.Cli;

/// <summary>
/// The command line: one binary, <c>serve</c> when nothing is said. Data goes to stdout and words to stderr.
/// Exit codes: 0 done, 1 failed or wrongly called.
/// </summary>
internal static class BridgeCommandLine
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            var parsed = Create(arguments).Parse(arguments);
            var exitCode = await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // Longer than the host's own shutdown: its drain must not be cut off.
                ProcessTerminationTimeout = TimeSpan.FromSeconds(25),
            })
                .ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? 1 : exitCode;
        }
        catch (Exception exception) when (exception is CommandException or ConfigurationException or StorageStartException or MappingException)
        {
            await Console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return 1;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{exception.Message} Choose another one by ASPNETCORE_URLS.").ConfigureAwait(false);
            return 1;
        }
    }

    private static RootCommand Create(string[] arguments)
    {
        var root = new RootCommand("Bridges Azure DevOps service hooks to Port and Kong Konnect.")
        {
            // What is not a command is configuration: --Ingress:MaxBodyBytes=1048576.
            TreatUnmatchedTokensAsErrors = false,
        };
        root.SetAction((parsed, cancellationToken) => ServeAsync(parsed, arguments, cancellationToken));

        var serve = new Command("serve", "Run the bridge (the default).") { TreatUnmatchedTokensAsErrors = false };
        serve.SetAction((parsed, cancellationToken) => ServeAsync(parsed, arguments, cancellationToken));
        root.Subcommands.Add(serve);
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(HealthCommand.Create());
        root.Subcommands.Add(MappingCommand.Create());
        root.Options.Add(CommonOptions.Json);
        return root;
    }

    private static Task<int> ServeAsync(ParseResult parsed, string[] arguments, CancellationToken cancellationToken)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => !token.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
        {
            var names = parsed.RootCommandResult.Command.Subcommands.Select(command => command.Name);
            var hint = NearestName.Of(unknown, names) is { } nearest ? $" Did you mean '{nearest}'?" : "";
            throw new CommandException($"'{unknown}' is not a command.{hint} See --help.");
        }

        return ServeCommand.RunAsync([.. arguments.Where(argument => argument != "serve")], cancellationToken);
    }
}

/// <summary>A failure that a person at the command line can do something about; printed as it is, without a stack trace.</summary>
internal sealed class CommandException(string message) : Exception(message);
