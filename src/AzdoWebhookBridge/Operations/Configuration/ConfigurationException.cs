namespace AzdoWebhookBridge.Operations.Configuration;

/// <summary>The configuration cannot be used. Has every problem at once, each with its key, none with a secret.</summary>
internal sealed class ConfigurationException(IReadOnlyList<string> problems)
    : Exception("The configuration is not usable:" + string.Concat(problems.Select(problem => $"{Environment.NewLine}  {problem}")))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
