using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;

namespace AzdoWebhookBridge.Konnect;

/// <summary>What a call was about: that decides what a refusal means.</summary>
internal enum KonnectCallKind
{
    /// <summary>A list of many things: when it is refused, nothing can be done for anyone.</summary>
    List,

    /// <summary>One service, resource or mapping.</summary>
    Entity,
}

/// <summary>Why a call did not give what was asked for.</summary>
internal sealed record KonnectProblem
{
    public required KonnectCallKind Kind { get; init; }

    /// <summary>Null when there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>For people, without secrets.</summary>
    public required string Reason { get; init; }

    /// <summary>Konnect cannot be used now, whatever is asked.</summary>
    public bool IsUnavailable { get; init; }

    /// <summary>An answer of success that makes no sense.</summary>
    public bool IsUnreadable { get; init; }

    public TimeSpan? After { get; init; }

    public string? Title { get; init; }

    public string? Detail { get; init; }

    public IReadOnlyList<KonnectInvalidParameter> InvalidParameters { get; init; } = [];

    public bool IsGone => Status == 404 && Kind == KonnectCallKind.Entity;

    public bool IsQuota => Status == 403 && (Speaks("quota") || Speaks("maximum number"));

    /// <summary>
    /// Whether the name is in use. The contract has no status for that on a create, so both likely ones count.
    /// </summary>
    public bool IsNameTaken =>
        Status == 409
        || (Status == 400 && (InvalidParameters.Any(parameter => parameter.Field is "name" && parameter.Rule is not "matches_regex")
            || (Speaks("name") && (Speaks("exist") || Speaks("unique") || Speaks("duplicate") || Speaks("in use") || Speaks("taken")))));

    /// <summary>Whether the service or the resource of a mapping is not known; the contract declares no 404 there.</summary>
    public bool IsMissingReference =>
        IsGone || (Status == 400 && InvalidParameters.Any(parameter => parameter.Rule is "missing_reference"));

    /// <param name="isJustCreated">Whether the call was about something that we created within the last minute.</param>
    public DeliveryOutcome ToOutcome(bool isJustCreated) => this switch
    {
        { IsUnavailable: true } => new DeliveryOutcome.TargetUnavailable(Reason, Status, After),
        { IsUnreadable: true } => new DeliveryOutcome.Retry(Reason, Status),
        { IsQuota: true } => new DeliveryOutcome.Rejected(Reason, Status),
        // Rights on a new object arrive late.
        { Status: 403 } when isJustCreated => new DeliveryOutcome.Retry(Reason, Status),
        { Kind: KonnectCallKind.List, Status: 403 or 404 } => new DeliveryOutcome.TargetUnavailable(Reason, Status),
        { Status: 404 or 409 } => new DeliveryOutcome.Retry(Reason, Status),
        _ => new DeliveryOutcome.Rejected(Reason, Status),
    };

    public static KonnectProblem NoAnswer(KonnectCallKind kind, string reason) =>
        new() { Kind = kind, Reason = reason, IsUnavailable = true };

    public static KonnectProblem Unreadable(KonnectCallKind kind, int status, string operation) => new()
    {
        Kind = kind,
        Status = status,
        Reason = $"Konnect's answer to '{operation}' is not of the known form.",
        IsUnreadable = true,
    };

    public static KonnectProblem Of(KonnectCallKind kind, string operation, HttpAnswer answer, KonnectErrorBody? body)
    {
        var reason = answer switch
        {
            { IsRedirect: true } => $"Konnect's address redirects (status {answer.Status}), which is not followed: check Konnect:BaseUrl.",
            { IsPage: true } => $"A page came back instead of Konnect's answer (status {answer.Status}): check Konnect:BaseUrl and proxies.",
            { Status: 401 } => "Konnect refuses the token: check Konnect:Token.",
            { Status: 429 } => "Konnect is over its rate limit.",
            { Status: 408 or 425 or >= 500 } => $"Konnect failed with status {answer.Status} at '{operation}'.",
            _ => $"Konnect answered {answer.Status} to '{operation}'{Said(answer, body)}",
        };
        return new KonnectProblem
        {
            Kind = kind,
            Status = answer.Status,
            Reason = reason,
            IsUnavailable = answer is { IsRedirect: true } or { IsPage: true } or { Status: 401 or 408 or 425 or 429 or >= 500 },
            After = answer.RetryAfter ?? (answer.Status == 429 ? answer.RateLimitReset : null),
            Title = body?.Title,
            Detail = body?.Detail,
            InvalidParameters = body?.InvalidParameters ?? [],
        };
    }

    private static string Said(HttpAnswer answer, KonnectErrorBody? body)
    {
        var parts = new[] { body?.Title, body?.Detail ?? body?.Message }
            .Concat((body?.InvalidParameters ?? []).Select(parameter => $"{parameter.Field} {parameter.Rule}: {parameter.Reason}"))
            .Where(part => !string.IsNullOrWhiteSpace(part));
        var words = answer.Excerpt(string.Join("; ", parts));
        return words.Length == 0 ? "." : $": {words}";
    }

    private bool Speaks(string words) =>
        Title?.Contains(words, StringComparison.OrdinalIgnoreCase) == true
        || Detail?.Contains(words, StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>A value, or why there is none.</summary>
internal readonly record struct KonnectResult<T>(T? Value, KonnectProblem? Problem)
    where T : class
{
    public static implicit operator KonnectResult<T>(T value) => new(value, null);

    public static implicit operator KonnectResult<T>(KonnectProblem problem) => new(null, problem);
}
