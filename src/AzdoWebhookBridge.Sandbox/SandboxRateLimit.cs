namespace AzdoWebhookBridge.Sandbox;

/// <summary>A budget of requests in a fixed window that starts with the first request.</summary>
public sealed record SandboxRateLimit(int Limit, TimeSpan Period);
