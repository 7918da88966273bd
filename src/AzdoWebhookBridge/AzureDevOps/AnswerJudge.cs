using System.Text.Json;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>Why a try did not work, and whether another one could.</summary>
internal sealed record CallProblem(AzureDevOpsException Exception, bool MayPass, TimeSpan? After = null);

/// <summary>What an answer means, in a sentence that says what to do. Pure.</summary>
internal static class AnswerJudge
{
    /// <returns>Null when the answer is fine.</returns>
    public static CallProblem? Judge(AzureDevOpsCall call, HttpAnswer answer, string organization, bool isApplication)
    {
        var beginning = $"{organization}: cannot {call.What}";
        return answer switch
        {
            { IsRedirect: true } => Final(AzureDevOpsFailure.Refused,
                $"{beginning}: the address redirects (status {answer.Status}), which is not followed with a credential. "
                + "Set AzureDevOps:Organizations:#:Url to where the organization is now."),
            { Status: 401 } => Final(AzureDevOpsFailure.Unauthorized, $"{beginning}: {Refused(isApplication, call.Scope)}{Said(answer)}"),
            { Status: 203 } or { IsSuccess: true, IsPage: true } => Final(AzureDevOpsFailure.Unauthorized,
                $"{beginning}: a sign-in page came back instead of an answer. {Refused(isApplication, call.Scope)}"),
            { Status: 403 } => Final(AzureDevOpsFailure.Forbidden,
                $"{beginning}: the credential is known but may not do that. It needs the scope {call.Scope}, "
                + $"and its owner the permission in the project or organization.{Said(answer)}"),
            { Status: 404, IsPage: false } when call.MayBeAbsent => null,
            { Status: 404 } when call.MayLackRoute => null,
            { Status: 404 } => Final(AzureDevOpsFailure.NotFound,
                $"{beginning}: it is not there (status 404). Check AzureDevOps:Organizations:#:Url and :Projects; what the credential may "
                + $"not see looks the same.{Said(answer)}"),
            { Status: 429 } => new(new(AzureDevOpsFailure.Unavailable,
                $"{beginning}: the organization is over its rate limit and says to come back later."), true, After(answer)),
            { Status: 408 or >= 500 } when !call.IsRepeatable => Unknown(call, organization, $"status {answer.Status}"),
            { Status: 408 or >= 500 and not 501 and not 505 } => new(new(AzureDevOpsFailure.Unavailable,
                $"{beginning}: the service failed with status {answer.Status}.{Said(answer)}"), true, After(answer)),
            { IsSuccess: false } when IsAboutVersion(answer) => Final(AzureDevOpsFailure.Refused,
                $"{beginning}: this server does not know version {AzureDevOpsConnection.ApiVersion} of the API. Azure DevOps Server 2022.1 or later is needed."),
            { IsSuccess: false } => Final(AzureDevOpsFailure.Refused, $"{beginning}: refused with status {answer.Status}.{Said(answer)}"),
            _ => null,
        };
    }

    /// <summary>No answer came.</summary>
    public static CallProblem Lost(AzureDevOpsCall call, string organization, string? failure) => call.IsRepeatable
        ? new(new(AzureDevOpsFailure.Unavailable, $"{organization}: cannot {call.What}: {failure}"), true)
        : Unknown(call, organization, failure ?? "no answer");

    /// <summary>A success that cannot be read, as an answer that was cut off is.</summary>
    public static CallProblem Unreadable(AzureDevOpsCall call, string organization) => call.IsRepeatable
        ? new(new(AzureDevOpsFailure.Unavailable, $"{organization}: cannot {call.What}: the answer is not whole JSON."), true)
        : Unknown(call, organization, "an answer that cannot be read");

    private static CallProblem Unknown(AzureDevOpsCall call, string organization, string why) => Final(
        AzureDevOpsFailure.OutcomeUnknown, $"{organization}: whether it could {call.What} is not known ({why.TrimEnd('.')}); it is not asked twice.");

    private static CallProblem Final(AzureDevOpsFailure failure, string message) => new(new(failure, message), false);

    private static TimeSpan? After(HttpAnswer answer) => answer.RetryAfter ?? (answer.Status == 429 ? answer.RateLimitReset : null);

    private static string Refused(bool isApplication, string scope) => isApplication
        ? "The Entra application is not accepted: add it to the organization as a user (Organization settings, Users) with access to the projects. "
            + $"It needs: {scope}."
        : "The personal access token is missing, wrong, expired, of another organization, or lacks the scope "
            + $"{scope}. Make a new one and set AzureDevOps:Organizations:#:Pat.";

    /// <summary>What the service says itself, cleaned.</summary>
    private static string Said(HttpAnswer answer)
    {
        var text = answer.Excerpt(Text(answer, "message"));
        return text.Length == 0 ? "" : $" The service says: {text}";
    }

    private static bool IsAboutVersion(HttpAnswer answer) =>
        Text(answer, "typeKey") is { } key && key.StartsWith("Vss", StringComparison.Ordinal) && key.Contains("Version", StringComparison.Ordinal);

    private static string? Text(HttpAnswer answer, string member)
    {
        using var json = answer.TryReadObject();
        return json is not null && json.RootElement.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }
}
