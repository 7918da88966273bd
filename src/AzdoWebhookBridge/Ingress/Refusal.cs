using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Operations.Problems;

namespace AzdoWebhookBridge.Ingress;

/// <summary>Why a delivery is not taken: what the sender is told, and what the log says to the operator.</summary>
/// <param name="Kind">One of a fixed set: a tag of the metric and the key of the log's throttle.</param>
/// <param name="Problem">The answer.</param>
/// <param name="Hint">For the log: the setting that has to do with it. Never anything that was sent.</param>
internal sealed record Refusal(string Kind, Problem Problem, string Hint)
{
    public static readonly Refusal NotConfigured = new(
        "no_credential_configured",
        new Problem(ProblemTypes.Unauthorized, "No credential is configured here, so every delivery is refused. Set Ingress:Credentials or Ingress:Header."),
        "set Ingress:Credentials or Ingress:Header");

    public static readonly Refusal MissingCredential = new(
        "credential_missing",
        new Problem(ProblemTypes.Unauthorized, "The request has no credential. Give the subscription's Basic user name and password."),
        "expected as configured below Ingress:Credentials or Ingress:Header");

    public static readonly Refusal WrongCredential = new(
        "credential_wrong",
        new Problem(ProblemTypes.Unauthorized, "The credential is not one of those configured here."),
        "compare with Ingress:Credentials and Ingress:Header");

    public static readonly Refusal ContentType = new(
        "content_type",
        new Problem(ProblemTypes.UnsupportedMediaType, "Content-Type must be application/json."),
        "the sender's Content-Type is not JSON");

    public static readonly Refusal Charset = new(
        "charset",
        new Problem(ProblemTypes.UnsupportedMediaType, "The charset in Content-Type must be utf-8."),
        "the sender's charset is not UTF-8");

    public static readonly Refusal ContentEncoding = new(
        "content_encoding",
        new Problem(ProblemTypes.UnsupportedMediaType, "Content-Encoding must be identity: compressed bodies are not taken."),
        "the sender compresses");

    public static readonly Refusal Overloaded = new(
        "overloaded",
        new Problem(ProblemTypes.Unavailable, "Too much is being received at once. Send it again."),
        "Ingress:MaxBytesInFlight is reached");

    public static readonly Refusal Stopping = new(
        "stopping",
        new Problem(ProblemTypes.Unavailable, "The bridge is shutting down. Send it again."),
        "the bridge is shutting down");

    public static readonly Refusal StoreUnavailable = new(
        "store_unavailable",
        new Problem(ProblemTypes.Unavailable, "The event could not be stored. Send it again."),
        "see the messages of the store");

    public static readonly Refusal Unexpected = new(
        "failed",
        new Problem(ProblemTypes.Unavailable, "The event could not be stored. Send it again."),
        "unexpected failure");

    public static readonly Refusal TooSlow = new(
        "too_slow",
        new Problem(ProblemTypes.BodyTimeout, "The body came too slowly."),
        "the body came too slowly");

    public static readonly Refusal BrokenBody = new(
        "broken_body",
        new Problem(ProblemTypes.InvalidBody, "The body ended early or its framing is broken."),
        "the body ended early");

    public static Refusal TooLarge(int maxBodyBytes) => new(
        "too_large",
        new Problem(ProblemTypes.BodyTooLarge, $"The body is larger than {maxBodyBytes} bytes."),
        "Ingress:MaxBodyBytes is exceeded");

    public static Refusal InvalidUtf8(int position) => new(
        "invalid_utf8",
        new Problem(ProblemTypes.InvalidBody, $"The body is not valid UTF-8 at byte {position}."),
        "the body is not UTF-8");

    public static Refusal InvalidJson(string detail) => new(
        "invalid_json",
        new Problem(ProblemTypes.InvalidBody, detail),
        "the body is not an acceptable JSON object");

    public static Refusal InvalidEnvelope(IReadOnlyDictionary<string, string[]> errors) => new(
        "invalid_event",
        new Problem(ProblemTypes.InvalidEvent, string.Join("; ", errors.Select(error => $"'{error.Key}' {string.Join(", ", error.Value)}")) + ".")
        {
            Errors = errors,
        },
        $"'{nameof(EventEnvelope.EventType)}' is not usable");
}
