using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.Hosting;

/// <summary>What a stand-in answers: a JSON body, or a text as it is, or nothing (204).</summary>
internal sealed record SandboxAnswer(int Status, JsonNode? Body = null)
{
    public string? Text { get; init; }

    public string ContentType { get; init; } = "application/json; charset=utf-8";

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public string? Content => Text ?? Body?.ToJsonString();

    public SandboxAnswer With(IEnumerable<KeyValuePair<string, string>> headers) => this with { Headers = [.. Headers, .. headers] };
}
