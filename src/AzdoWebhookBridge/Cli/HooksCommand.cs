using System.CommandLine;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Mapping.Live;

namespace AzdoWebhookBridge.Cli;

/// <summary><c>bridge hooks plan|apply|status|remove</c>: the service hooks of the configured organizations.</summary>
internal static class HooksCommand
{
    private static readonly Option<string?> Organization = new("--organization")
    {
        Description = "Only this one of the configured organizations, by its name.",
        Recursive = true,
    };

    public static Command Create()
    {
        var command = new Command("hooks", "Make Azure DevOps send its events to the bridge, and see whether it does.");
        command.Options.Add(Organization);
        command.Subcommands.Add(Plan());
        command.Subcommands.Add(Apply());
        command.Subcommands.Add(Status());
        command.Subcommands.Add(Remove());
        return command;
    }

    private static Command Plan()
    {
        var rewrite = Rewrite();
        var command = new Command("plan", "Show what 'apply' would do; exit code 0 for nothing, 2 for changes, 1 for an error.") { rewrite };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = HookSession.Open(parsed, Organization);
            var plans = await session.ReadAsync(parsed.GetValue(rewrite), cancellationToken).ConfigureAwait(false);
            HooksCommandReport.WritePlan(session.Output, plans);
            return Exit(plans, plans.Any(plan => plan.Plan?.Changes.Count > 0));
        });
        return command.WithExamples("bridge hooks plan", "bridge hooks plan --json | jq '.organizations[].changes'");
    }

    private static Command Apply()
    {
        var yes = Yes();
        var rewrite = Rewrite();
        var command = new Command("apply", "Create, change, switch on and tidy up hooks, so that they are as they are to be.") { yes, rewrite };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = HookSession.Open(parsed, Organization);
            var plans = await session.ReadAsync(parsed.GetValue(rewrite), cancellationToken).ConfigureAwait(false);
            return await session.ApplyAsync(plans, parsed.GetValue(yes), cancellationToken).ConfigureAwait(false);
        });
        return command.WithExamples("bridge hooks apply", "bridge hooks apply --yes --organization contoso");
    }

    private static Command Status()
    {
        var command = new Command("status", "Show how each hook is; exit code 0 when all are fine, 2 when one is not, 1 for an error.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = HookSession.Open(parsed, Organization);
            var plans = await session.ReadAsync(rewritesAll: false, cancellationToken).ConfigureAwait(false);
            HooksCommandReport.WriteStatus(session.Output, plans);
            return Exit(plans, plans.Any(plan => plan.Plan is { IsHealthy: false }));
        });
        return command.WithExamples("bridge hooks status", "bridge hooks status --json");
    }

    private static Command Remove()
    {
        var yes = Yes();
        var url = new Option<string?>("--url") { Description = "Remove the hooks of this former address instead of the present one." };
        var command = new Command("remove", "Delete all hooks that call the bridge, narrowed ones too.") { yes, url };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = HookSession.Open(parsed, Organization);
            var plans = await session.ReadRemovalAsync(parsed.GetValue(url), cancellationToken).ConfigureAwait(false);
            return await session.ApplyAsync(plans, parsed.GetValue(yes), cancellationToken).ConfigureAwait(false);
        });
        return command.WithExamples("bridge hooks remove", "bridge hooks remove --url https://old-bridge.example --yes");
    }

    private static Option<bool> Yes() => new("--yes") { Description = "Do not ask." };

    private static Option<bool> Rewrite() => new("--rewrite")
    {
        Description = "Write all hooks anew, for a changed password that Azure DevOps does not let anybody compare.",
    };

    private static int Exit(IReadOnlyList<OrganizationPlan> plans, bool differs) =>
        plans.Any(plan => plan.Problem is not null) ? ExitCode.Failed : differs ? ExitCode.Differs : ExitCode.Done;
}

/// <summary>An organization's plan, or why there is none; and what came of it.</summary>
internal sealed record OrganizationPlan(IAzureDevOpsOrganization Organization, HookPlan? Plan, string? Problem)
{
    public HookOutcome? Outcome { get; init; }
}

/// <summary>One run of a command below <c>hooks</c>.</summary>
internal sealed class HookSession : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly HookReconciler _reconciler;
    private readonly IReadOnlyList<IAzureDevOpsOrganization> _organizations;

    private HookSession(ServiceProvider services, CommandOutput output, string? name)
    {
        _services = services;
        Output = output;
        _reconciler = services.GetRequiredService<HookReconciler>();
        _organizations = Choose(services.GetRequiredService<IAzureDevOpsOrganizations>().All, name);
    }

    public CommandOutput Output { get; }

    public static HookSession Open(ParseResult parsed, Option<string?> organization)
    {
        var services = CommandServices.Create(parsed);
        try
        {
            return new HookSession(services, new CommandOutput(parsed), parsed.GetValue(organization));
        }
        catch
        {
            services.Dispose();
            throw;
        }
    }

    public Task<IReadOnlyList<OrganizationPlan>> ReadAsync(bool rewritesAll, CancellationToken cancellationToken)
    {
        ThrowIfIncomplete();
        var wish = new HookWish(ConfiguredMapping.Rules(_services.GetRequiredService<IConfiguration>()).EventTypes, RewritesAll: rewritesAll);
        return ForEachAsync((organization, token) => _reconciler.ReadAsync(organization, wish, token), cancellationToken);
    }

    public Task<IReadOnlyList<OrganizationPlan>> ReadRemovalAsync(string? url, CancellationToken cancellationToken)
    {
        if (url is null)
        {
            ThrowIfIncomplete();
        }
        else if (!Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            throw new CommandException("--url must be an absolute URL, such as https://old-bridge.example.");
        }

        return ForEachAsync((organization, token) => _reconciler.ReadRemovalAsync(organization, url, token), cancellationToken);
    }

    /// <summary>Shows the plans, asks, and does them.</summary>
    public async Task<int> ApplyAsync(IReadOnlyList<OrganizationPlan> plans, bool isConfirmed, CancellationToken cancellationToken)
    {
        var count = plans.Sum(plan => plan.Plan?.Changes.Count ?? 0);
        if (!Output.IsJson)
        {
            HooksCommandReport.WritePlan(Output, plans);
        }

        if (count > 0 && !isConfirmed
            && !await Output.ConfirmAsync(count, $"{count} changes to service hooks.", cancellationToken).ConfigureAwait(false))
        {
            Output.Say("Nothing was done.");
            return ExitCode.Failed;
        }

        var results = new List<OrganizationPlan>();
        foreach (var plan in plans)
        {
            results.Add(await ApplyAsync(plan, cancellationToken).ConfigureAwait(false));
        }

        HooksCommandReport.WriteOutcome(Output, results);
        return results.TrueForAll(result => result.Problem is null) ? ExitCode.Done : ExitCode.Failed;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private async Task<OrganizationPlan> ApplyAsync(OrganizationPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Plan is not { Changes.Count: > 0 } changes)
        {
            return plan;
        }

        var outcome = await _reconciler.ApplyAsync(
            plan.Organization, changes, HookReconciler.AllKinds,
            change => Output.Say($"{HooksCommandReport.Symbol(change.Kind)} {change.EventType} ({HooksCommandReport.Scope(plan.Organization, change.Scope)})"),
            cancellationToken).ConfigureAwait(false);
        return plan with { Outcome = outcome, Problem = outcome.Problem?.Message };
    }

    private async Task<IReadOnlyList<OrganizationPlan>> ForEachAsync(
        Func<IAzureDevOpsOrganization, CancellationToken, Task<HookPlan>> read, CancellationToken cancellationToken)
    {
        var plans = new List<OrganizationPlan>();
        foreach (var organization in _organizations)
        {
            try
            {
                plans.Add(new OrganizationPlan(organization, await read(organization, cancellationToken).ConfigureAwait(false), null));
            }
            catch (AzureDevOpsException exception)
            {
                plans.Add(new OrganizationPlan(organization, null, exception.Message));
            }
        }

        return plans;
    }

    private void ThrowIfIncomplete()
    {
        if (_reconciler.MissingSetting is { } missing)
        {
            throw new CommandException(missing);
        }
    }

    private static IReadOnlyList<IAzureDevOpsOrganization> Choose(IReadOnlyList<IAzureDevOpsOrganization> all, string? name)
    {
        if (all.Count == 0)
        {
            throw new CommandException(
                "No organization is configured: set AzureDevOps:Organizations:0:Url and :Pat, or an Entra application instead of the token.");
        }

        if (name is null)
        {
            return all;
        }

        var chosen = all.Where(organization => organization.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        return chosen.Count > 0
            ? chosen
            : throw new CommandException($"'{name}' is not a configured organization; there are: {string.Join(", ", all.Select(organization => organization.Name))}.");
    }
}
