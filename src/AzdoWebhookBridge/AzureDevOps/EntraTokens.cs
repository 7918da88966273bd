using System.Text.Json;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>An access token of Microsoft Entra.</summary>
internal sealed record EntraToken(SecretText Text, EntraApplication Application, long ObtainedAt, TimeSpan Validity);

/// <summary>Who signs in, and where.</summary>
internal sealed record EntraApplication(Uri Root, string TenantId, string ClientId, SecretText ClientSecret);

/// <summary>A token, or why there is none.</summary>
internal readonly record struct EntraTokenResult(EntraToken? Token, CallProblem? Problem);

/// <summary>Keeps one token until shortly before it expires. Whoever needs one while it is being fetched waits for that fetch.</summary>
internal sealed partial class EntraTokens(BoundedHttp http, TimeProvider time, ILogger<EntraTokens> logger)
{
    /// <summary>Azure DevOps itself, which is the same application in every tenant.</summary>
    private const string Scope = "499b84ac-1321-427f-aa17-267ca6975798/.default";

    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private EntraToken? _current;
    private Task<EntraTokenResult>? _fetch;
    private EntraApplication? _fetchedFor;

    /// <summary>A token other than <paramref name="refused"/>, the one that was answered 401.</summary>
    public async Task<EntraTokenResult> GetAsync(
        EntraApplication application, TimeSpan timeout, EntraToken? refused, CancellationToken cancellationToken)
    {
        Task<EntraTokenResult> fetch;
        lock (_gate)
        {
            if (_current is { } token && !ReferenceEquals(token, refused) && IsUsable(token, application))
            {
                return new EntraTokenResult(token, null);
            }

            if (_fetch is null || _fetch.IsCompleted || _fetchedFor != application)
            {
                _fetchedFor = application;
                // Not tied to the first caller: the others wait for the same fetch. BoundedHttp ends it in time.
                _fetch = FetchAsync(application, timeout);
            }

            fetch = _fetch;
        }

        return await fetch.WaitAsync(cancellationToken);
    }

    private bool IsUsable(EntraToken token, EntraApplication application)
    {
        var margin = token.Validity * 0.1 < LongestMargin ? token.Validity * 0.1 : LongestMargin;
        return token.Application == application && time.GetElapsedTime(token.ObtainedAt) < token.Validity - margin;
    }

    private async Task<EntraTokenResult> FetchAsync(EntraApplication application, TimeSpan timeout)
    {
        // The caller holds the lock: leave it before anything is sent.
        await Task.Yield();
        var askedAt = time.GetTimestamp();
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(application.Root, $"{AzureDevOpsCall.Segment(application.TenantId)}/oauth2/v2.0/token"));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Content = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"),
            new("client_id", application.ClientId),
            new("client_secret", application.ClientSecret.Reveal()),
            new("scope", Scope),
        ]);
        var (answer, failure) = await http.SendAsync(request, timeout, [application.ClientSecret], CancellationToken.None);
        if (answer is null)
        {
            Log.TokenRefused(logger, null);
            return Failed(AzureDevOpsFailure.Unavailable, $"No token from Entra: {failure}", mayPass: true);
        }

        if (answer is { IsSuccess: true, IsPage: false } && AccessTokenAnswer.Read(answer, "access_token", "expires_in") is var (text, validity) && !text.IsEmpty)
        {
            Log.TokenObtained(logger, validity);
            var token = new EntraToken(text, application, askedAt, validity);
            lock (_gate)
            {
                _current = token;
            }

            return new EntraTokenResult(token, null);
        }

        Log.TokenRefused(logger, answer.Status);
        return Judge(answer);
    }

    private static EntraTokenResult Judge(HttpAnswer answer) => answer switch
    {
        { IsRedirect: true } => Failed(AzureDevOpsFailure.Refused,
            $"Entra's token address redirects (status {answer.Status}), which is not followed: check AzureDevOps:EntraUrl."),
        { IsPage: true, Status: < 500 } => Failed(AzureDevOpsFailure.Refused,
            $"A page came back instead of an Entra token (status {answer.Status}): check AzureDevOps:EntraUrl and proxies."),
        { Status: 408 or 429 or >= 500 } => new(null, new(
            new(AzureDevOpsFailure.Unavailable, $"Entra failed with status {answer.Status}."), true, answer.RetryAfter)),
        { IsSuccess: true } => Failed(AzureDevOpsFailure.Refused, "Entra answered without a usable token: check AzureDevOps:EntraUrl."),
        _ => Failed(AzureDevOpsFailure.Unauthorized,
            $"Entra refuses the application (status {answer.Status}): check TenantId, ClientId and ClientSecret of the organization, "
            + $"and whether the secret has expired.{Said(answer)}"),
    };

    private static string Said(HttpAnswer answer)
    {
        using var json = answer.TryReadObject();
        var text = json is not null && json.RootElement.TryGetProperty("error_description", out var value) && value.ValueKind == JsonValueKind.String
            ? answer.Excerpt(value.GetString())
            : "";
        return text.Length == 0 ? "" : $" It says: {text}";
    }

    private static EntraTokenResult Failed(AzureDevOpsFailure failure, string message, bool mayPass = false) =>
        new(null, new CallProblem(new AzureDevOpsException(failure, message), mayPass));

    private static partial class Log
    {
        [LoggerMessage(AzureDevOpsEventIds.TokenObtained, LogLevel.Debug, "Entra gave a token for Azure DevOps that is valid for {Validity}.")]
        public static partial void TokenObtained(ILogger logger, TimeSpan validity);

        [LoggerMessage(AzureDevOpsEventIds.TokenRefused, LogLevel.Warning, "Entra gave no token for Azure DevOps (status {Status}).")]
        public static partial void TokenRefused(ILogger logger, int? status);
    }
}
