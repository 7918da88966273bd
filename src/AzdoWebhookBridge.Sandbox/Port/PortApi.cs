using System.Globalization;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The Port API as a whole: gate keeping, routes and error bodies.</summary>
internal sealed class PortApi : SandboxApi
{
    // More than any run uses, so that an unlimited sandbox still sends the headers.
    private static readonly SandboxRateLimit Generous = new(10_000_000, TimeSpan.FromMinutes(5));

    private readonly PortSandboxOptions _options;

    public PortApi(PortSandboxOptions options, SandboxFaults faults)
    {
        _options = options;
        Catalog = new PortCatalog(options);
        Catalog.Reset();
        Tokens = new PortTokens(options);
        Window = NewWindow();
        Routes =
        [
            new("POST", "/v1/auth/access_token", Tokens.Answer),
            .. new EntityEndpoints(Catalog, faults).Routes,
            .. new EntityReadEndpoints(Catalog).Routes,
            .. new BlueprintEndpoints(Catalog).Routes,
            .. new WebhookEndpoints(Catalog).Routes,
        ];
    }

    public PortCatalog Catalog { get; }

    public PortTokens Tokens { get; }

    public override IEnumerable<SandboxRoute> Routes { get; }

    private RateWindow Window { get; set; }

    public void Reset()
    {
        Catalog.Reset();
        Window = NewWindow();
    }

    public override SandboxAnswer? Refuse(SandboxExchange exchange)
    {
        if (!Window.TryTake())
        {
            return TooMany();
        }

        if (exchange.BodyBytes > _options.MaxBodyBytes)
        {
            return new PortError(413, "request_entity_too_large", "Request body is too large").ToAnswer();
        }

        if (!exchange.Request.IsTokenRequest && !Tokens.IsValid(exchange.Request.Headers.GetValueOrDefault("Authorization")))
        {
            return new PortError(401, "unauthorized", "Missing, wrong or expired token").ToAnswer();
        }

        if (exchange.BodyBytes > 0 && !exchange.HasJsonContentType)
        {
            return new PortError(415, "unsupported_media_type", "Unsupported Media Type").ToAnswer();
        }

        return exchange.IsBrokenJson ? PortError.Invalid("body is not JSON, or has a key twice").ToAnswer() : null;
    }

    public override SandboxAnswer ErrorAnswer(int status) => status switch
    {
        >= 500 => new SandboxAnswer(status) { Text = "upstream connect error or disconnect/reset before headers", ContentType = "text/plain" },
        401 => new PortError(status, "unauthorized", "Missing, wrong or expired token").ToAnswer(),
        403 => new PortError(status, "forbidden", "Forbidden").ToAnswer(),
        404 => new PortError(status, "not_found", "Not found").ToAnswer(),
        413 => new PortError(status, "request_entity_too_large", "Request body is too large").ToAnswer(),
        429 => new PortError(status, "too_many_requests", "Rate limit exceeded").ToAnswer(),
        _ => new PortError(status, "invalid_request", "Ordered by the sandbox").ToAnswer(),
    };

    public override SandboxAnswer UnknownRoute(SandboxExchange exchange) =>
        new PortError(404, "not_found", $"Route {exchange.Request.Method}:{exchange.Request.Path} not found").ToAnswer();

    public override IEnumerable<KeyValuePair<string, string>> CommonHeaders(int? usedUpFor) =>
    [
        new("x-ratelimit-period", Text((long)Window.Period.TotalSeconds)),
        new("x-ratelimit-limit", Text(Window.Limit)),
        new("x-ratelimit-remaining", Text(usedUpFor is null ? Window.Remaining : 0)),
        new("x-ratelimit-reset", Text(usedUpFor ?? Window.SecondsUntilReset)),
        new("x-trace-id", $"{Guid.NewGuid():N}"),
    ];

    public override bool IsWrite(SandboxRequest request) =>
        request.Path.StartsWith("/v1/blueprints/", StringComparison.Ordinal)
        && request.Method switch
        {
            "POST" => request.Path.EndsWith("/entities", StringComparison.Ordinal)
                || request.Path.EndsWith("/entities/bulk", StringComparison.Ordinal)
                || request.Path.EndsWith("/bulk/entities/delete", StringComparison.Ordinal),
            "PUT" or "PATCH" or "DELETE" => request.Path.Contains("/entities/", StringComparison.Ordinal)
                || request.Path.EndsWith("/all-entities", StringComparison.Ordinal),
            _ => false,
        };

    private SandboxAnswer TooMany()
    {
        var answer = ErrorAnswer(429);
        return _options.RateLimitWithRetryAfter
            ? answer with { Headers = [new("Retry-After", Text(Window.SecondsUntilReset))] }
            : answer;
    }

    private RateWindow NewWindow() => new(_options.RateLimit ?? Generous, _options.Time);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
