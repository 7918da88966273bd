using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

/// <summary>A bridge in its own process between a talking organization and two stand-ins, all over real HTTP.</summary>
internal sealed class BridgeRig : IAsyncDisposable
{
    public const string ApiKey = "end-to-end-key";
    private const string Username = "hook";
    private const string Password = "end-to-end-secret";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _settings;
    private readonly int _listenOn = BridgeProcess.FreePort();
    private BridgeProcess? _process;

    private BridgeRig(
        PortSandbox port, KonnectSandbox? konnect, AzureDevOpsSandbox? azureDevOps, IReadOnlyDictionary<string, string>? settings)
    {
        Port = port;
        KonnectOrNull = konnect;
        _settings = new Dictionary<string, string>
        {
            ["Ingress__Credentials__0__Username"] = Username,
            ["Ingress__Credentials__0__Password"] = Password,
            ["Admin__ApiKeys__0"] = ApiKey,
            ["Storage__ConnectionString"] = $"Data Source={_folder.Path}/bridge.db",
            ["Port__BaseUrl"] = port.BaseAddress.ToString(),
            ["Port__ClientId"] = port.Options.ClientId,
            ["Port__ClientSecret"] = port.Options.ClientSecret,
            ["Delivery__MaxBackoff"] = "00:00:01",
        };
        if (konnect is not null)
        {
            _settings["Konnect__BaseUrl"] = konnect.BaseAddress.ToString();
            _settings["Konnect__Token"] = konnect.Options.Token;
        }

        if (azureDevOps is not null)
        {
            _settings["AzureDevOps__Organizations__0__Url"] = azureDevOps.OrganizationAddress("contoso").ToString();
            _settings["AzureDevOps__Organizations__0__Pat"] = azureDevOps.Options.Pat;
            _settings["AzureDevOps__PublicUrl"] = $"http://127.0.0.1:{_listenOn}";
            _settings["AzureDevOps__Watch__Interval"] = "00:00:01";
        }

        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            _settings[key] = value;
        }

        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_listenOn}/"), Timeout = Patience };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}")));
        Client.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        Project = Contoso.Project("Payments");
    }

    public PortSandbox Port { get; }

    public KonnectSandbox Konnect => KonnectOrNull ?? throw new InvalidOperationException("This rig has no Konnect.");

    public HttpClient Client { get; }

    /// <summary>As environment variables; with them a command finds the service, and is configured like it.</summary>
    public IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string>(_settings) { ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{_listenOn}" };

    public BridgeProcess Process => _process ?? throw new InvalidOperationException("The bridge was not started.");

    public SampleOrganization Contoso { get; } = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    public SampleProject Project { get; }

    private KonnectSandbox? KonnectOrNull { get; }

    /// <summary>Starts all of it. <paramref name="between"/> puts something between the bridge and the stand-ins: it gives other settings.</summary>
    public static async Task<BridgeRig> StartAsync(
        PortSandboxOptions? port = null,
        bool withKonnect = false,
        Func<Uri, Uri?, Task<IReadOnlyDictionary<string, string>>>? between = null,
        AzureDevOpsSandbox? azureDevOps = null,
        bool isRunning = true,
        KonnectSandboxOptions? konnect = null)
    {
        var portSandbox = await PortSandbox.StartAsync(port, CancellationToken.None);
        var konnectSandbox = withKonnect ? await KonnectSandbox.StartAsync(konnect, CancellationToken.None) : null;
        var rig = new BridgeRig(
            portSandbox,
            konnectSandbox,
            azureDevOps,
            between is null ? null : await between(portSandbox.BaseAddress, konnectSandbox?.BaseAddress));
        if (isRunning)
        {
            await rig.RestartAsync();
        }

        return rig;
    }

    /// <summary>Starts the process, after a kill on the same data.</summary>
    /// <param name="wrapper">A program, and its arguments, that starts the bridge and becomes it.</param>
    public async Task RestartAsync(params string[] wrapper) => _process = await BridgeProcess.StartAsync(_settings, _listenOn, wrapper);

    /// <summary>Posts one delivery; the status and the <c>status</c> member or problem of the answer.</summary>
    public async Task<(int Status, JsonElement Body)> PostAsync(JsonObject delivery) => await PostAsync(delivery.ToJsonString());

    public async Task<(int Status, JsonElement Body)> PostAsync(string delivery)
    {
        using var content = new StringContent(delivery, Encoding.UTF8, "application/json");
        return await PostAsync(content);
    }

    public async Task<(int Status, JsonElement Body)> PostAsync(HttpContent content)
    {
        using var answer = await Client.PostAsync("webhooks/azure-devops", content);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Posts all of them over several connections and demands that each is taken.</summary>
    public Task PostAllAsync(IEnumerable<JsonObject> deliveries, int connections = 16) => Parallel.ForEachAsync(
        deliveries,
        new ParallelOptions { MaxDegreeOfParallelism = connections },
        async (delivery, _) =>
        {
            var (status, body) = await PostAsync(delivery);
            Assert.True(status == 202, $"{status}: {body}");
        });

    public Task<JsonElement> GetAsync(string path) => Client.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Asks the API until it says so; it has no push.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Until no event waits and no configured catalog has anything dirty.</summary>
    public Task SettledAsync() => UntilAsync(async () =>
    {
        var overview = await GetAsync("api/overview");
        return overview.GetProperty("eventsWaiting").GetInt64() == 0
            && overview.GetProperty("targets").EnumerateArray()
                .All(target => !target.GetProperty("isConfigured").GetBoolean() || target.GetProperty("dirty").GetInt64() == 0);
    });

    public Task PortHasAsync(Func<bool> condition) => Port.WaitForAsync(condition, CancellationToken.None).WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Client.Dispose();
        await Port.DisposeAsync();
        if (KonnectOrNull is not null)
        {
            await KonnectOrNull.DisposeAsync();
        }

        _folder.Dispose();
    }
}
