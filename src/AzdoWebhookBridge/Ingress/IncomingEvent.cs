using System.Text.Unicode;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Ingress;

/// <summary>From a body to what is stored: the one path, for what was delivered and for what is fetched back.</summary>
internal static class IncomingEvent
{
    private static readonly EventEnvelopeValidator Validator = new();

    /// <returns>What is wrong with the body; null when it is a service-hook event.</returns>
    public static Refusal? TryRead(byte[] body, out EventEnvelope envelope)
    {
        envelope = EnvelopeReader.Empty;
        if (!Utf8.IsValid(body))
        {
            return Refusal.InvalidUtf8(Utf8Error.PositionIn(body));
        }

        if (!EnvelopeReader.TryRead(WithoutByteOrderMark(body), out envelope, out var error))
        {
            return Refusal.InvalidJson(error);
        }

        var validation = Validator.Validate(envelope);
        return validation.IsValid ? null : Refusal.InvalidEnvelope(validation.ToDictionary().AsReadOnly());
    }

    /// <param name="envelope">What <see cref="TryRead"/> gave.</param>
    /// <param name="body">The body, byte for byte.</param>
    /// <param name="context">Headers and query parameters, without secrets.</param>
    /// <param name="receivedAt">Unix ms.</param>
    /// <param name="traceParent">Of the request that brought it; null for none.</param>
    public static NewEvent Make(EventEnvelope envelope, byte[] body, byte[] context, long receivedAt, string? traceParent = null) => new()
    {
        DeduplicationKey = DeduplicationKey.Create(envelope.SubscriptionId, envelope.NotificationId, body),
        EventType = envelope.EventType!,
        SubscriptionId = envelope.SubscriptionId,
        NotificationId = envelope.NotificationId,
        CreatedTicks = envelope.CreatedTicks,
        ReceivedAt = receivedAt,
        IsTest = TestDelivery.Is(envelope),
        Context = context,
        Body = body,
        TraceParent = traceParent,
    };

    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> body) =>
        body.StartsWith("\uFEFF"u8) ? body[3..] : body;
}
