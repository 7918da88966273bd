using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>Who may come in: personal access tokens, and the tokens of the Entra stand-in.</summary>
internal sealed class AzureDevOpsAccess(AzureDevOpsSandboxOptions options)
{
    private const string Scope = "499b84ac-1321-427f-aa17-267ca6975798/.default";

    private readonly Dictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);

    public string Pat { get; set; } = options.Pat;

    public int Issued { get; private set; }

    public void ExpireTokens() => _tokens.Clear();

    /// <summary>The identity that a header proves; null when it proves none.</summary>
    public AccessIdentity? Identify(string? authorization)
    {
        var parts = authorization?.Split(' ', 2) ?? [];
        return parts switch
        {
            [var scheme, var token] when scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) =>
                _tokens.TryGetValue(token, out var end) && options.Time.GetUtcNow() < end ? new AccessIdentity("entra", null, null) : null,
            [var scheme, var pair] when scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) => OfPat(Password(pair)),
            _ => null,
        };
    }

    /// <summary><c>POST /{tenant}/oauth2/v2.0/token</c>.</summary>
    public SandboxAnswer Answer(SandboxExchange exchange)
    {
        var form = HttpUtility.ParseQueryString(exchange.Request.Body);
        if (exchange.Segment(0) != options.TenantId)
        {
            return Refuse(400, "invalid_request", $"AADSTS90002: Tenant '{exchange.Segment(0)}' not found.");
        }

        if (form["grant_type"] != "client_credentials")
        {
            return Refuse(400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type.");
        }

        if (form["client_id"] != options.ClientId)
        {
            return Refuse(400, "unauthorized_client", "AADSTS700016: Application with that identifier was not found in the directory.");
        }

        if (form["client_secret"] != options.ClientSecret)
        {
            return Refuse(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.");
        }

        if (form["scope"] != Scope)
        {
            return Refuse(400, "invalid_scope", "AADSTS70011: The provided value for the input parameter 'scope' is not valid.");
        }

        var token = $"sandbox-entra-{++Issued}-{Guid.NewGuid():N}";
        _tokens[token] = options.Time.GetUtcNow() + options.TokenLifetime;
        return new SandboxAnswer(200, new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = (long)options.TokenLifetime.TotalSeconds,
            ["ext_expires_in"] = (long)options.TokenLifetime.TotalSeconds,
            ["access_token"] = token,
        });
    }

    private static SandboxAnswer Refuse(int status, string error, string description) =>
        new(status, new JsonObject { ["error"] = error, ["error_description"] = description });

    private static string? Password(string pair)
    {
        var bytes = new byte[pair.Length];
        if (!Convert.TryFromBase64String(pair, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }

    private AccessIdentity? OfPat(string? password)
    {
        if (string.IsNullOrEmpty(password))
        {
            return null;
        }

        return password == Pat
            ? new AccessIdentity("pat", null, null)
            : options.Credentials.FirstOrDefault(credential => credential.Secret == password) is { } limited
                ? new AccessIdentity($"pat {limited.Secret}", limited.Scopes, limited.Organization)
                : null;
    }
}

/// <summary>Somebody who came in.</summary>
/// <param name="Name">Whose usage is counted together.</param>
/// <param name="Scopes">Null is everything.</param>
/// <param name="Organization">Null is every one.</param>
internal sealed record AccessIdentity(string Name, IReadOnlyList<string>? Scopes, string? Organization)
{
    /// <summary>Whether it may do this in an area, which is the first segment after <c>_apis</c>.</summary>
    public bool May(string area, bool isWrite) => Scopes is null || (area.ToUpperInvariant() switch
    {
        "PROJECTS" => Has("vso.project"),
        "GIT" => Has("vso.code"),
        "PIPELINES" => Has("vso.build"),
        "WIT" => Has("vso.work"),
        "HOOKS" => isWrite ? Has("vso.hooks_write") : Has("vso.hooks") || Has("vso.hooks_write"),
        _ => true,
    });

    private bool Has(string scope) => Scopes!.Contains(scope, StringComparer.Ordinal);
}
