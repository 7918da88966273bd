namespace AzdoWebhookBridge.Operations.Access;

/// <summary>Keys of the operator API, the metrics and the documents. With none configured all of them are closed.</summary>
internal sealed class AdminOptions
{
    public const string SectionName = "Admin";

    /// <summary>May do everything.</summary>
    public IList<string> ApiKeys { get; init; } = [];

    /// <summary>May look, and try rules out; never change anything.</summary>
    public IList<string> ReadOnlyApiKeys { get; init; } = [];
}
