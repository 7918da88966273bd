using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using Microsoft.AspNetCore.Mvc.Testing;

namespace AzdoWebhookBridge.Tests;

/// <summary>The whole application as it is composed, by its own entry point, on a real file.</summary>
public sealed class BridgeApplicationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azdo-bridge-app-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task NothingConfigured_StartsClosedAndSaysWhatIsMissing()
    {
        await using var factory = Create([]);
        using var client = factory.CreateClient();

        using var delivery = await client.PostAsJsonAsync("webhooks/azure-devops", new { eventType = "git.push" });
        Assert.Equal(HttpStatusCode.Unauthorized, delivery.StatusCode);
        Assert.NotEmpty(delivery.Headers.WwwAuthenticate);
        Assert.Equal("application/problem+json", delivery.Content.Headers.ContentType?.MediaType);

        using var ready = await client.GetAsync("health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var health = await ready.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.Contains("Port:ClientId", health.ToString(), StringComparison.Ordinal);

        using var api = await client.GetAsync("api/overview");
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task Delivery_IsStoredMappedAndExplained()
    {
        await using var factory = Create(new()
        {
            ["Ingress:Credentials:0:Username"] = "hook",
            ["Ingress:Credentials:0:Password"] = "secret",
            ["Admin:ApiKeys:0"] = "key",
        });
        using var client = factory.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("hook:secret"u8));
        client.DefaultRequestHeaders.Add("X-Api-Key", "key");
        var contoso = new SampleOrganization("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var push = contoso.Push(contoso.Repository(contoso.Project("Payments"), "Checkout API")).ToJsonString();

        var first = await PostAsync(client, push);
        var again = await PostAsync(client, push);

        Assert.Equal("accepted", first.GetProperty("status").GetString());
        Assert.Equal("duplicate", again.GetProperty("status").GetString());
        Assert.Equal(first.GetProperty("eventId").GetString(), again.GetProperty("eventId").GetString());
        var details = await MappedAsync(client, first.GetProperty("eventId").GetString()!);
        Assert.Equal("folded", details.GetProperty("event").GetProperty("state").GetString());
        var effects = details.GetProperty("effects").EnumerateArray().Select(effect => effect.GetProperty("target").GetString()).ToList();
        Assert.Contains("port", effects);
        Assert.Contains("konnect", effects);
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("webhooks/azure-devops", content);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement> MappedAsync(HttpClient client, string eventId)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var details = await client.GetFromJsonAsync<JsonElement>($"api/events/{eventId}", patience.Token);
            if (details.GetProperty("event").GetProperty("state").GetString() != "stored")
            {
                return details;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private WebApplicationFactory<Program> Create(Dictionary<string, string> settings) =>
        new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("Storage:ConnectionString", $"Data Source={_folder.FullName}/bridge.db");
            foreach (var (key, value) in settings)
            {
                host.UseSetting(key, value);
            }
        });
}
