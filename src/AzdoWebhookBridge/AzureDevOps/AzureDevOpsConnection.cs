using System.Net.Http.Headers;
using System.Text;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Operations.Loops;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>
/// Sends the calls of one organization: with its credential of now, to its own hosts only, within its limits, repeated as long as
/// that can help.
/// </summary>
internal sealed partial class AzureDevOpsConnection(
    OrganizationAddress address,
    BoundedHttp http,
    EntraTokens tokens,
    IOptionsMonitor<AzureDevOpsOptions> options,
    TimeProvider time,
    Jitter jitter,
    ILogger<AzureDevOpsConnection> logger) : IDisposable
{
    public const string ApiVersion = "7.1";

    private const int MaxAttempts = 6;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The longest that a call may take with all its pauses; twice the service's window.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly MediaTypeHeaderValue JsonMediaType = new("application/json");

    private readonly RequestGate _gate = new(time);

    /// <summary>What is configured now for this organization; null when it no longer is.</summary>
    public OrganizationOptions? Settings => options.CurrentValue.Organizations.FirstOrDefault(
        organization => OrganizationAddress.TryParse(organization.Url, out var known, out _) && known.Root == address.Root);

    /// <exception cref="AzureDevOpsException">It did not work, also after repeating.</exception>
    public async Task<AzureDevOpsReply> SendAsync(AzureDevOpsCall call, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        EntraToken? refused = null;
        for (var attempt = 1; ; attempt++)
        {
            var (reply, problem, token) = await TryAsync(call, started, refused, cancellationToken);
            if (reply is not null)
            {
                return reply;
            }

            if (problem!.Exception.Failure == AzureDevOpsFailure.Unauthorized && token is not null && refused is null)
            {
                // Revoked before its time, perhaps: a new one settles that.
                refused = token;
                continue;
            }

            var pause = Pause(attempt, problem.After);
            if (!problem.MayPass || attempt >= MaxAttempts || time.GetElapsedTime(started) + pause > Patience)
            {
                Log.CallFailed(logger, address.Name, call.What, problem.Exception.Failure, attempt);
                throw problem.Exception;
            }

            Log.CallRepeated(logger, address.Name, call.What, attempt, pause);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<(AzureDevOpsReply? Reply, CallProblem? Problem, EntraToken? Token)> TryAsync(
        AzureDevOpsCall call, long started, EntraToken? refused, CancellationToken cancellationToken)
    {
        using var turn = await _gate.EnterAsync(Patience - time.GetElapsedTime(started), cancellationToken);
        if (turn is null)
        {
            return (null, new(new(AzureDevOpsFailure.Unavailable,
                $"{address.Name}: cannot {call.What}: the service asks for a pause of {_gate.PauseLeft.TotalMinutes:0.#} more minutes."), false), null);
        }

        var (authorization, token, problem) = await AuthorizeAsync(refused, cancellationToken);
        if (authorization.IsEmpty)
        {
            return (null, problem, null);
        }

        using var request = Request(call, authorization);
        var localNow = time.GetUtcNow();
        var sentAt = time.GetTimestamp();
        // The second part of Basic is a secret as well, in another spelling.
        var secrets = new List<SecretText>(call.Secrets) { authorization, new(authorization.Reveal().Split(' ')[1]) };
        if (Settings is { } settings)
        {
            secrets.AddRange([new(settings.Pat), new(settings.ClientSecret)]);
        }

        var (answer, failure) = await http.SendAsync(request, options.CurrentValue.RequestTimeout, secrets, cancellationToken);
        if (answer is null)
        {
            return (null, AnswerJudge.Lost(call, address.Name, failure), token);
        }

        var pause = _gate.Observe(answer);
        if (pause > TimeSpan.Zero)
        {
            Log.CallsPaused(logger, address.Name, pause);
        }

        if (AnswerJudge.Judge(call, answer, address.Name, token is not null) is { } refusal)
        {
            return (null, refusal, token);
        }

        // The header has whole seconds, cut off; the request was sent before the answer was made.
        var moment = answer.Date - time.GetElapsedTime(sentAt) ?? localNow;
        if (!call.HasAnswer || answer.Status == 404 || (call.MayBeEmpty && answer.Body.IsEmpty))
        {
            return (new AzureDevOpsReply(null, null, moment), null, token);
        }

        return (answer.TryReadObject() ?? (call.IsList ? answer.TryReadList() : null)) is { } json
            ? (new AzureDevOpsReply(json, answer.Continuation, moment), null, token)
            : (null, AnswerJudge.Unreadable(call, address.Name), token);
    }

    private HttpRequestMessage Request(AzureDevOpsCall call, SecretText authorization)
    {
        var separator = call.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var request = new HttpRequestMessage(
            call.Method,
            new Uri(call.IsForReleases ? address.ReleaseRoot : address.Root, $"{call.Path}{separator}api-version={ApiVersion}"));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", authorization.Reveal());
        // Without it a wrong credential is led to a sign-in page.
        request.Headers.TryAddWithoutValidation("X-TFS-FedAuthRedirect", "Suppress");
        if (call.Body is { } body)
        {
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = JsonMediaType } };
        }

        return request;
    }

    private async Task<(SecretText Authorization, EntraToken? Token, CallProblem? Problem)> AuthorizeAsync(
        EntraToken? refused, CancellationToken cancellationToken)
    {
        var settings = Settings;
        if (settings is null || (string.IsNullOrWhiteSpace(settings.Pat) && string.IsNullOrWhiteSpace(settings.ClientSecret)))
        {
            return (default, null, new(new(AzureDevOpsFailure.Unauthorized,
                $"{address.Name}: no credential is configured. Set AzureDevOps:Organizations:#:Pat, or :TenantId, :ClientId and :ClientSecret."), false));
        }

        if (!string.IsNullOrWhiteSpace(settings.Pat))
        {
            var credential = Convert.ToBase64String(Encoding.UTF8.GetBytes($":{settings.Pat.Trim()}"));
            return (new SecretText($"Basic {credential}"), null, null);
        }

        if (!CatalogAddress.TryParse(options.CurrentValue.EntraUrl, out var entra) || !CatalogAddress.IsSafeForSecrets(entra))
        {
            return (default, null, new(new(AzureDevOpsFailure.Refused, "AzureDevOps:EntraUrl: must be an https URL."), false));
        }

        var application = new EntraApplication(entra, settings.TenantId, settings.ClientId.Trim(), new SecretText(settings.ClientSecret));
        var (token, problem) = await tokens.GetAsync(application, options.CurrentValue.RequestTimeout, refused, cancellationToken);
        return token is null ? (default, null, problem) : (new SecretText($"Bearer {token.Text.Reveal()}"), token, null);
    }

    private TimeSpan Pause(int attempt, TimeSpan? after)
    {
        var doubled = FirstPause * Math.Pow(2, attempt - 1);
        var pause = (doubled < LongestPause ? doubled : LongestPause) * (0.5 + (jitter.NextDouble() / 2));
        return after > pause ? after.Value : pause;
    }

    private static partial class Log
    {
        [LoggerMessage(AzureDevOpsEventIds.CallRepeated, LogLevel.Information,
            "{Organization} did not {What} at attempt {Attempt}; again after {Pause}.")]
        public static partial void CallRepeated(ILogger logger, string organization, string what, int attempt, TimeSpan pause);

        [LoggerMessage(AzureDevOpsEventIds.CallFailed, LogLevel.Warning,
            "{Organization} did not {What}: {Failure} after {Attempts} attempts.")]
        public static partial void CallFailed(ILogger logger, string organization, string what, AzureDevOpsFailure failure, int attempts);

        [LoggerMessage(AzureDevOpsEventIds.CallsPaused, LogLevel.Debug, "{Organization} asks for a pause of {Pause}.")]
        public static partial void CallsPaused(ILogger logger, string organization, TimeSpan pause);
    }
}
