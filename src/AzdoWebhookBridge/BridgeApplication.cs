using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Logging;
using AzdoWebhookBridge.Operations.Problems;
using AzdoWebhookBridge.Operations.Retention;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Port;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Watch;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AzdoWebhookBridge;

/// <summary>The bridge, composed: events in, desired state, catalogs agree. Reads as the table of contents.</summary>
internal static class BridgeApplication
{
    // The platform's usual grace is 30 s: end before it kills.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(20);

    /// <exception cref="ConfigurationException">With all problems of the configuration at once.</exception>
    public static WebApplication Build(string[] arguments, BridgeSetup setup)
    {
        // Slim: without IIS, HTTP/3 and the log providers that are taken out again.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = arguments,
            ContentRootPath = AppContext.BaseDirectory,
        });
        Configure(builder, setup);

        builder.Logging.AddBridgeLogging(builder.Configuration);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = ShutdownTimeout;
            // A slow sender may use up Kestrel's part; the others must not wait for it.
            host.ServicesStopConcurrently = true;
        });
        builder.Services
            .AddOperations()
            .AddStorage()
            .AddHostedService<StoreStartup>()
            .AddMapping()
            .AddIngress()
            .AddPort()
            .AddKonnect()
            .AddAzureDevOps()
            .AddDelivery(PortTarget.TargetName, KonnectTarget.TargetName)
            .AddBackfill()
            .AddWatch()
            .AddOperatorApi()
            .AddHostedService<RetentionWorker>()
            .AddHostedService<BacklogSampler>()
            .AddHostedService<Announcer>();
        setup.Services?.Invoke(builder.Services);

        var application = builder.Build();
        Map(application, setup);
        return application;
    }

    private static void Configure(WebApplicationBuilder builder, BridgeSetup setup)
    {
        if (setup.DemoMode)
        {
            builder.Configuration.Sources.Clear();
        }

        if (setup.Configuration is not null)
        {
            builder.Configuration.AddInMemoryCollection(setup.Configuration);
        }

        builder.Configuration.AddSecretFiles(TimeProvider.System);
        ConfigurationValidator.ThrowIfInvalid(builder.Configuration);
        builder.WebHost.UseBridgeKestrel(builder.Configuration);
        if (setup.Urls is not null)
        {
            builder.WebHost.UseUrls(setup.Urls);
        }
    }

    private static void Map(WebApplication application, BridgeSetup setup)
    {
        application.Services.GetRequiredService<Operations.Access.OperatorAccess>().DemoMode = setup.DemoMode;
        var pathBase = application.Configuration["Http:PathBase"];
        if (!string.IsNullOrEmpty(pathBase))
        {
            application.UsePathBase("/" + pathBase.Trim('/'));
        }

        application.UseProblems();
        application.UseRouting();
        application.UseAuthentication();
        application.UseAuthorization();
        application.MapIngress();
        application.MapHealth();
        application.MapMetrics();
        application.MapOperatorApi();
        application.MapUnknownAddresses();
    }
}
