namespace AzdoWebhookBridge.Mapping.Live;

/// <summary>Ids of the log messages of mapping: 3000 to 3099, never used again for something else.</summary>
internal static class MappingEventIds
{
    public const int RulesLoaded = 3000;
    public const int RulesChanged = 3001;
    public const int RulesRefused = 3002;
    public const int FileUnreadable = 3003;
    public const int RulesRestored = 3004;
    public const int RuleWarning = 3005;
    public const int WatchFailed = 3006;

    public const int EventFailed = 3050;
}
