using System.Globalization;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>The Service Catalog API as a whole: gate keeping, routes and error bodies.</summary>
internal sealed class KonnectApi : SandboxApi
{
    private static readonly SandboxRateLimit Generous = new(10_000_000, TimeSpan.FromMinutes(1));

    private readonly KonnectSandboxOptions _options;

    public KonnectApi(KonnectSandboxOptions options)
    {
        _options = options;
        Catalog = new KonnectCatalog(options);
        Catalog.Reset();
        Token = options.Token;
        Window = NewWindow();
        var list = new KonnectList(options);
        Routes =
        [
            .. new InstanceEndpoints(Catalog, list).Routes,
            .. new ServiceEndpoints(Catalog, list).Routes,
            .. new ResourceEndpoints(Catalog, list).Routes,
        ];
    }

    public KonnectCatalog Catalog { get; }

    public string Token { get; set; }

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
            var answer = ErrorAnswer(429);
            return _options.RateLimitWithRetryAfter
                ? answer with { Headers = [new("retry-after", Text(Window.SecondsUntilReset))] }
                : answer;
        }

        if (exchange.Request.Headers.GetValueOrDefault("Authorization") != "Bearer " + Token)
        {
            return KonnectProblem.Unauthorized();
        }

        return exchange.BodyBytes > 0 && !exchange.HasJsonContentType
            ? KonnectProblem.Of(415, "Unsupported Media Type", "The body must be application/json")
            : null;
    }

    // 429 and 5xx come from the gateway in front and are no problem+json.
    public override SandboxAnswer ErrorAnswer(int status) => status switch
    {
        429 => new SandboxAnswer(status, new JsonObject { ["message"] = "API rate limit exceeded" }),
        >= 500 => new SandboxAnswer(status, new JsonObject { ["message"] = "An unexpected error occurred" }),
        400 => KonnectProblem.BadRequest(new InvalidParameter("", "invalid", "ordered by the sandbox")),
        401 => KonnectProblem.Unauthorized(),
        403 => KonnectProblem.Forbidden(),
        404 => KonnectProblem.NotFound(),
        409 => KonnectProblem.Conflict("Conflict"),
        _ => KonnectProblem.Of(status, "Error", "Ordered by the sandbox"),
    };

    public override SandboxAnswer UnknownRoute(SandboxExchange exchange) => KonnectProblem.NotFound();

    public override IEnumerable<KeyValuePair<string, string>> CommonHeaders(int? usedUpFor) =>
    [
        new("ratelimit-limit", Text(Window.Limit)),
        new("ratelimit-remaining", Text(usedUpFor is null ? Window.Remaining : 0)),
        new("ratelimit-reset", Text(usedUpFor ?? Window.SecondsUntilReset)),
        new("x-ratelimit-limit-minute", Text(Window.Limit)),
    ];

    public override bool IsWrite(SandboxRequest request) => request.Method is not "GET";

    private RateWindow NewWindow() => new(_options.RateLimit ?? Generous, _options.Time);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
