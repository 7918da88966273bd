namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>A hook that there is to be.</summary>
/// <param name="Event">What it is for.</param>
/// <param name="ProjectId">Empty for the whole organization.</param>
/// <param name="Scope">What people call that: the project's or the organization's name.</param>
/// <param name="ConsumerInputs">What it calls, as whom and with what; with secrets.</param>
internal sealed record DesiredHook(HookEvent Event, string ProjectId, string Scope, IReadOnlyDictionary<string, string> ConsumerInputs)
{
    // A record would print the secrets.
    public override string ToString() => $"{Event.EventType} of {Scope}";
}

/// <summary>A project that hooks are limited to.</summary>
internal sealed record HookProject(string Id, string Name);

internal static class DesiredHooks
{
    /// <param name="organization">Its name.</param>
    /// <param name="endpoint">What the hooks are to call.</param>
    /// <param name="projects">None for the whole organization.</param>
    /// <param name="events">See <see cref="HookEvents.Wanted"/>.</param>
    public static IReadOnlyList<DesiredHook> Make(
        string organization, HookEndpoint endpoint, IReadOnlyList<HookProject> projects, IReadOnlyList<HookEvent> events)
    {
        var inputs = endpoint.ConsumerInputs;
        var scopes = projects.Count == 0 ? [new HookProject("", organization)] : projects.DistinctBy(project => project.Id.ToUpperInvariant());
        return [.. scopes.SelectMany(_ => events, (scope, hook) => new DesiredHook(hook, scope.Id, scope.Name, inputs))];
    }
}
