using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Operations.Access;
using AzdoWebhookBridge.Operations.Health;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Operations;

/// <summary>Says at start where the bridge listens and what is not configured yet, and at the end that it stops.</summary>
internal sealed partial class Announcer(
    IHostApplicationLifetime lifetime,
    IServer server,
    StartupGate startup,
    TargetCircuits targets,
    IOptionsMonitor<IngressOptions> ingress,
    IOptionsMonitor<AdminOptions> admin,
    ILogger<Announcer> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Announce);
        lifetime.ApplicationStopping.Register(() => Log.Stopping(logger));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Announce()
    {
        startup.Open();
        var options = ingress.CurrentValue;
        if (options.Credentials.Count == 0 && options.Header.Values.Count == 0)
        {
            Log.IngressClosed(logger);
        }

        if (!targets.Targets.Any(target => target.IsConfigured))
        {
            Log.NoTarget(logger);
        }

        if (admin.CurrentValue.ApiKeys.Count == 0)
        {
            Log.ApiClosed(logger);
        }

        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            Log.Listening(logger, address);
        }

        // What only the start needed goes back to the system; the collector would keep it for a long time.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private static partial class Log
    {
        [LoggerMessage(HostEventIds.Listening, LogLevel.Information, "Listening on {Address}")]
        public static partial void Listening(ILogger logger, string address);

        [LoggerMessage(HostEventIds.IngressClosed, LogLevel.Warning,
            "No ingress credential is configured, so every delivery is answered 401: set Ingress:Credentials:0:Username and :Password, or Ingress:Header")]
        public static partial void IngressClosed(ILogger logger);

        [LoggerMessage(HostEventIds.NoTarget, LogLevel.Warning,
            "No target is configured: events are kept and go out when Port:ClientId and Port:ClientSecret, or Konnect:Token, are set")]
        public static partial void NoTarget(ILogger logger);

        [LoggerMessage(HostEventIds.ApiClosed, LogLevel.Warning, "No operator key is configured, so the API is closed: set Admin:ApiKeys:0")]
        public static partial void ApiClosed(ILogger logger);

        [LoggerMessage(HostEventIds.Stopping, LogLevel.Information, "Stopping: no new events are taken, deliveries in flight are finished")]
        public static partial void Stopping(ILogger logger);
    }
}
