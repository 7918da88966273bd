using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.EndToEnd.Tests.Replicas;

/// <summary>Several bridges as processes of their own on one database, in front of one catalog, with a sender that keeps its own list.</summary>
internal sealed class ReplicaSet : IAsyncDisposable
{
    public const string Blueprint = "azure_devops_work_item";
    private const string ApiKey = "replica-set-key";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Dictionary<string, string> _settings;
    private readonly SampleOrganization _contoso = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly List<BridgeProcess> _bridges = [];
    private readonly List<HttpClient> _clients = [];

    private ReplicaSet(PortSandbox port, string connectionString)
    {
        Port = port;
        _settings = new Dictionary<string, string>
        {
            ["Storage__Provider"] = "PostgreSql",
            ["Storage__ConnectionString"] = connectionString,
            ["Ingress__Credentials__0__Username"] = "hook",
            ["Ingress__Credentials__0__Password"] = "replica-set-secret",
            ["Admin__ApiKeys__0"] = ApiKey,
            ["Port__BaseUrl"] = port.BaseAddress.ToString(),
            ["Port__ClientId"] = port.Options.ClientId,
            ["Port__ClientSecret"] = port.Options.ClientSecret,
            ["Delivery__MaxBackoff"] = "00:00:01",
        };
    }

    public PortSandbox Port { get; }

    public IReadOnlyList<BridgeProcess> Bridges => _bridges;

    /// <summary>What was answered with 202: event id by delivery.</summary>
    public ConcurrentDictionary<string, string> Acknowledged { get; } = new(StringComparer.Ordinal);

    public static async Task<ReplicaSet> StartAsync(int count, string connectionString)
    {
        var set = new ReplicaSet(await PortSandbox.StartAsync(null, CancellationToken.None), connectionString);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => set.AddAsync()));
        return set;
    }

    public async Task AddAsync()
    {
        var bridge = await BridgeProcess.StartAsync(_settings, BridgeProcess.FreePort());
        var client = new HttpClient { BaseAddress = bridge.Address, Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("hook:replica-set-secret"u8));
        client.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        lock (_bridges)
        {
            _bridges.Add(bridge);
            _clients.Add(client);
        }
    }

    /// <summary>A process that does nothing any more, or goes on as if nothing had been.</summary>
    public static async Task SignalAsync(BridgeProcess bridge, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", bridge.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public string WorkItem(int id, int revision)
    {
        // It counts its notifications, and not for several at once: two of one number would be one event.
        lock (_contoso)
        {
            return (revision == 1
                ? _contoso.WorkItem("created", _contoso.Project("Payments"), id, revision, Title(id, revision))
                : _contoso.WorkItemUpdated(_contoso.Project("Payments"), id, revision, Title(id, revision))).ToJsonString();
        }
    }

    public static string Title(int id, int revision) => $"Item {id} at {revision}";

    public bool Has(int id, int revision) => Port.Find(Blueprint, id.ToString(CultureInfo.InvariantCulture))?.Title == Title(id, revision);

    /// <summary>Sends it once; false when it has to be sent again.</summary>
    public async Task<bool> TrySendAsync(int replica, string delivery)
    {
        try
        {
            using var content = new StringContent(delivery, Encoding.UTF8, "application/json");
            using var answer = await _clients[replica].PostAsync("webhooks/azure-devops", content);
            if ((int)answer.StatusCode == 503)
            {
                return false;
            }

            Assert.Equal(202, (int)answer.StatusCode);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Acknowledged[delivery] = body.GetProperty("eventId").GetString()!;
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }

    public Task<JsonElement> GetAsync(int replica, string path) => _clients[replica].GetFromJsonAsync<JsonElement>(path);

    /// <summary>Until no event waits and nothing is left to be told, as this replica sees it.</summary>
    public Task SettledAsync(int replica) => UntilAsync(async () =>
    {
        using var answer = await _clients[replica].GetAsync("api/overview");
        if ((int)answer.StatusCode == 503)
        {
            return false;
        }

        var overview = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return overview.GetProperty("eventsWaiting").GetInt64() == 0
            && overview.GetProperty("targets").EnumerateArray().All(target => target.GetProperty("dirty").GetInt64() == 0);
    });

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_bridges.Select(bridge => bridge.DisposeAsync().AsTask()));
        _clients.ForEach(client => client.Dispose());
        await Port.DisposeAsync();
    }
}
