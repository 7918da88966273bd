using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;
using AzdoWebhookBridge.Watch;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Watch;

/// <summary>
/// The watch over one organization of the stand-in, on one clock with it, with the looks made by hand. Hooks are set up, and a first
/// look has been made.
/// </summary>
internal sealed class WatchRig : IAsyncDisposable
{
    private readonly Dictionary<string, string?> _settings;
    private ServiceProvider _services = null!;
    private OrganizationWatch _watch = null!;

    private WatchRig(AzureDevOpsSandbox sandbox, ManualTimeProvider clock, Dictionary<string, string?> settings) =>
        (Sandbox, Clock, _settings) = (sandbox, clock, settings);

    public AzureDevOpsSandbox Sandbox { get; }

    public SandboxOrganization Contoso => Sandbox.Organization("contoso");

    public ManualTimeProvider Clock { get; }

    public FakeBridgeStore Store { get; } = new();

    public LogCollector Logs { get; } = new();

    public OrganizationReport Report => _services.GetRequiredService<WatchBoard>().Reports.Single();

    public DateTimeOffset? GoodUntil => WatchState.Parse(Store.Documents.GetValueOrDefault("watch/contoso")).GoodUntil;

    /// <summary>How often everything that changed was read again.</summary>
    public int Recoveries => Calls("/reporting/workitemrevisions");

    public static async Task<WatchRig> StartAsync(params (string Key, string Value)[] settings)
    {
        var clock = new ManualTimeProvider();
        var sandbox = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { DeliverHooks = false, Time = clock }, CancellationToken.None);
        sandbox.Organization("contoso").Seed(projects: 1, repositoriesPerProject: 1, pipelinesPerProject: 1, workItems: 5);
        var rig = new WatchRig(sandbox, clock, new Dictionary<string, string?>
        {
            ["AzureDevOps:Organizations:0:Url"] = sandbox.OrganizationAddress("contoso").ToString(),
            ["AzureDevOps:Organizations:0:Pat"] = sandbox.Options.Pat,
            ["AzureDevOps:PublicUrl"] = "https://bridge.example",
            ["Ingress:Credentials:0:Username"] = "hook",
            ["Ingress:Credentials:0:Password"] = "canary-watch-password",
        });
        foreach (var (key, value) in settings)
        {
            rig._settings[key] = value;
        }

        await rig.RestartAsync();
        var hooks = rig._services.GetRequiredService<HookReconciler>();
        var organization = rig._services.GetRequiredService<IAzureDevOpsOrganizations>().All.Single();
        var mapping = rig._services.GetRequiredService<MappingProvider>();
        var plan = await hooks.ReadAsync(organization, new HookWish(mapping.Current.Rules.EventTypes), CancellationToken.None);
        await hooks.ApplyAsync(organization, plan, HookReconciler.AllKinds, done: null, CancellationToken.None);
        await rig.LookAsync();
        return rig;
    }

    /// <summary>Another process on the same store.</summary>
    public async Task RestartAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(_settings).Build());
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddMetrics();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IBridgeStore>(Store);
        services.AddSingleton<IStateStore>(Store);
        services.AddSingleton<BridgeMetrics>();
        services.AddSingleton<MappingProvider>();
        services.AddSingleton<SubscriptionActivity>();
        services.AddAzureDevOps();
        services.AddOptions<IngressOptions>().BindConfiguration(IngressOptions.SectionName);
        services.AddSharedOptions();
        services.AddSingleton<WatchBoard>().AddSingleton<Recovery>().AddSingleton<OrganizationWatchFactory>();
        _services = services.BuildServiceProvider();
        await _services.GetRequiredService<MappingProvider>().InitializeAsync(CancellationToken.None);
        _watch = _services.GetRequiredService<OrganizationWatchFactory>()
            .Create(_services.GetRequiredService<IAzureDevOpsOrganizations>().All.Single());
    }

    /// <summary>Time passes, then it looks.</summary>
    public Task LookAsync(TimeSpan after = default, Action? beat = null)
    {
        Clock.Advance(after);
        return _watch.LookAsync(beat ?? (() => { }), CancellationToken.None);
    }

    /// <summary>A delivery came in.</summary>
    public void Hear(string eventType) => _services.GetRequiredService<SubscriptionActivity>().Note(Hook(eventType).Id.ToString(), Clock.GetUtcNow());

    public SandboxSubscription Hook(string eventType) => Contoso.Subscriptions.Single(hook => hook.EventType == eventType);

    public int Calls(string pathEnd) => Sandbox.Calls.Count(call => call.Request.Path.EndsWith(pathEnd, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Sandbox.DisposeAsync();
    }
}
