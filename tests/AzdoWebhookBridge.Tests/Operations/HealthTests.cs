using System.Net;
using System.Text.Json;
using AzdoWebhookBridge.Operations.Health;
using AzdoWebhookBridge.Storage;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AzdoWebhookBridge.Tests.Operations;

public sealed class HealthTests
{
    private sealed class Reporter(string name, HealthStatus status) : IHealthReporter
    {
        public string Name => name;

        public HealthReport Report() => new(status, $"{name} says so.");
    }

    private static async Task<(HttpStatusCode Code, string Status, Dictionary<string, string> Checks)> GetAsync(BridgeHost host, string path)
    {
        using var response = await host.Client.GetAsync(path);
        var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var checks = json.GetProperty("checks").EnumerateArray()
            .ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("status").GetString()!, StringComparer.Ordinal);
        return (response.StatusCode, json.GetProperty("status").GetString()!, checks);
    }

    private static async Task<BridgeHost> StartAsync(
        Action<Dictionary<string, string?>>? settings = null, Action<IServiceCollection>? services = null)
    {
        var host = await BridgeHost.StartAsync(settings, services);
        host.App.Services.GetRequiredService<StartupGate>().Open();
        return host;
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/startup")]
    public async Task AllIsWell_IsHealthy(string path)
    {
        await using var host = await StartAsync();

        var (code, status, checks) = await GetAsync(host, path);

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("healthy", status);
        Assert.NotEmpty(checks);
        Assert.Empty(host.Logs.Problems);
    }

    [Fact]
    public async Task NotStartedYet_IsNotReadyAndAlive()
    {
        await using var host = await BridgeHost.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/live")).Code);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(host, "/health/startup")).Code);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(host, "/health/ready")).Code);
    }

    [Fact]
    public async Task StoreThatDoesNotTakeWrites_IsNotReadyAndAlive()
    {
        await using var host = await StartAsync();
        host.Store.OnProbe = () => Task.FromException(new StoreUnavailableException("The disk is full."));

        var (code, status, checks) = await GetAsync(host, "/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("unhealthy", status);
        Assert.Equal("unhealthy", checks["store"]);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "/health/live")).Code);
    }

    [Fact]
    public async Task ShuttingDown_IsNotReady()
    {
        await using var host = await StartAsync();
        host.App.Lifetime.StopApplication();

        var (code, _, checks) = await GetAsync(host, "/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("unhealthy", checks["shutdown"]);
    }

    [Fact]
    public async Task NoIngressCredential_IsDegradedAndReady()
    {
        await using var host = await StartAsync(settings => settings.Clear());

        var (code, status, checks) = await GetAsync(host, "/health/ready");

        Assert.Equal(HttpStatusCode.OK, code);
        Assert.Equal("degraded", status);
        Assert.Equal("degraded", checks["ingress"]);
    }

    [Theory]
    [InlineData(HealthStatus.Healthy, HealthStatus.Healthy, HttpStatusCode.OK, "healthy")]
    [InlineData(HealthStatus.Healthy, HealthStatus.Degraded, HttpStatusCode.OK, "degraded")]
    [InlineData(HealthStatus.Degraded, HealthStatus.Degraded, HttpStatusCode.OK, "degraded")]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Degraded, HttpStatusCode.ServiceUnavailable, "unhealthy")]
    public async Task Ready_IsAsBadAsTheWorst(object first, object second, HttpStatusCode expected, string status)
    {
        await using var host = await StartAsync(services: services => services
            .AddSingleton<IHealthReporter>(new Reporter("target:port", (HealthStatus)first))
            .AddSingleton<IHealthReporter>(new Reporter("mapping", (HealthStatus)second)));

        var ready = await GetAsync(host, "/health/ready");

        Assert.Equal(expected, ready.Code);
        Assert.Equal(status, ready.Status);
        Assert.Contains("target:port", ready.Checks.Keys);
    }

    [Fact]
    public async Task StoreProbe_IsAskedOncePerInterval()
    {
        var time = new ManualTimeProvider();
        var store = new FakeBridgeStore();
        var probe = new StoreProbe(store, time, NullLogger<StoreProbe>.Instance);

        for (var round = 0; round < 20; round++)
        {
            Assert.Equal(HealthStatus.Healthy, (await probe.CheckAsync()).Status);
        }

        Assert.Equal(1, store.Probes);
        time.Advance(StoreProbe.MaxAge + TimeSpan.FromMilliseconds(1));
        await probe.CheckAsync();
        Assert.Equal(2, store.Probes);
    }

    [Fact]
    public async Task StoreProbeThatHangs_IsUnhealthyAfterTheLimitAndNotAskedAgain()
    {
        var time = new ManualTimeProvider();
        var hang = new TaskCompletionSource();
        var store = new FakeBridgeStore { OnProbe = () => hang.Task };
        var probe = new StoreProbe(store, time, NullLogger<StoreProbe>.Instance);

        for (var round = 0; round < 3; round++)
        {
            var check = probe.CheckAsync();
            time.Advance(StoreProbe.TimeLimit);
            Assert.Equal(HealthStatus.Unhealthy, (await check).Status);
        }

        Assert.Equal(1, store.Probes);
        hang.SetResult();
        Assert.Equal(HealthStatus.Healthy, (await probe.CheckAsync()).Status);
    }

    [Fact]
    public async Task StoreProbe_DoesNotTellForeignExceptionTexts()
    {
        var store = new FakeBridgeStore { OnProbe = () => Task.FromException(new InvalidOperationException("canary: Password=x")) };

        var report = await new StoreProbe(store, new ManualTimeProvider(), NullLogger<StoreProbe>.Instance).CheckAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.DoesNotContain("canary", report.Detail, StringComparison.Ordinal);
    }
}
