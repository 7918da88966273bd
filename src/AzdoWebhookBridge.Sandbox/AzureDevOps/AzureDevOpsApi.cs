using System.Globalization;
using System.Text.RegularExpressions;
using AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>The REST API of Azure DevOps as a whole: gate keeping, routes and error bodies.</summary>
internal sealed partial class AzureDevOpsApi : SandboxApi
{
    private readonly AzureDevOpsState _state;
    private readonly AzureDevOpsSandboxOptions _options;
    private readonly bool _isReleaseHost;

    public AzureDevOpsApi(AzureDevOpsState state, bool isReleaseHost)
        : base(state.Gate)
    {
        (_state, _options, _isReleaseHost) = (state, state.Options, isReleaseHost);
        var hooks = new SubscriptionEndpoints(state.Hooks, isReleaseHost).Routes.Concat(new NotificationEndpoints(state.Hooks).Routes);
        IEnumerable<AzureDevOpsRoute> routes = isReleaseHost
            ? hooks
            : [.. hooks, .. ProjectEndpoints.Routes, .. GitEndpoints.Routes, .. PipelineEndpoints.Routes, .. WorkItemEndpoints.Routes, .. RevisionEndpoints.Routes];
        Routes = [.. routes.SelectMany(Expand), new("POST", "/{tenant}/oauth2/v2.0/token", state.Access.Answer)];
    }

    public override IEnumerable<SandboxRoute> Routes { get; }

    // A server has its collections under a virtual directory.
    private string Prefix => _options.IsServer ? "/tfs/{organization}" : "/{organization}";

    private int OrganizationIndex => _options.IsServer ? 1 : 0;

    public override SandboxAnswer? Refuse(SandboxExchange exchange)
    {
        if (exchange.Request.IsTokenRequest)
        {
            return null;
        }

        var identity = IdentityOf(exchange.Request);
        if (identity is null)
        {
            return SignIn();
        }

        if (!_state.Usage.TryUse(identity.Name, exchange.Request))
        {
            return ErrorAnswer(429);
        }

        var segments = exchange.Request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var name = segments.Length > OrganizationIndex ? exchange.Segment(OrganizationIndex) : "";
        if (identity.Organization is not null && !identity.Organization.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            return SignIn();
        }

        if (_state.Find(name) is null)
        {
            return Page(404, "The resource cannot be found.");
        }

        var apis = Array.FindIndex(segments, segment => segment.Equals("_apis", StringComparison.OrdinalIgnoreCase));
        var isReading = exchange.Request.Method == "GET" || exchange.Request.Path.EndsWith("query", StringComparison.OrdinalIgnoreCase);
        if (apis >= 0 && apis + 1 < segments.Length && !identity.May(segments[apis + 1], !isReading))
        {
            return ErrorAnswer(_options.MissingScopeStatus);
        }

        return RefuseVersion(exchange) ?? (exchange.IsBrokenJson
            ? AzureDevOpsRefusal.Invalid("The request body is no JSON, or has a key twice.").ToAnswer()
            : null);
    }

    public override SandboxAnswer ErrorAnswer(int status) => status switch
    {
        429 => new AzureDevOpsRefusal(
            429, "RequestBlockedException",
            "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource <ServiceObjectId> in namespace 'ExtensionManagement'.").ToAnswer(),
        401 => new AzureDevOpsRefusal(401, "UnauthorizedRequestException", "TF400813: The user is not authorized to access this resource.").ToAnswer(),
        403 => new AzureDevOpsRefusal(403, "AccessCheckException", "Access denied: the credential needs a permission or a scope that it does not have.").ToAnswer(),
        >= 500 => Page(status, "Azure DevOps Services Unavailable"),
        _ => new AzureDevOpsRefusal(status, "VssServiceException", "Ordered by the sandbox.").ToAnswer(),
    };

    public override SandboxAnswer UnknownRoute(SandboxExchange exchange) => AzureDevOpsRefusal.NotFound(
        "HttpException", $"The controller for path '{exchange.Request.Path}' was not found or does not implement IController.").ToAnswer();

    public override IEnumerable<KeyValuePair<string, string>> CommonHeaders(int? usedUpFor) =>
    [
        // The server's own would be that of the machine's clock.
        new("Date", _options.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture)),
        new("ActivityId", $"{Guid.NewGuid()}"),
    ];

    public override IEnumerable<KeyValuePair<string, string>> HeadersFor(SandboxExchange exchange) =>
        IdentityOf(exchange.Request) is { } identity ? _state.Usage.Headers(identity.Name) : [];

    public override void Arrived(SandboxExchange exchange) => _state.Usage.Arrived(NameOf(exchange.Request), exchange.Request);

    public override void Answered(SandboxExchange exchange, SandboxAnswer answer) => _state.Usage.Answered(NameOf(exchange.Request), answer);

    public override bool IsWrite(SandboxRequest request) =>
        request.Path.Contains("/_apis/hooks/subscriptions", StringComparison.OrdinalIgnoreCase)
        && request.Method is "POST" or "PUT" or "DELETE" && !request.Path.EndsWith("query", StringComparison.OrdinalIgnoreCase);

    private static SandboxAnswer Page(int status, string title) => new(status)
    {
        ContentType = "text/html; charset=utf-8",
        Text = $"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>",
    };

    [GeneratedRegex(@"^(?<version>\d+\.\d+)(-preview(\.\d+)?)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Version();

    private AccessIdentity? IdentityOf(SandboxRequest request) => _state.Access.Identify(request.Headers.GetValueOrDefault("Authorization"));

    private string NameOf(SandboxRequest request) => IdentityOf(request)?.Name ?? "nobody";

    private SandboxAnswer SignIn() => _options.UnauthorizedStatus switch
    {
        401 => ErrorAnswer(401) with { Headers = [new("WWW-Authenticate", "Basic realm=\"https://dev.azure.com/\"")] },
        302 => Page(302, "Object moved") with { Headers = [new("Location", "/_signin?realm=dev.azure.com")] },
        var status => Page(status, "Azure DevOps Services | Sign In"),
    };

    private SandboxAnswer? RefuseVersion(SandboxExchange exchange)
    {
        var version = AzureDevOpsCall.QueryOf(exchange, "api-version");
        if (version is null)
        {
            return new AzureDevOpsRefusal(
                400, "VssVersionNotSpecifiedException",
                $"No api-version was supplied for the \"{exchange.Request.Method}\" request. The version must be supplied either as part of the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \"?api-version=1.0\").").ToAnswer();
        }

        var match = Version().Match(version);
        if (!match.Success)
        {
            return new AzureDevOpsRefusal(400, "VssInvalidApiVersionException", $"The api-version {version} is not valid.").ToAnswer();
        }

        return decimal.Parse(match.Groups["version"].Value, CultureInfo.InvariantCulture) <= _options.LatestApiVersion
            ? null
            : new AzureDevOpsRefusal(
                400, "VssVersionOutOfRangeException",
                $"The requested REST API version of {match.Groups["version"].Value} is out of range for this server. The latest REST API version this server supports is {_options.LatestApiVersion.ToString("0.0", CultureInfo.InvariantCulture)}.").ToAnswer();
    }

    private IEnumerable<SandboxRoute> Expand(AzureDevOpsRoute route)
    {
        if (route.Scope.HasFlag(RouteScope.Organization))
        {
            yield return new SandboxRoute(route.Method, $"{Prefix}/_apis/{route.Path}", exchange => Handle(route, exchange));
        }

        if (route.Scope.HasFlag(RouteScope.Project))
        {
            yield return new SandboxRoute(route.Method, $"{Prefix}/{{project}}/_apis/{route.Path}", exchange => Handle(route, exchange));
        }

        if (route.Scope.HasFlag(RouteScope.Team))
        {
            yield return new SandboxRoute(route.Method, $"{Prefix}/{{project}}/{{team}}/_apis/{route.Path}", exchange => Handle(route, exchange));
        }
    }

    private SandboxAnswer Handle(AzureDevOpsRoute route, SandboxExchange exchange)
    {
        try
        {
            var organization = _state.Find(exchange.Segment(OrganizationIndex))!;
            var answer = route.Handle(new AzureDevOpsCall(exchange, organization, OrganizationIndex));
            return answer.Body is null ? answer : answer with { ContentType = "application/json; charset=utf-8; api-version=7.1" };
        }
        catch (AzureDevOpsRefusal refusal)
        {
            return refusal.ToAnswer();
        }
    }
}

/// <summary>What the main address and the release host share.</summary>
internal sealed class AzureDevOpsState(AzureDevOpsSandboxOptions options)
{
    private readonly List<SandboxOrganization> _organizations = [];

    public AzureDevOpsSandboxOptions Options { get; } = options;

    public Lock Gate { get; } = new();

    public AzureDevOpsAccess Access { get; } = new(options);

    public UsageMeter Usage { get; } = new(options.IsServer ? null : options.Limits, options.Time);

    public HookDispatcher Hooks => field ??= new HookDispatcher(Options, Gate);

    public SandboxOrganization? Find(string name) =>
        _organizations.Find(organization => organization.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public SandboxOrganization GetOrAdd(string name)
    {
        if (Find(name) is { } known)
        {
            return known;
        }

        var address = Options.PublicAddress.TrimEnd('/') + (Options.IsServer ? "/tfs/" : "/");
        var organization = new SandboxOrganization(name, $"{address}{name}/", Options, Gate, Hooks);
        _organizations.Add(organization);
        return organization;
    }
}
