using System.Text.Json;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>One request to an organization.</summary>
/// <param name="Method">How it is sent.</param>
/// <param name="Path">Below the organization's root, escaped, with its query but without the API's version.</param>
/// <param name="What">For sentences: "list the projects".</param>
/// <param name="Scope">What the credential needs, in the words of the page where people make one.</param>
internal sealed record AzureDevOpsCall(HttpMethod Method, string Path, string What, string Scope)
{
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Whether it goes to the host that alone knows release events.</summary>
    public bool IsForReleases { get; init; }

    /// <summary>Whether doing it twice is the same as once.</summary>
    public bool IsRepeatable { get; init; } = true;

    /// <summary>Whether "there is none" is an answer here.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>Whether a server may lack the whole route, which it may also say by a page for people.</summary>
    public bool MayLackRoute { get; init; }

    /// <summary>Whether a success has a JSON object in it.</summary>
    public bool HasAnswer { get; init; } = true;

    /// <summary>Whether the answer is a list, which may also come without an object around it.</summary>
    public bool IsList { get; init; }

    /// <summary>Whether a success may come without a body.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Secrets in the body, which a service may echo.</summary>
    public IReadOnlyList<SecretText> Secrets { get; init; } = [];

    /// <summary>One part of a path. What people write as a name must not lead elsewhere.</summary>
    public static string Segment(string text) => text.Trim() is { Length: > 0 } trimmed and not ("." or "..")
        ? Uri.EscapeDataString(trimmed)
        : throw new AzureDevOpsException(AzureDevOpsFailure.NotFound, $"'{text}' cannot be the name of anything.");
}

/// <summary>What a call gave.</summary>
/// <param name="Json">Null for an answer without a body and for what is absent.</param>
/// <param name="Continuation">What to ask for the next page with.</param>
/// <param name="Moment">See <see cref="AzureDevOpsPage"/>.</param>
internal sealed record AzureDevOpsReply(JsonDocument? Json, string? Continuation, DateTimeOffset Moment) : IDisposable
{
    public void Dispose() => Json?.Dispose();
}

/// <summary>Scopes of a token, as the page calls them on which people make one.</summary>
internal static class AzureDevOpsScopes
{
    public const string Projects = "Project and team (read)";
    public const string Code = "Code (read)";
    public const string Build = "Build (read)";
    public const string WorkItems = "Work items (read)";
    public const string Hooks = "Service hooks (manage), with the permissions View subscriptions and Edit subscriptions";
}
