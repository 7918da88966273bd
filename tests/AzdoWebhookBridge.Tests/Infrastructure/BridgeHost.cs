using System.Net;
using System.Net.Http.Headers;
using System.Text;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Backfill;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Operations.Problems;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Watch;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AzdoWebhookBridge.Tests.Infrastructure;

/// <summary>The bridge's HTTP side on real Kestrel at a loopback port, in front of a store in memory.</summary>
internal sealed class BridgeHost : IAsyncDisposable
{
    public const string Username = "azure-devops";
    public const string Password = "canary-ingress-password";
    public const string ApiKey = "canary-full-api-key";
    public const string ReadOnlyKey = "canary-read-only-key";
    public const string WebhookPath = "/webhooks/azure-devops";

    private BridgeHost(WebApplication app, FakeBridgeStore store, LogCollector logs)
    {
        App = app;
        Store = store;
        Logs = logs;
        BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Client = new HttpClient { BaseAddress = BaseAddress };
    }

    public WebApplication App { get; }

    public FakeBridgeStore Store { get; }

    public LogCollector Logs { get; }

    public Uri BaseAddress { get; }

    public HttpClient Client { get; }

    /// <summary>With one Basic credential and both kinds of keys, unless the settings say otherwise.</summary>
    public static Task<BridgeHost> StartAsync(
        Action<Dictionary<string, string?>>? settings = null,
        Action<IServiceCollection>? services = null,
        Action<KestrelServerOptions>? kestrel = null)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Ingress:Credentials:0:Username"] = Username,
            ["Ingress:Credentials:0:Password"] = Password,
            ["Admin:ApiKeys:0"] = ApiKey,
            ["Admin:ReadOnlyApiKeys:0"] = ReadOnlyKey,
        };
        settings?.Invoke(values);
        return StartAsync(values, services, kestrel);
    }

    private static async Task<BridgeHost> StartAsync(
        Dictionary<string, string?> values, Action<IServiceCollection>? services, Action<KestrelServerOptions>? kestrel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(values);
        var logs = new LogCollector();
        builder.Logging.AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Listen(IPAddress.Loopback, 0);
            kestrel?.Invoke(options);
        });
        builder.Services.AddRouting();
        var store = new FakeBridgeStore();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IBridgeStore>(store);
        builder.Services.AddSingleton<IEventStore>(store);
        builder.Services.AddSingleton<IMappingInspector>(new FakeMappingInspector());
        builder.Services.AddSingleton<ICatalogTarget>(new FakeTarget("port", isConfigured: true));
        builder.Services.AddSingleton<ICatalogTarget>(new FakeTarget("konnect", isConfigured: false));
        builder.Services.AddSingleton<IAzureDevOpsOrganizations>(new FakeOrganizations());
        builder.Services.AddSingleton<MappingProvider>().AddSingleton<BackfillWorker>().AddSingleton<WatchBoard>();
        builder.Services.AddOperations().AddIngress().AddOperatorApi();
        services?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseProblems();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapIngress().MapHealth().MapMetrics().MapOperatorApi().MapUnknownAddresses();
        await app.StartAsync();
        return new BridgeHost(app, store, logs);
    }

    /// <summary>Posts a body as Azure DevOps does.</summary>
    public Task<HttpResponseMessage> PostAsync(string body, Action<HttpRequestMessage>? change = null) =>
        PostAsync(Encoding.UTF8.GetBytes(body), change);

    public Task<HttpResponseMessage> PostAsync(byte[] body, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, WebhookPath) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.Authorization = Basic(Username, Password);
        change?.Invoke(request);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? key = ApiKey, string? json = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        return Client.SendAsync(request);
    }

    public static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    /// <summary>Changes settings of the running host, as a changed file does.</summary>
    public void Reconfigure(params (string Key, string? Value)[] settings)
    {
        foreach (var (key, value) in settings)
        {
            App.Configuration[key] = value;
        }

        ((IConfigurationRoot)App.Configuration).Reload();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
