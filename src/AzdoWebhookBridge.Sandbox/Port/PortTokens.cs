using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>One active token for the one credential, as Port does it: the same until it expires.</summary>
internal sealed class PortTokens(PortSandboxOptions options)
{
    private string? _token;
    private DateTimeOffset _expiresAt;

    public string Secret { get; private set; } = options.ClientSecret;

    public int Issued { get; private set; }

    public void Expire() => _token = null;

    public void ChangeSecret(string secret)
    {
        Secret = secret;
        Expire();
    }

    public bool IsValid(string? authorization) =>
        _token is not null && options.Time.GetUtcNow() < _expiresAt
        && authorization?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true
        && authorization["Bearer ".Length..].Trim() == _token;

    public SandboxAnswer Answer(SandboxExchange exchange)
    {
        if (PortQuery.Check(exchange, [], []) is { } badQuery)
        {
            return badQuery.ToAnswer();
        }

        if (exchange.Json is not JsonObject body || body.Count != 2
            || Shape.Text(body["clientId"]) is not { } id || Shape.Text(body["clientSecret"]) is not { } secret)
        {
            return PortError.Invalid("body must have the texts clientId and clientSecret and nothing else").ToAnswer();
        }

        if (id != options.ClientId || secret != Secret)
        {
            return new PortError(401, "unauthorized", "Invalid credentials").ToAnswer();
        }

        var now = options.Time.GetUtcNow();
        if (_token is null || now >= _expiresAt)
        {
            Issued++;
            _token = $"sandbox-token-{Issued}-{Guid.NewGuid():N}";
            _expiresAt = now + options.TokenLifetime;
        }

        return new SandboxAnswer(200, new JsonObject
        {
            ["ok"] = true,
            ["accessToken"] = _token,
            ["expiresIn"] = (long)Math.Floor((_expiresAt - now).TotalSeconds),
            ["tokenType"] = "Bearer",
        });
    }
}
