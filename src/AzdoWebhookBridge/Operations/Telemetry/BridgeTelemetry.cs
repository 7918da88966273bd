using System.Diagnostics;

namespace AzdoWebhookBridge.Operations.Telemetry;

/// <summary>The source of the bridge's own spans. Spans of different moments in an event's life are joined by links.</summary>
internal static class BridgeTelemetry
{
    public const string SourceName = "AzdoWebhookBridge";

    public static readonly ActivitySource Source = new(SourceName);

    /// <summary>A span of later work on something that a request brought, linked to that request.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="traceParent">The W3C trace parent kept with the event, or null.</param>
    public static Activity? StartLinked(string name, string? traceParent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityLink[] links = ActivityContext.TryParse(traceParent, traceState: null, out var context) ? [new ActivityLink(context)] : [];
        return Source.StartActivity(name, ActivityKind.Internal, parentContext: default, links: links);
    }
}
