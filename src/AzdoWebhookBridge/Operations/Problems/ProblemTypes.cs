namespace AzdoWebhookBridge.Operations.Problems;

/// <summary>A kind of problem+json answer. The URI is stable and is what a script may rely on.</summary>
internal sealed record ProblemType(string Name, int Status, string Title)
{
    public string Uri { get; } = $"urn:azdo-webhook-bridge:problem:{Name}";
}

/// <summary>Every kind of error answer the bridge gives.</summary>
internal static class ProblemTypes
{
    public static readonly ProblemType Unauthorized =
        new("unauthorized", StatusCodes.Status401Unauthorized, "Credential missing or wrong");

    public static readonly ProblemType Forbidden =
        new("forbidden", StatusCodes.Status403Forbidden, "Not allowed with this key");

    public static readonly ProblemType NotFound =
        new("not-found", StatusCodes.Status404NotFound, "Nothing here");

    public static readonly ProblemType MethodNotAllowed =
        new("method-not-allowed", StatusCodes.Status405MethodNotAllowed, "Method not allowed");

    public static readonly ProblemType BodyTimeout =
        new("body-timeout", StatusCodes.Status408RequestTimeout, "Body too slow");

    public static readonly ProblemType Conflict =
        new("conflict", StatusCodes.Status409Conflict, "Confirmation needed");

    public static readonly ProblemType BodyTooLarge =
        new("body-too-large", StatusCodes.Status413PayloadTooLarge, "Body too large");

    public static readonly ProblemType UnsupportedMediaType =
        new("unsupported-media-type", StatusCodes.Status415UnsupportedMediaType, "Unsupported media type");

    public static readonly ProblemType InvalidBody =
        new("invalid-body", StatusCodes.Status400BadRequest, "Body not readable");

    public static readonly ProblemType InvalidEvent =
        new("invalid-event", StatusCodes.Status400BadRequest, "Not a service-hook event");

    public static readonly ProblemType InvalidRequest =
        new("invalid-request", StatusCodes.Status400BadRequest, "Request not understood");

    public static readonly ProblemType Failed =
        new("failed", StatusCodes.Status500InternalServerError, "Failed");

    public static readonly ProblemType Unavailable =
        new("unavailable", StatusCodes.Status503ServiceUnavailable, "Not available now");

    /// <summary>For an answer that has a status and nothing else.</summary>
    public static ProblemType For(int status) => status switch
    {
        StatusCodes.Status400BadRequest => InvalidRequest,
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status408RequestTimeout => BodyTimeout,
        StatusCodes.Status409Conflict => Conflict,
        StatusCodes.Status413PayloadTooLarge => BodyTooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        _ => Failed with { Status = status },
    };
}
