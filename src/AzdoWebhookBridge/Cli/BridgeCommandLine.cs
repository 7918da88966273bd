using System.CommandLine;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Storage;
using Microsoft.AspNetCore.Connections;

namespace AzdoWebhookBridge.Cli;

/// <summary>
/// The command line: one binary, <c>serve</c> when nothing is said. Data goes to stdout and words to stderr; exit codes are
/// those of <see cref="ExitCode"/>.
/// </summary>
internal static class BridgeCommandLine
{
    /// <summary>What the tool is called in the image, in help and in completion.</summary>
    public const string ToolName = "bridge";

    /// <param name="arguments">As the process got them.</param>
    /// <param name="console">What to read and write; null for the process's own.</param>
    public static async Task<int> RunAsync(string[] arguments, CommandConsole? console = null)
    {
        console ??= CommandConsole.OfProcess();
        var isService = false;
        try
        {
            var (words, settings) = CommandWords.Split(arguments);
            if (words is [] or [ServeCommand.Name])
            {
                // The service lives long: it does without the tree of commands.
                isService = true;
                return await ServeCommand.RunAsync(settings, CancellationToken.None).ConfigureAwait(false);
            }

            console.Settings = settings;
            var parsed = Create().Parse(words);
            if (CommandWords.Problem(parsed) is { } problem)
            {
                throw new CommandException(problem);
            }

            isService = parsed.CommandResult.Command is RootCommand or { Name: ServeCommand.Name };
            return await parsed.InvokeAsync(console).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is CommandException or ConfigurationException or StorageStartException or MappingException)
        {
            await console.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return ExitCode.Failed;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await console.Error.WriteLineAsync($"{exception.Message} Choose another one by ASPNETCORE_URLS.").ConfigureAwait(false);
            return ExitCode.Failed;
        }
        catch (IOException exception) when (OutputPipe.IsClosed(exception))
        {
            // The reader has what it wanted.
            return ExitCode.Done;
        }
        catch (OperationCanceledException exception) when (exception.InnerException is not TimeoutException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (!isService)
        {
            // Where it happened is of no use to who called the command; a crash of the service is another matter.
            await console.Error.WriteLineAsync($"This should not have happened: {exception.GetType().Name}: {exception.Message}").ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Bridges Azure DevOps service hooks to Port and Kong Konnect.") { HelpName = ToolName };
        root.SetAction(ServeCommand.RunAsync);
        root.WithExamples("bridge demo  # see it work, without an account", "bridge  # run the service", "bridge health ready");
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(DemoCommand.Create());
        root.Subcommands.Add(HealthCommand.Create());
        root.Subcommands.Add(OverviewCommand.Create());
        root.Subcommands.Add(EventsCommand.Create());
        root.Subcommands.Add(EntitiesCommand.Create());
        root.Subcommands.Add(TargetsCommand.Create());
        root.Subcommands.Add(MappingCommand.Create());
        root.Subcommands.Add(PortCommand.Create());
        root.Subcommands.Add(KonnectCommand.Create());
        root.Subcommands.Add(HooksCommand.Create());
        root.Subcommands.Add(BackfillCommand.Create());
        root.Subcommands.Add(StoreCommand.Create());
        root.Subcommands.Add(DoctorCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create());
        root.Options.Add(CommonOptions.Json);
        CommandHelp.AddTo(root);
        LeaveUnmatched(root);
        return root;
    }

    // CommandWords says what is wrong with them, with a hint.
    private static void LeaveUnmatched(Command command)
    {
        command.TreatUnmatchedTokensAsErrors = false;
        foreach (var part in command.Subcommands)
        {
            LeaveUnmatched(part);
        }
    }
}

/// <summary>A failure that a person at the command line can do something about; printed as it is, without a stack trace.</summary>
internal class CommandException(string message) : Exception(message);
