namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>A test over a folder of real event bodies, which is not part of the repository: skipped, and said so, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CorpusFactAttribute : FactAttribute
{
    public const string Variable = "AZDO_BRIDGE_SHARED";

    public CorpusFactAttribute()
    {
        if (Folder is null)
        {
            Skip = $"No event corpus: {Variable} does not name a folder that has events/.";
        }
    }

    public static string? Folder
    {
        get
        {
            var shared = Environment.GetEnvironmentVariable(Variable);
            var events = shared is null ? null : Path.Combine(shared, "events");
            return Directory.Exists(events) ? events : null;
        }
    }
}
