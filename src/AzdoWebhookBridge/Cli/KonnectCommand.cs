using System.CommandLine;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Konnect.Provisioning;
using AzdoWebhookBridge.Operations.Configuration;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge konnect provision</c>: connects Konnect's integration with an organization.</summary>
internal static class KonnectCommand
{
    public static Command Create()
    {
        var command = new Command("konnect", "Set up Kong Konnect.");
        command.Subcommands.Add(Provision());
        return command;
    }

    private static Command Provision()
    {
        var organization = new Option<string?>("--organization") { Description = "The Azure DevOps organization; without it the configured one." };
        var patFile = new Option<FileInfo?>("--pat-file") { Description = "A file with the personal access token for Konnect; it needs the scope Code: Read and no other." };
        var configured = new Option<bool>("--use-configured-pat")
        {
            Description = "Give Konnect the token of AzureDevOps:Organizations, which may do more than Konnect needs.",
        };
        var rotate = new Option<bool>("--rotate-credential") { Description = "Replace the token that Konnect has." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only look; exit code 2 when there is something to do." };
        var command = new Command(
            "provision", "Connect Konnect's Azure DevOps integration: instance and credential, then check them. Exit code 2 when something needs attention.")
        {
            organization, patFile, configured, rotate, dryRun,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed,
            new Choices(
                parsed.GetValue(organization), parsed.GetValue(patFile), parsed.GetValue(configured), parsed.GetValue(rotate), parsed.GetValue(dryRun)),
            cancellationToken));
        return command.WithExamples(
            "bridge konnect provision --organization contoso --pat-file /run/secrets/konnect-pat",
            "bridge konnect provision --dry-run",
            "bridge konnect provision --rotate-credential --pat-file new-pat.txt");
    }

    private static async Task<int> RunAsync(ParseResult parsed, Choices choices, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Create(parsed);
        var azureDevOps = new AzureDevOpsOptions();
        services.GetRequiredService<IConfiguration>().GetSection(AzureDevOpsOptions.SectionName).Bind(azureDevOps);
        var organization = Organization(choices, azureDevOps);
        try
        {
            return await RunAsync(
                parsed, choices, organization, azureDevOps,
                services.GetRequiredService<KonnectAdmin>(), services.GetRequiredService<IOptions<KonnectOptions>>().Value, cancellationToken).ConfigureAwait(false);
        }
        catch (KonnectSetupException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Choices choices, string organization, AzureDevOpsOptions azureDevOps, KonnectAdmin admin, KonnectOptions options,
        CancellationToken cancellationToken)
    {
        var output = new CommandOutput(parsed);
        var time = CommandConsole.Of(parsed).Time;
        var setup = await admin.ReadAsync(organization, cancellationToken).ConfigureAwait(false);
        var name = KonnectSetupPlan.NameFor(options.Instance, options.Integration, organization, setup.TakenNames);
        if (KonnectSetupPlan.Refuse(setup, name) is { } refusal)
        {
            throw new CommandException(refusal);
        }

        var done = new List<string>();
        if (!choices.DryRun)
        {
            // The token first: without one there is nothing to begin with.
            var token = setup.Credential is null || choices.Rotate ? Token(parsed, choices, organization, azureDevOps) : default;
            if (setup.Instance is null)
            {
                var instance = await admin.CreateInstanceAsync(name, organization, cancellationToken).ConfigureAwait(false);
                done.Add($"Created the instance '{instance.Name}'.");
                setup = setup with { Instance = instance };
            }

            if (!token.IsEmpty)
            {
                await GiveAsync(admin, setup, token, done, output, cancellationToken).ConfigureAwait(false);
            }

            if (done.Count > 0)
            {
                setup = await admin.ReadAsync(organization, cancellationToken).ConfigureAwait(false);
            }
        }

        var parts = KonnectSetupPlan.Describe(setup, name, organization, choices is { DryRun: true, Rotate: true }, time.GetUtcNow());
        Write(output, organization, parts, done);
        return parts.Any(part => part.State != SetupState.Fine) ? ExitCode.Differs : ExitCode.Done;
    }

    private static async Task GiveAsync(
        KonnectAdmin admin, KonnectSetup setup, SecretText token, List<string> done, CommandOutput output, CancellationToken cancellationToken)
    {
        var id = setup.Instance?.Id ?? throw new CommandException("Konnect's answer has no id for the instance.");
        if (setup.Credential is not null)
        {
            await admin.DeleteCredentialAsync(id, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await admin.CreateCredentialAsync(id, token, cancellationToken).ConfigureAwait(false);
        }
        catch (KonnectSetupException)
        {
            output.Say(setup.Credential is null
                ? "The instance is there, without a credential. Rights on a new instance may take a minute to arrive: run the command again."
                : "The old credential is removed and the new one is not there: run the command again.");
            throw;
        }

        done.Add(setup.Credential is null ? "Gave Konnect the token." : "Replaced the token.");
    }

    private static void Write(CommandOutput output, string organization, IReadOnlyList<SetupPart> parts, IReadOnlyList<string> done)
    {
        output.WriteJson(new
        {
            Organization = organization,
            Done = done,
            Parts = parts.Select(part => new { part.Name, State = part.State.ToString().ToLowerInvariant(), part.Text }),
        });
        foreach (var sentence in done)
        {
            output.Say(sentence);
        }

        foreach (var part in output.IsJson ? [] : parts)
        {
            output.WriteLine($"{Sign(part.State)} {part.Name}: {part.Text}");
        }

        output.Say(
            "This is the catalog that Kong now calls Catalog Classic. In an organization that was switched to the new Catalog its services and "
            + "integrations are no longer shown; the data stays, and the API goes on to serve it.");
    }

    private static char Sign(SetupState state) => state switch
    {
        SetupState.Fine => '=',
        SetupState.ToDo => '+',
        _ => '!',
    };

    private static string Organization(Choices choices, AzureDevOpsOptions azureDevOps)
    {
        if (!string.IsNullOrWhiteSpace(choices.Organization))
        {
            return choices.Organization.Trim();
        }

        var configured = azureDevOps.Organizations.Select(one => KonnectRepository.OrganizationName(one.Url)).Where(name => name.Length > 0).Distinct().ToList();
        return configured switch
        {
            [var only] => only,
            [] => throw new CommandException("Which organization? Give --organization NAME, or set AzureDevOps:Organizations:0:Url."),
            _ => throw new CommandException($"Which organization? Give --organization with one of {string.Join(", ", configured)}."),
        };
    }

    private static SecretText Token(ParseResult parsed, Choices choices, string organization, AzureDevOpsOptions azureDevOps)
    {
        if (choices is { PatFile: not null, UseConfiguredPat: true })
        {
            throw new CommandException("Give --pat-file or --use-configured-pat, not both.");
        }

        var text = choices switch
        {
            { PatFile: { } file } => SecretFiles.TryRead(file.FullName) ?? throw new CommandException($"{file.FullName} cannot be read."),
            { UseConfiguredPat: true } => azureDevOps.Organizations
                .FirstOrDefault(one => string.Equals(KonnectRepository.OrganizationName(one.Url), organization, StringComparison.OrdinalIgnoreCase))?.Pat
                is { Length: > 0 } pat ? pat : throw new CommandException($"AzureDevOps:Organizations has no personal access token for '{organization}'."),
            _ => SecretPrompt.Ask(CommandConsole.Of(parsed), $"Personal access token of '{organization}' for Konnect (scope Code: Read)"),
        };
        var token = new SecretText(text);
        return token.IsEmpty
            ? throw new CommandException(
                "Konnect needs a personal access token of its own, with the scope Code: Read and no other: give --pat-file FILE. "
                + "The configured token is not sent unless --use-configured-pat says so.")
            : token;
    }

    private sealed record Choices(string? Organization, FileInfo? PatFile, bool UseConfiguredPat, bool Rotate, bool DryRun);
}
