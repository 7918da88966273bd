using System.Security.Claims;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Operations.Problems;

namespace AzdoWebhookBridge.Api;

internal static class BackfillEndpoints
{
    public static void MapBackfill(this IEndpointRouteBuilder api)
    {
        api.MapGet("/backfill", GetBackfillAsync).ForReaders("GetBackfill", "How the newest backfill stands.").Produces<BackfillModel>();
        api.MapPost("/backfill", StartBackfillAsync).ForWriters("StartBackfill", "Reads projects, repositories, pipelines and work items from Azure DevOps.")
            .Produces<BackfillModel>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/backfill/resume", ResumeBackfillAsync).ForWriters("ResumeBackfill", "Goes on with a backfill that failed or was cancelled; one under way goes on anyway.")
            .Produces<BackfillModel>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/backfill/cancel", CancelBackfillAsync).ForWriters("CancelBackfill", "Ends the backfill after the page it is at.")
            .Produces<BackfillModel>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/backfill/prune", PruneAsync).ForWriters("PruneBackfill", "Deletes what the backfill did not find; the caller says how many that are.")
            .Produces<BackfillModel>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> GetBackfillAsync(BackfillWorker backfill, CancellationToken cancellationToken) =>
        TypedResults.Ok(BackfillModel.Of(await backfill.GetAsync(cancellationToken)));

    private static async Task<IResult> StartBackfillAsync(
        BackfillStart start, BackfillWorker backfill, IAzureDevOpsOrganizations organizations, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (organizations.All.Count == 0)
        {
            return OperatorApi.Invalid("No organization is configured: set AzureDevOps:Organizations:0:Url and its Pat.");
        }

        if (start.Organizations?.FirstOrDefault(name => !organizations.All.Any(one => string.Equals(one.Name, name, StringComparison.OrdinalIgnoreCase))) is { } unknown)
        {
            return OperatorApi.Invalid($"There is no organization '{unknown}'; configured are {string.Join(", ", organizations.All.Select(one => one.Name))}.");
        }

        if (start.Kinds?.FirstOrDefault(kind => !BackfillEvents.Kinds.Contains(kind, StringComparer.Ordinal)) is { } kind)
        {
            return OperatorApi.Invalid($"There is no kind '{kind}'; there are {string.Join(", ", BackfillEvents.Kinds)}.");
        }

        if (start.Kinds?.FirstOrDefault(kind => !backfill.Kinds.Contains(kind, StringComparer.Ordinal)) is { } unused)
        {
            return OperatorApi.Invalid($"No rule is for '{unused}': one that says 'backfill: {unused}' is needed; the rules are for {string.Join(", ", backfill.Kinds)}.");
        }

        var request = new BackfillRequest
        {
            Organizations = start.Organizations ?? [],
            Projects = start.Projects ?? [],
            Kinds = start.Kinds ?? [],
            Since = start.Since,
            Prune = start.Prune,
            By = user.Identity?.Name ?? "unknown",
        };
        return request is { Prune: true, Since: not null }
            ? OperatorApi.Invalid("A prune needs everything to be read: give no 'since'.")
            : Answer(
                await backfill.StartAsync(request, cancellationToken),
                "A backfill is under way; see GET /api/backfill, or cancel it.");
    }

    private static async Task<IResult> ResumeBackfillAsync(BackfillWorker backfill, CancellationToken cancellationToken) =>
        Answer(await backfill.ResumeAsync(cancellationToken), "There is no backfill that failed, was cancelled or is under way.");

    private static async Task<IResult> CancelBackfillAsync(BackfillWorker backfill, CancellationToken cancellationToken) =>
        Answer(await backfill.CancelAsync(cancellationToken), "There is no backfill under way.");

    private static async Task<IResult> PruneAsync(BackfillPrune prune, BackfillWorker backfill, CancellationToken cancellationToken)
    {
        if (await backfill.GetAsync(cancellationToken) is { Status: BackfillStatus.Planned, Prune: { IsLarge: true } plan } && !prune.AllowLarge)
        {
            return new ProblemResult(
                ProblemTypes.Conflict,
                $"The plan deletes {string.Join(", ", plan.Large)}. That many are rather a permission that was lost; say allowLarge if it is meant.");
        }

        var wasPlanned = await backfill.GetAsync(cancellationToken) is { Status: BackfillStatus.Planned };
        if (await backfill.PruneAsync(prune.Expected, cancellationToken) is { } pruned)
        {
            return Answer(pruned, "");
        }

        // It was planned, and cannot be told any more: its last note says why.
        var whyNot = wasPlanned && await backfill.GetAsync(cancellationToken) is { Status: BackfillStatus.Done, Notes: [.., var note] } ? note : null;
        return Answer(null, whyNot ?? "No prune of that many entities is planned; see GET /api/backfill.");
    }

    private static IResult Answer(BackfillState? state, string whyNot) =>
        state is null ? new ProblemResult(ProblemTypes.Conflict, whyNot) : TypedResults.Accepted("/api/backfill", BackfillModel.Of(state));
}

/// <param name="Organizations">Names; none for all.</param>
/// <param name="Projects">Names or ids; none for all.</param>
/// <param name="Kinds">What to read; none for all that the rules use.</param>
/// <param name="Since">Only what changed since then.</param>
/// <param name="Prune">Whether to plan the deletion of what is no longer there.</param>
internal sealed record BackfillStart(
    IReadOnlyList<string>? Organizations, IReadOnlyList<string>? Projects, IReadOnlyList<string>? Kinds, DateTimeOffset? Since, bool Prune);

/// <param name="Expected">How many entities the plan deletes.</param>
/// <param name="AllowLarge">Needed when those of a blueprint are more than ten and more than a tenth of it.</param>
internal sealed record BackfillPrune(int Expected, bool AllowLarge);

/// <param name="Status"><c>none</c>, <c>reading</c>, <c>comparing</c>, <c>planned</c>, <c>done</c>, <c>failed</c> or <c>cancelled</c>.</param>
/// <param name="Reason">Why it failed, or what it waits for.</param>
/// <param name="Counts">Things read, by kind.</param>
/// <param name="Fraction">From 0 to 1, a guess.</param>
/// <param name="ReadingSeconds">The time that reading took so far.</param>
/// <param name="Notes">What was left out, and why.</param>
internal sealed record BackfillModel(
    string Status,
    string? Reason,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    string? By,
    IReadOnlyDictionary<string, long> Counts,
    long Pages,
    double Fraction,
    double ReadingSeconds,
    IReadOnlyList<BackfillOrganizationModel> Organizations,
    PrunePlan? Prune,
    IReadOnlyList<string> Notes)
{
    public static BackfillModel Of(BackfillState? state) => state is null
        ? new BackfillModel("none", null, null, null, null, new Dictionary<string, long>(StringComparer.Ordinal), 0, 0, 0, [], null, [])
        : new BackfillModel(
            state.Status.ToString().ToLowerInvariant(),
            state.Reason,
            DateTimeOffset.FromUnixTimeMilliseconds(state.Run),
            state.EndedAt is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
            state.Request.By,
            state.Counts,
            state.Pages,
            state.Fraction,
            state.ReadingMs / 1000.0,
            [.. state.Organizations.Select(organization => new BackfillOrganizationModel(
                organization.Name,
                organization.IsDone ? null : organization.HasProjects ? organization.Kinds[organization.Kind] : BackfillEvents.Project,
                organization.IsDone ? organization.Projects.Count : organization.Project,
                organization.Projects.Count))],
            state.Prune,
            state.Notes);
}

/// <param name="Kind">The kind that is being read; null after the last.</param>
/// <param name="ProjectsRead">Projects of that kind that are read.</param>
internal sealed record BackfillOrganizationModel(string Name, string? Kind, int ProjectsRead, int Projects);
