using System.Diagnostics;
using AzdoWebhookBridge.Operations;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Ingress;

/// <summary>
/// Takes one delivery: checks it, stores it, answers. Azure DevOps resends after 408 and 503 only, and stops sending after
/// most other failures, so whatever is not the sender's fault is a 503.
/// </summary>
internal sealed partial class DeliveryReceiver(
    LiveIngressSettings liveSettings,
    InFlightBudget budget,
    IEventStore store,
    IHostApplicationLifetime lifetime,
    SubscriptionActivity activity,
    BridgeMetrics metrics,
    TimeProvider time,
    ILogger<DeliveryReceiver> logger)
{
    // A store that hangs must not hang the sender as well: it resends for about three minutes.
    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly LogThrottle _throttle = new(time, LogInterval);
    private readonly LingeringClose _lingering = new(time);

    public async Task ReceiveAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        LingeringClose.LiftServerLimit(context);
        string outcome;
        try
        {
            var settings = liveSettings.Current;
            using var body = new BodyReader(budget, settings);
            var refusal = Admit(context.Request, settings) ?? await body.ReadAsync(context.Request, context.RequestAborted);
            outcome = refusal is null
                ? await StoreAsync(context, settings, body.Body)
                : await RefuseAsync(context, refusal);
        }
        catch (Exception exception)
        {
            outcome = await HandleAsync(context, exception);
        }

        metrics.EventReceived(outcome, time.GetElapsedTime(started));
    }

    // Everything that can be decided before a byte of the body is read.
    private Refusal? Admit(HttpRequest request, IngressSettings settings)
    {
        var refusal = IngressAuthenticator.Check(request, settings) switch
        {
            CredentialCheck.Accepted => null,
            CredentialCheck.Missing => Refusal.MissingCredential,
            CredentialCheck.Wrong => Refusal.WrongCredential,
            _ => Refusal.NotConfigured,
        };
        if (refusal is not null)
        {
            return refusal;
        }

        return lifetime.ApplicationStopping.IsCancellationRequested ? Refusal.Stopping : ContentCheck.Check(request);
    }

    private async Task<string> StoreAsync(HttpContext context, IngressSettings settings, byte[] body)
    {
        var refusal = IncomingEvent.TryRead(body, out var envelope);
        if (refusal is not null)
        {
            return await RefuseAsync(context, refusal);
        }

        var receivedAt = time.GetUtcNow();
        var newEvent = IncomingEvent.Make(
            envelope,
            body,
            DeliveryContext.Render(context.Request, settings.HeaderName),
            receivedAt.ToUnixTimeMilliseconds(),
            Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null);

        // Not tied to the connection: a sender that gave up after its last byte is better stored than asked to send again.
        var result = await store.AppendAsync(newEvent, CancellationToken.None).WaitAsync(StoreTimeout, time);
        var answer = result.IsDuplicate ? DeliveryAnswer.Duplicate : newEvent.IsTest ? DeliveryAnswer.Test : DeliveryAnswer.Accepted;
        activity.Note(newEvent.SubscriptionId, receivedAt);
        Log.Accepted(logger, answer.Status, result.EventId, newEvent.EventType, newEvent.SubscriptionId);
        await answer.WriteAsync(context.Response, result.EventId);
        return answer.Status;
    }

    private async Task<string> RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (_throttle.ShouldLog(refusal.Kind, out var count))
        {
            Log.Refused(logger, count, refusal.Kind, refusal.Hint);
        }

        var headers = context.Response.Headers;
        switch (refusal.Problem.Type.Status)
        {
            case StatusCodes.Status401Unauthorized:
                headers.WWWAuthenticate = "Basic realm=\"AzdoWebhookBridge\", charset=\"UTF-8\"";
                break;
            case StatusCodes.Status503ServiceUnavailable:
                headers.RetryAfter = liveSettings.Current.RetryAfterSeconds;
                break;
            case StatusCodes.Status413PayloadTooLarge:
                // The rest of the body is not worth reading to keep the connection.
                headers.Connection = "close";
                break;
        }

        await refusal.Problem.WriteAsync(context);
        if (!ReferenceEquals(refusal, Refusal.TooSlow))
        {
            await _lingering.DrainAsync(context);
        }

        return refusal.Kind;
    }

    private async Task<string> HandleAsync(HttpContext context, Exception exception)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return "aborted";
        }

        var refusal = exception switch
        {
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Refusal.TooSlow,
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Refusal.TooLarge(liveSettings.Current.MaxBodyBytes),
            BadHttpRequestException => Refusal.BrokenBody,
            StoreUnavailableException or TimeoutException => Refusal.StoreUnavailable,
            _ => Refusal.Unexpected,
        };
        if (ReferenceEquals(refusal, Refusal.Unexpected) && _throttle.ShouldLog("exception", out var count))
        {
            Log.Failed(logger, exception, count);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return refusal.Kind;
        }

        context.Response.Clear();
        return await RefuseAsync(context, refusal);
    }
}
