using System.Security.Claims;
using System.Text.Encodings.Web;
using AzdoWebhookBridge.Operations.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Operations.Access;

/// <summary>Lets operators in by a key in <c>X-Api-Key</c>, or as a bearer token for scrapers that cannot set other headers.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeyRing ring, OperatorRefusals refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string HeaderName = "X-Api-Key";
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (PresentedKey(Request) is not { } presented)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (ring.Recognise(presented) is not { } key)
        {
            return Task.FromResult(AuthenticateResult.Fail("The key is not one of those configured."));
        }

        var identity = new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, key.Name),
                new Claim(OperatorPolicies.AccessClaim, key.IsFull ? OperatorPolicies.FullAccess : OperatorPolicies.ReadAccess),
            ],
            SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var detail = ring.IsEmpty
            ? "No API key is configured here, so every request is refused. Set Admin:ApiKeys or Admin:ReadOnlyApiKeys."
            : PresentedKey(Request) is null
                ? $"Give an API key in {HeaderName}."
                : "The API key is not one of those configured here.";
        refusals.Report(ring.IsEmpty ? "no key is configured (Admin:ApiKeys)" : "no key or a wrong one (Admin:ApiKeys)");
        Response.Headers.WWWAuthenticate = "ApiKey realm=\"AzdoWebhookBridge\"";
        return new Problem(ProblemTypes.Unauthorized, detail).WriteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        new Problem(ProblemTypes.Forbidden, "This needs a key of Admin:ApiKeys; a read-only key may only look.").WriteAsync(Context);

    private static string? PresentedKey(HttpRequest request)
    {
        if (request.Headers.TryGetValue(HeaderName, out var values))
        {
            return values.Count == 1 ? values[0] : "";
        }

        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
    }
}

/// <summary>Says in the log that operators were refused: seldom enough that nobody can fill a disk with it.</summary>
internal sealed partial class OperatorRefusals(TimeProvider time, ILogger<OperatorRefusals> logger)
{
    private readonly LogThrottle _throttle = new(time, TimeSpan.FromSeconds(10));

    public void Report(string reason)
    {
        if (_throttle.ShouldLog(reason, out var count))
        {
            Log.Refused(logger, count, reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.OperatorRefused, LogLevel.Warning, "{Count} requests of operators refused: {Reason}")]
        public static partial void Refused(ILogger logger, long count, string reason);
    }
}
