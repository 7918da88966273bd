namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>Event bodies kept outside the project, in the folder that AZDO_BRIDGE_SHARED names.</summary>
internal static class ReferenceEvents
{
    public const string Variable = "AZDO_BRIDGE_SHARED";

    private static string? Folder =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } shared && Directory.Exists(Path.Combine(shared, "events"))
            ? Path.Combine(shared, "events")
            : null;

    public static bool ArePresent => Folder is not null;

    public static IEnumerable<string> Files() => Directory.EnumerateFiles(Folder!, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
}

/// <summary>Runs where the reference events are, and says so where they are not.</summary>
internal sealed class ReferenceEventsFactAttribute : FactAttribute
{
    public ReferenceEventsFactAttribute()
    {
        if (!ReferenceEvents.ArePresent)
        {
            Skip = $"{ReferenceEvents.Variable} names no folder with events/: the reference events are not here.";
        }
    }
}
