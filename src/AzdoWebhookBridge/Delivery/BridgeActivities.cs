using System.Diagnostics;

namespace AzdoWebhookBridge.Delivery;

/// <summary>Spans of delivery. Batches hold entities of many events, so they are roots of their own.</summary>
internal static class BridgeActivities
{
    public static readonly ActivitySource Source = new("AzdoWebhookBridge");

    public static Activity? StartDelivery(string target, int entities)
    {
        var activity = Source.StartActivity("deliver", ActivityKind.Client);
        activity?.SetTag("bridge.target", target);
        activity?.SetTag("bridge.entities", entities);
        return activity;
    }
}
