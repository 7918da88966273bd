using System.Diagnostics.CodeAnalysis;

namespace AzdoWebhookBridge.Sandbox;

/// <summary>A request as it reached a sandbox. Nothing is hidden: a stand-in has no real secrets.</summary>
public record SandboxRequest
{
    public required string Method { get; init; }

    /// <summary>The path as it was sent: still percent-encoded, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query as it was sent, with its question mark, or empty.</summary>
    public required string QueryString { get; init; }

    /// <summary>The decoded query; names are compared exactly.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Query { get; init; }

    /// <summary>Headers by name, whatever the case; several values are joined by a comma.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required string Body { get; init; }

    /// <summary>When it arrived, by the sandbox's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it asks Port for an access token.</summary>
    public bool IsTokenRequest => Path.EndsWith("/auth/access_token", StringComparison.Ordinal);
}

/// <summary>A request together with what came of it.</summary>
public sealed record SandboxCall : SandboxRequest
{
    [SetsRequiredMembers]
    internal SandboxCall(SandboxRequest request, int status)
        : base(request) => Status = status;

    /// <summary>The status that was answered, or 0 when the connection ended without an answer.</summary>
    public int Status { get; }
}
