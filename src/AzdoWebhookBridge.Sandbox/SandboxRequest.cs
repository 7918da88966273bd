namespace AzdoWebhookBridge.Sandbox;

/// <summary>A request as it reached a sandbox. Nothing is hidden: a stand-in has no real secrets.</summary>
public sealed record SandboxRequest
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

    /// <summary>Whether it asks Port or Entra for an access token.</summary>
    public bool IsTokenRequest =>
        Path.EndsWith("/auth/access_token", StringComparison.Ordinal) || Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal);
}

/// <summary>A request together with what came of it.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Status">The status that was answered, or 0 when the connection ended without an answer.</param>
public sealed record SandboxCall(SandboxRequest Request, int Status)
{
    public string Method => Request.Method;

    /// <inheritdoc cref="SandboxRequest.Path"/>
    public string Path => Request.Path;

    /// <inheritdoc cref="SandboxRequest.QueryString"/>
    public string QueryString => Request.QueryString;

    /// <inheritdoc cref="SandboxRequest.Query"/>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Query => Request.Query;

    /// <inheritdoc cref="SandboxRequest.Headers"/>
    public IReadOnlyDictionary<string, string> Headers => Request.Headers;

    public string Body => Request.Body;

    /// <inheritdoc cref="SandboxRequest.At"/>
    public DateTimeOffset At => Request.At;

    /// <inheritdoc cref="SandboxRequest.IsTokenRequest"/>
    public bool IsTokenRequest => Request.IsTokenRequest;
}
