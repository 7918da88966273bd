using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Konnect;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Tests.Port;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Konnect;

/// <summary>The Konnect target as the service has it, in front of a stub or of the sandbox.</summary>
internal sealed class KonnectHarness : IAsyncDisposable
{
    public const string Token = "spat_canary-token-77aa";

    private readonly ServiceProvider _services;
    private readonly IConfigurationRoot _configuration;

    private KonnectHarness(string baseUrl, string token, HttpMessageHandler? handler, TimeProvider time, (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Konnect:BaseUrl"] = baseUrl, ["Konnect:Token"] = token };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        _configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddSingleton(time);
        services.AddSingleton(new BridgeUserAgent("test"));
        services.AddKonnect();
        if (handler is not null)
        {
            services.AddHttpClient(KonnectServices.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => handler);
        }

        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public LogRecorder Logs { get; } = new();

    public KonnectTarget Target => _services.GetRequiredService<KonnectTarget>();

    public KonnectClient Client => _services.GetRequiredService<KonnectClient>();

    public static KonnectHarness On(StubHandler handler, TimeProvider? time = null, params (string Key, string Value)[] settings) =>
        new("https://konnect.test", Token, handler, time ?? new ManualTime(), settings);

    public static KonnectHarness On(KonnectSandbox sandbox, TimeProvider? time = null, params (string Key, string Value)[] settings) =>
        new(sandbox.BaseAddress.ToString(), sandbox.Options.Token, null, time ?? sandbox.Options.Time, settings);

    public static string RepositoryId(int number) => $"{number:x8}-1111-4222-8333-444455556666";

    public static DeliveryItem Item(
        int number, string name, string project = "Shop", string? organization = "contoso", string? memory = null, string? service = null,
        string? displayName = null, int attempts = 0) => new()
        {
            Key = new EntityKey("konnect", "resource_mapping", RepositoryId(number)),
            Desired = JsonSerializer.Serialize(new
            {
                repository = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["id"] = RepositoryId(number),
                    ["name"] = name,
                    ["organization"] = organization,
                    ["project"] = project,
                },
                service = new { display_name = displayName ?? name, name = service ?? name },
            }),
            Memory = memory,
            Attempts = attempts,
        };

    public static DeliveryItem Absent(int number, string? memory = null) => new()
    {
        Key = new EntityKey("konnect", "resource_mapping", RepositoryId(number)),
        Desired = "null",
        Memory = memory,
    };

    public async Task<DeliveryOutcome> DeliverAsync(DeliveryItem item)
    {
        var outcome = Assert.Single(await Target.DeliverAsync(new DeliveryBatch([item]), CancellationToken.None));
        AssertNoCanary(outcome.ToString());
        return outcome;
    }

    /// <summary>Delivers, and gives back what is to be remembered.</summary>
    public async Task<string> DeliveredAsync(DeliveryItem item) =>
        Assert.IsType<DeliveryOutcome.Delivered>(await DeliverAsync(item)).Memory!;

    public void Set(string key, string value)
    {
        _configuration[key] = value;
        _configuration.Reload();
    }

    public async ValueTask DisposeAsync()
    {
        AssertNoCanary("");
        await _services.DisposeAsync();
    }

    private void AssertNoCanary(string outcome)
    {
        foreach (var text in Logs.Lines.Select(line => line.Text).Append(outcome))
        {
            Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("kpat_sandbox", text, StringComparison.Ordinal);
        }
    }
}
