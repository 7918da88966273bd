using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Tests.Port;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

/// <summary>The organizations as the service has them, in front of a stub or of a real server.</summary>
internal sealed class AzureDevOpsHarness : IAsyncDisposable
{
    public const string Pat = "canary-pat-9c21";
    public const string ClientSecret = "canary-client-secret-03bd";
    public const string Password = "canary-password-77aa";

    private readonly ServiceProvider _services;
    private readonly IConfigurationRoot _configuration;

    private AzureDevOpsHarness(HttpMessageHandler? handler, TimeProvider time, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        _configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        services.AddSingleton(time);
        services.AddAzureDevOps();
        services.AddOptions<IngressOptions>().BindConfiguration(IngressOptions.SectionName);
        services.AddSharedOptions();
        if (handler is not null)
        {
            services.AddHttpClient(AzureDevOpsServices.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => handler);
        }

        _services = services.BuildServiceProvider(validateScopes: true);
    }

    public LogRecorder Logs { get; } = new();

    public IAzureDevOpsOrganizations Organizations => _services.GetRequiredService<IAzureDevOpsOrganizations>();

    public IAzureDevOpsOrganization Organization => Organizations.All[0];

    public HookReconciler Reconciler => _services.GetRequiredService<HookReconciler>();

    public static AzureDevOpsHarness On(StubHandler? handler, TimeProvider? time = null, params (string Key, string? Value)[] settings)
    {
        var all = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["AzureDevOps:Organizations:0:Url"] = "https://dev.azure.com/contoso",
            ["AzureDevOps:Organizations:0:Pat"] = Pat,
            ["AzureDevOps:PublicUrl"] = "https://bridge.example",
            ["AzureDevOps:RequestTimeout"] = "01:00:00",
            ["Ingress:Credentials:0:Username"] = "azdo",
            ["Ingress:Credentials:0:Password"] = Password,
        };
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return new AzureDevOpsHarness(handler, time ?? new HurriedTime(), all);
    }

    /// <summary>Signed in as an Entra application instead of with a token.</summary>
    public static AzureDevOpsHarness AsApplication(StubHandler handler, TimeProvider? time = null) => On(
        handler, time,
        ("AzureDevOps:Organizations:0:Pat", null),
        ("AzureDevOps:Organizations:0:TenantId", "11111111-2222-3333-4444-555555555555"),
        ("AzureDevOps:Organizations:0:ClientId", "app"),
        ("AzureDevOps:Organizations:0:ClientSecret", ClientSecret));

    public void Set(string key, string? value)
    {
        _configuration[key] = value;
        _configuration.Reload();
    }

    public async Task<AzureDevOpsException> FailsAsync(AzureDevOpsFailure failure, Func<IAzureDevOpsOrganization, Task> call)
    {
        var exception = await Assert.ThrowsAsync<AzureDevOpsException>(() => call(Organization));
        Assert.Equal(failure, exception.Failure);
        AssertNoCanary(exception.ToString());
        return exception;
    }

    public static void AssertNoCanary(string text)
    {
        Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($":{Pat}")), text, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        Assert.All(Logs.Lines, line => AssertNoCanary(line.Text));
        await _services.DisposeAsync();
    }
}
