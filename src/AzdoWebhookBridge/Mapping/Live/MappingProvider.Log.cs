namespace AzdoWebhookBridge.Mapping.Live;

internal sealed partial class MappingProvider
{
    private static partial class Log
    {
        [LoggerMessage(MappingEventIds.RulesLoaded, LogLevel.Information, "Mapping: {Rules} rules of {Source} are generation {Generation}")]
        public static partial void RulesLoaded(ILogger logger, int rules, string source, long generation);

        [LoggerMessage(
            MappingEventIds.RulesChanged,
            LogLevel.Information,
            "Mapping: {Rules} rules of the changed {Source} replace generation {Before} as generation {Generation}")]
        public static partial void RulesChanged(ILogger logger, int rules, string source, long before, long generation);

        [LoggerMessage(
            MappingEventIds.RulesRefused,
            LogLevel.Error,
            "Mapping: the changed {Source} has {Count} problems and is not used, generation {Generation} stays:\n{Problems}")]
        public static partial void RulesRefused(ILogger logger, string source, int count, string problems, long generation);

        [LoggerMessage(
            MappingEventIds.FileUnreadable, LogLevel.Error, "Mapping: {Source}: {Reason}; generation {Generation} stays")]
        public static partial void FileUnreadable(ILogger logger, string source, string reason, long generation);

        [LoggerMessage(MappingEventIds.RulesRestored, LogLevel.Information, "Mapping: {Source} is again as generation {Generation} has it")]
        public static partial void RulesRestored(ILogger logger, string source, long generation);

        [LoggerMessage(MappingEventIds.RuleWarning, LogLevel.Warning, "Mapping: {Warning}")]
        public static partial void RuleWarning(ILogger logger, MappingProblem warning);
    }
}
