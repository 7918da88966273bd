namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>Event bodies in the folder <c>events</c> of the folder that AZDO_BRIDGE_SHARED names.</summary>
internal static class ReferenceEvents
{
    public const string Variable = "AZDO_BRIDGE_SHARED";

    public static string? Folder { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } shared && Directory.Exists(Path.Combine(shared, "events"))
            ? Path.Combine(shared, "events")
            : null;

    /// <summary>Name without extension, with a slash after its folder, and content.</summary>
    public static IEnumerable<(string Name, byte[] Body)> All() =>
        from path in Directory.EnumerateFiles(Folder!, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        select (Path.GetRelativePath(Folder!, path).Replace('\\', '/')[..^5], File.ReadAllBytes(path));
}

/// <summary>Runs where the reference events are, and says so where they are not.</summary>
internal sealed class ReferenceEventsFactAttribute : FactAttribute
{
    public ReferenceEventsFactAttribute()
    {
        if (ReferenceEvents.Folder is null)
        {
            Skip = $"{ReferenceEvents.Variable} names no folder with events/: the reference events are not here.";
        }
    }
}
