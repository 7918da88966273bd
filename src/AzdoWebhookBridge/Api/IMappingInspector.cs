using System.Text.Json;

namespace AzdoWebhookBridge.Api;

/// <summary>What operators may ask of the mapping. Answers are JSON as it goes out.</summary>
internal interface IMappingInspector
{
    /// <summary>The rules in force: where they come from, since when, how many, what was refused last.</summary>
    JsonElement Summarize();

    /// <summary>
    /// What rules would make of an event; nothing is stored. Rules that do not compile and events that fail are part of the
    /// answer, not exceptions.
    /// </summary>
    /// <param name="rules">The rules' text, or null for those in force.</param>
    /// <param name="eventBody">The event as Azure DevOps sends it.</param>
    /// <param name="context">Headers and query parameters, JSON; null for none.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    Task<JsonElement> PreviewAsync(
        string? rules, ReadOnlyMemory<byte> eventBody, ReadOnlyMemory<byte>? context, CancellationToken cancellationToken);
}
