using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Port;
using AzdoWebhookBridge.Sandbox.Port;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Port;

/// <summary>The Port target as the service has it, with real options, in front of a stub or of the sandbox.</summary>
internal sealed class PortHarness : IAsyncDisposable
{
    public const string Secret = "canary-secret-7f3a";
    public const string Token = "canary-token-51bc";

    private readonly ServiceProvider _services;
    private readonly IConfigurationRoot _configuration;

    private PortHarness(Dictionary<string, string?> settings, HttpMessageHandler? handler, TimeProvider time)
    {
        _configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddSingleton(time);
        services.AddSingleton(new BridgeUserAgent("test"));
        services.AddPort();
        if (handler is not null)
        {
            services.AddHttpClient(PortServices.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => handler);
        }

        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public LogRecorder Logs { get; } = new();

    public PortTarget Target => _services.GetRequiredService<PortTarget>();

    public PortClient Client => _services.GetRequiredService<PortClient>();

    public PortTokenProvider Tokens => _services.GetRequiredService<PortTokenProvider>();

    /// <summary>Behind a stub that hands out <see cref="Token"/> and answers everything else by its script.</summary>
    public static PortHarness On(StubHandler handler, TimeProvider? time = null, bool givesTokens = true, params (string Key, string Value)[] settings)
    {
        if (givesTokens)
        {
            handler.Otherwise = (request, _) => request.PathAndQuery.EndsWith("/auth/access_token", StringComparison.Ordinal)
                ? Task.FromResult(TokenAnswer(Token))
                : null;
        }

        return new PortHarness(Settings("https://port.test", "canary-id", Secret, settings), handler, time ?? new ManualTime());
    }

    public static PortHarness On(PortSandbox sandbox, TimeProvider? time = null, params (string Key, string Value)[] settings) =>
        new(Settings(sandbox.BaseAddress.ToString(), sandbox.Options.ClientId, sandbox.Options.ClientSecret, settings), null, time ?? TimeProvider.System);

    /// <summary>In front of whatever listens there.</summary>
    public static PortHarness On(Uri address, TimeProvider? time = null) =>
        new(Settings(address.ToString(), "canary-id", Secret, []), null, time ?? TimeProvider.System);

    public static HttpResponseMessage TokenAnswer(string token, int expiresIn = 10_800) =>
        StubHandler.Json(200, $$"""{"ok":true,"accessToken":"{{token}}","expiresIn":{{expiresIn}},"tokenType":"Bearer"}""");

    public void Set(string key, string value)
    {
        _configuration[key] = value;
        _configuration.Reload();
    }

    public static DeliveryItem Item(
        string identifier, string desired = """{"title":"t"}""", string blueprint = "service", int attempts = 0,
        IReadOnlyList<string>? cleared = null, bool deleteDependents = false) => new()
        {
            Key = new EntityKey("port", blueprint, identifier),
            Desired = desired,
            Attempts = attempts,
            Cleared = cleared ?? [],
            DeleteDependents = deleteDependents,
        };

    public static DeliveryItem Absent(string identifier, string blueprint = "service", bool deleteDependents = false, int attempts = 0) =>
        Item(identifier, "null", blueprint, attempts, deleteDependents: deleteDependents);

    public async Task<IReadOnlyList<DeliveryOutcome>> DeliverAsync(params IReadOnlyList<DeliveryItem> items)
    {
        var outcomes = await Target.DeliverAsync(new DeliveryBatch(items), CancellationToken.None);
        Assert.Equal(items.Count, outcomes.Count);
        Assert.DoesNotContain(null, outcomes);
        AssertNoCanary(outcomes);
        return outcomes;
    }

    /// <summary>Plans and delivers as the worker does, stage after stage.</summary>
    public async Task<Dictionary<EntityKey, DeliveryOutcome>> DeliverAllAsync(IReadOnlyList<DeliveryItem> items)
    {
        var outcomes = new Dictionary<EntityKey, DeliveryOutcome>();
        foreach (var stage in Target.Plan(items))
        {
            var made = await Task.WhenAll(stage.Select(async batch => (batch, await Target.DeliverAsync(batch, CancellationToken.None))));
            foreach (var (batch, results) in made)
            {
                AssertNoCanary(results);
                foreach (var (item, outcome) in batch.Items.Zip(results))
                {
                    outcomes.Add(item.Key, outcome);
                }
            }
        }

        return outcomes;
    }

    public void AssertNoCanary(IEnumerable<DeliveryOutcome> outcomes)
    {
        foreach (var text in outcomes.Select(outcome => outcome.ToString()).Concat(Logs.Lines.Select(line => line.Text)))
        {
            Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("sandbox-secret", text, StringComparison.Ordinal);
            Assert.DoesNotContain("sandbox-token", text, StringComparison.Ordinal);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AssertNoCanary([]);
        await _services.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(
        string baseUrl, string clientId, string secret, IEnumerable<(string Key, string Value)> more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Port:BaseUrl"] = baseUrl,
            ["Port:ClientId"] = clientId,
            ["Port:ClientSecret"] = secret,
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }
}
