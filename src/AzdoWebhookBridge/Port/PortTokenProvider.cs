using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Port;

/// <summary>An access token that Port gave us.</summary>
internal sealed record PortToken(SecretText Text, SecretText ClientSecret, string ClientId, Uri Root, long ObtainedAt, TimeSpan Validity);

/// <summary>A token, or why there is none.</summary>
internal readonly record struct PortTokenResult(PortToken? Token, DeliveryOutcome.TargetUnavailable? Problem);

/// <summary>
/// Keeps one access token until shortly before it expires. Whoever needs one while it is being fetched waits for that fetch:
/// the token route allows a hundred calls in five minutes.
/// </summary>
internal sealed partial class PortTokenProvider(
    BoundedHttp http, IOptionsMonitor<PortOptions> options, TimeProvider time, ILogger<PortTokenProvider> logger)
{
    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private PortToken? _current;
    private Lazy<Task<PortTokenResult>>? _fetch;
    private PortOptions? _fetchedFor;

    /// <summary>
    /// A token other than <paramref name="refused"/>: the one that Port answered 401 to, of which there is one renewal however
    /// many calls were refused.
    /// </summary>
    public async Task<PortTokenResult> GetAsync(PortToken? refused, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (!settings.HasCredentials || !CatalogAddress.TryParse(settings.BaseUrl, out var root))
        {
            return Unavailable("Port:ClientId and Port:ClientSecret are not set, or Port:BaseUrl is not an address.");
        }

        Lazy<Task<PortTokenResult>> fetch;
        lock (_gate)
        {
            if (_current is { } token && !ReferenceEquals(token, refused) && IsUsable(token, settings, root))
            {
                return new PortTokenResult(token, null);
            }

            if (_fetch is null or { IsValueCreated: true, Value.IsCompleted: true } || !IsSameAccount(_fetchedFor!, settings))
            {
                _fetchedFor = settings;
                // Not tied to the first caller: the others wait for the same fetch. BoundedHttp ends it in time.
                _fetch = new Lazy<Task<PortTokenResult>>(() => FetchAsync(settings, root));
            }

            fetch = _fetch;
        }

        // Begins outside the lock.
        return await fetch.Value.WaitAsync(cancellationToken);
    }

    private bool IsUsable(PortToken token, PortOptions settings, Uri root)
    {
        var margin = token.Validity * 0.1 < LongestMargin ? token.Validity * 0.1 : LongestMargin;
        return token.ClientId == settings.ClientId
            && token.ClientSecret == new SecretText(settings.ClientSecret)
            && token.Root == root
            && time.GetElapsedTime(token.ObtainedAt) < token.Validity - margin;
    }

    private static bool IsSameAccount(PortOptions one, PortOptions other) =>
        one.BaseUrl == other.BaseUrl && one.ClientId == other.ClientId && one.ClientSecret == other.ClientSecret;

    private async Task<PortTokenResult> FetchAsync(PortOptions settings, Uri root)
    {
        var askedAt = time.GetTimestamp();
        var secret = new SecretText(settings.ClientSecret);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(root, "v1/auth/access_token"));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Content = PortJson.Content(PortJson.WriteCredential(settings.ClientId!.Trim(), secret));
        var (answer, failure) = await http.SendAsync(request, settings.RequestTimeout, [secret], CancellationToken.None);
        if (answer is null)
        {
            Log.TokenRefused(logger, null, null);
            return Unavailable($"No access token from Port: {failure}");
        }

        if (answer.IsSuccess && !answer.IsPage && AccessTokenAnswer.Read(answer, "accessToken", "expiresIn") is var (text, validity) && !text.IsEmpty)
        {
            Log.TokenObtained(logger, validity);
            var token = new PortToken(text, secret, settings.ClientId!, root, askedAt, validity);
            lock (_gate)
            {
                _current = token;
            }

            return new PortTokenResult(token, null);
        }

        Log.TokenRefused(logger, answer.Status, answer.TraceId);
        var reason = answer switch
        {
            { IsPage: true } => $"Port's token route answered with a page instead of JSON (status {answer.Status}).",
            { IsRedirect: true } => $"Port's token route redirects (status {answer.Status}), which is not followed: check Port:BaseUrl.",
            { IsSuccess: true } => "Port's token route answered without a usable access token.",
            { Status: 429 } => "Port's token route is over its rate limit.",
            { Status: >= 500 } => $"Port's token route failed with status {answer.Status}.",
            _ => $"Port refuses the credential (status {answer.Status}): check Port:ClientId and Port:ClientSecret.",
        };
        return Unavailable(reason, answer.Status, answer.RetryAfter ?? (answer.Status == 429 ? answer.RateLimitReset : null));
    }

    private static PortTokenResult Unavailable(string reason, int? status = null, TimeSpan? after = null) =>
        new(null, new DeliveryOutcome.TargetUnavailable(reason, status, after));
}
