using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Cli.Output;
using Spectre.Console;

namespace AzdoWebhookBridge.Cli;

/// <summary>How plans of service hooks are shown.</summary>
internal static class HooksCommandReport
{
    private const int LongestValue = 60;

    public static string Symbol(HookChangeKind kind) => kind switch
    {
        HookChangeKind.Create => "+",
        HookChangeKind.Delete => "-",
        _ => "~",
    };

    public static string Scope(IAzureDevOpsOrganization organization, string scope) =>
        scope == organization.Name ? scope : $"{organization.Name}/{scope}";

    public static void WritePlan(CommandOutput output, IReadOnlyList<OrganizationPlan> plans)
    {
        output.WriteJson(Document(plans));
        if (output.IsJson)
        {
            SayProblems(output, plans);
            return;
        }

        var rows = plans.SelectMany(plan => plan.Plan?.Changes ?? [], (plan, change) => (plan.Organization, Change: change)).ToList();
        if (rows.Count > 0)
        {
            var table = output.CreateTable("", "event", "of", "why");
            foreach (var (organization, change) in rows)
            {
                table.AddRow(
                    new Text(Symbol(change.Kind)), new Text(change.EventType), new Text(Scope(organization, Clean(change.Scope))), new Text(Why(change)));
            }

            output.Data.Write(table);
        }

        foreach (var plan in plans.Select(plan => plan.Plan).OfType<HookPlan>())
        {
            output.WriteLine(Summary(plan));
        }

        SayKept(output, plans);
        SayProblems(output, plans);
    }

    public static void WriteStatus(CommandOutput output, IReadOnlyList<OrganizationPlan> plans)
    {
        output.WriteJson(new
        {
            Organizations = plans.Select(plan => new
            {
                plan.Organization.Name,
                plan.Organization.Url,
                Healthy = plan.Plan?.IsHealthy ?? false,
                Hooks = plan.Plan?.Hooks.Select(hook => new
                {
                    hook.Hook.Event.EventType,
                    Publisher = hook.Hook.Event.PublisherId,
                    hook.Hook.Scope,
                    ProjectId = NullIfEmpty(hook.Hook.ProjectId),
                    SubscriptionId = hook.Subscription?.Id,
                    hook.Status,
                    Healthy = hook.IsHealthy,
                    hook.Subscription?.ProbationRetries,
                    hook.Subscription?.LastProbationRetry,
                    hook.Change?.Reason,
                }),
                Superfluous = plan.Plan?.Changes.Where(change => change.Kind == HookChangeKind.Delete).Select(Document),
                Kept = plan.Plan?.Kept.Select(Document),
                plan.Plan?.Notes,
                Error = plan.Problem,
            }),
        });
        if (!output.IsJson)
        {
            var table = output.CreateTable("event", "of", "status", "remark");
            foreach (var (organization, hook) in plans.SelectMany(plan => plan.Plan?.Hooks ?? [], (plan, hook) => (plan.Organization, hook)))
            {
                table.AddRow(
                    new Text(hook.Hook.Event.EventType), new Text(Scope(organization, Clean(hook.Hook.Scope))), new Text(Clean(hook.Status)),
                    new Text(hook.Change is { Kind: not HookChangeKind.Create } change ? Why(change) : ""));
            }

            output.Data.Write(table);
            foreach (var plan in plans.Where(plan => plan.Plan is not null))
            {
                var deletions = plan.Plan!.Changes.Count(change => change.Kind == HookChangeKind.Delete);
                output.WriteLine($"{plan.Organization.Name}: {plan.Plan.Hooks.Count(hook => hook.IsHealthy)} of {plan.Plan.Hooks.Count} hooks are fine"
                    + (deletions > 0 ? $", {deletions} are superfluous." : "."));
            }

            SayKept(output, plans);
        }

        SayProblems(output, plans);
    }

    public static void WriteOutcome(CommandOutput output, IReadOnlyList<OrganizationPlan> results)
    {
        output.WriteJson(Document(results));
        SayProblems(output, [.. results.Where(result => result.Outcome is not null || output.IsJson)]);
        foreach (var (organization, outcome) in results.Where(result => result.Outcome?.Failures.Count > 0).Select(result => (result.Organization, result.Outcome!)))
        {
            output.Say($"{organization.Name}: {outcome.Done.Count} changes were made, {outcome.Failures.Count} failed "
                + $"({string.Join(", ", outcome.Failures.Select(failure => failure.Change.EventType))}), {outcome.NotTried.Count} were not tried. "
                + "Run it again when the cause is gone.");
        }

        if (!output.IsJson)
        {
            output.WriteLine($"{results.Sum(result => result.Outcome?.Done.Count ?? 0)} changes made.");
        }
    }

    private static object Document(IReadOnlyList<OrganizationPlan> plans) => new
    {
        Organizations = plans.Select(plan => new
        {
            plan.Organization.Name,
            plan.Organization.Url,
            Changes = plan.Plan?.Changes.Select(change => Document(change, plan.Outcome)),
            plan.Plan?.Unchanged,
            plan.Plan?.Foreign,
            Kept = plan.Plan?.Kept.Select(Document),
            plan.Plan?.Notes,
            Error = plan.Problem,
        }),
    };

    private static object Document(HookChange change) => Document(change, null);

    private static object Document(HookChange change, HookOutcome? outcome) => new
    {
        Action = change.Kind.ToString().ToLowerInvariant(),
        change.EventType,
        Publisher = change.PublisherId,
        change.Scope,
        ProjectId = NullIfEmpty(change.Hook?.ProjectId ?? change.Subscription!.ProjectId),
        SubscriptionId = change.Subscription?.Id,
        change.Reason,
        change.Differences,
        Result = outcome is null ? null
            : outcome.Done.Contains(change) ? "done"
            : outcome.Failures.Any(failure => ReferenceEquals(failure.Change, change)) ? "failed"
            : "not tried",
        Error = outcome?.Failures.FirstOrDefault(failure => ReferenceEquals(failure.Change, change))?.Problem.Message,
    };

    private static object Document(KeptHook kept) => new { SubscriptionId = kept.Subscription.Id, kept.Subscription.EventType, kept.Reason };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static string Summary(HookPlan plan)
    {
        int Count(HookChangeKind kind) => plan.Changes.Count(change => change.Kind == kind);
        return $"{plan.Organization}: {Count(HookChangeKind.Create)} to create, {Count(HookChangeKind.Update)} to change, "
            + $"{Count(HookChangeKind.Enable)} to switch on, {Count(HookChangeKind.Delete)} to delete; {plan.Unchanged} are fine, "
            + $"{plan.Foreign} of others are left alone.";
    }

    private static string Why(HookChange change) => change.Differences.Count == 0
        ? change.Reason
        : $"{change.Reason}: {string.Join(", ", change.Differences.Select(difference => $"{Shown(difference.From)} → {Shown(difference.To)}"))}";

    private static string Shown(string value) => value.Length == 0 ? "nothing" : Clean(value);

    // What others wrote into a hook may hold anything.
    private static string Clean(string text)
    {
        var line = new string([.. text.Where(letter => !char.IsControl(letter)).Take(LongestValue)]);
        return line.Length < text.Length ? $"{line}…" : line;
    }

    private static void SayKept(CommandOutput output, IReadOnlyList<OrganizationPlan> plans)
    {
        foreach (var plan in plans.Select(plan => plan.Plan).OfType<HookPlan>())
        {
            foreach (var kept in plan.Kept)
            {
                output.Say($"{plan.Organization}: the hook for {Clean(kept.Subscription.EventType)} {kept.Subscription.Id} is left as it is: {Clean(kept.Reason)}.");
            }

            foreach (var note in plan.Notes)
            {
                output.Say($"{plan.Organization}: {note}");
            }
        }
    }

    private static void SayProblems(CommandOutput output, IEnumerable<OrganizationPlan> plans)
    {
        // A refusal that all hooks share, but for the name of the event, is said for each: it tells which ones are missing.
        foreach (var problem in plans.SelectMany(plan =>
            plan.Outcome is { } outcome ? outcome.Failures.Select(failure => failure.Problem.Message) : new[] { plan.Problem }.OfType<string>()))
        {
            output.Say(problem);
        }
    }
}
