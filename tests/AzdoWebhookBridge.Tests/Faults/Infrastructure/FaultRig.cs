using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Sandbox.Konnect;
using AzdoWebhookBridge.Sandbox.Port;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AzdoWebhookBridge.Tests.Faults.Infrastructure;

/// <summary>
/// A whole bridge in this process on a fast clock, between three stand-ins over real HTTP and on a real database, with a plan at
/// each of its two seams: <see cref="Store"/> and <see cref="Network"/>.
/// </summary>
internal sealed partial class FaultRig : IAsyncDisposable
{
    public const string WorkItem = "azure_devops_work_item";
    public const string Repository = "azure_devops_repository";

    // A minute's lease is over in a second and a half.
    private const double Fast = 40;

    private const string Password = "canary-fault-password";
    private const string ApiKey = "canary-fault-key";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Longer than anything waits for the store.
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(8);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("azdo-bridge-faults-");
    private readonly HashSet<long> _acknowledged = [];
    private WebApplication _app = null!;
    private HttpClient _client = null!;
    private IDisposable? _watch;
    private CuttingProxy? _proxy;
    private string? _database;
    private FaultRig? _beside;

    public FaultPlan Store { get; } = new();

    public FaultPlan Network { get; } = new();

    public required FastTime Time { get; init; }

    public LogCollector Logs { get; } = new();

    public PortSandbox Port { get; private set; } = null!;

    public KonnectSandbox Konnect { get; private set; } = null!;

    public AzureDevOpsSandbox AzureDevOps { get; private set; } = null!;

    public SampleOrganization Contoso { get; } = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    public SampleProject Project => Contoso.Project("Payments");

    public IServiceProvider Services => _app.Services;

    public CuttingProxy Proxy => _proxy ?? throw new InvalidOperationException("This rig has no PostgreSQL.");

    /// <param name="postgreSql">On PostgreSQL, else on SQLite.</param>
    /// <param name="azureDevOps">Whether the organization is configured, so that a backfill can be asked for.</param>
    /// <param name="services">A last word on the services.</param>
    /// <param name="beside">A rig on PostgreSQL whose database and stand-ins this one shares: another replica.</param>
    /// <param name="speed">How much faster than the wall's its clock is.</param>
    /// <param name="settings">A last word on the settings.</param>
    public static async Task<FaultRig> StartAsync(
        bool postgreSql = false,
        bool azureDevOps = false,
        Action<IServiceCollection>? services = null,
        FaultRig? beside = null,
        double speed = Fast,
        Action<Dictionary<string, string?>>? settings = null)
    {
        var rig = new FaultRig { Time = new FastTime(speed), _beside = beside };
        rig.Port = beside?.Port ?? await PortSandbox.StartAsync(null, CancellationToken.None);
        rig.Konnect = beside?.Konnect ?? await KonnectSandbox.StartAsync(null, CancellationToken.None);
        rig.AzureDevOps = beside?.AzureDevOps ?? await AzureDevOpsSandbox.StartAsync(null, CancellationToken.None);
        var values = rig.Settings(azureDevOps);
        if (postgreSql || beside is not null)
        {
            rig._database = beside?._database ?? await PostgreSqlServer.CreateDatabaseAsync();
            var address = new NpgsqlConnectionStringBuilder(rig._database);
            rig._proxy = new CuttingProxy(address.Port, rig.Store);
            address.Port = rig._proxy.Port;
            values["Storage:Provider"] = "PostgreSql";
            values["Storage:ConnectionString"] = address.ConnectionString;
        }
        else
        {
            var path = Path.Combine(rig._folder.FullName, "bridge.db");
            values["Storage:ConnectionString"] = $"Data Source={path}";
            rig._watch = SqliteFaults.Watch(path, rig.Store, () => rig.Time.PauseAsync(Hang).Wait());
        }

        settings?.Invoke(values);
        rig._app = BridgeApplication.Build([], new BridgeSetup
        {
            DemoMode = true,
            Urls = "http://127.0.0.1:0",
            Configuration = values,
            Services = collection =>
            {
                collection.AddSingleton<TimeProvider>(rig.Time);
                collection.AddSingleton<IHttpMessageHandlerBuilderFilter>(new HttpFaults(rig.Network));
                collection.AddSingleton<ILoggerProvider>(rig.Logs);
                collection.AddLogging(logging => logging.AddFilter<LogCollector>(level => level >= LogLevel.Warning));
                services?.Invoke(collection);
            },
        });
        await rig._app.StartAsync();
        rig._client = new HttpClient { BaseAddress = new Uri(rig._app.Urls.First()), Timeout = Patience };
        rig._client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"hook:{Password}")));
        rig._client.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        return rig;
    }

    /// <summary>Sends an event as Azure DevOps does: after a 503 or a broken connection again, until it is taken. Returns its id.</summary>
    public async Task<long> PostAsync(JsonObject delivery)
    {
        var body = delivery.ToJsonString();
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var answer = await TryPostAsync(body, patience.Token);
            if ((int)answer.StatusCode == 202)
            {
                var id = long.Parse((await answer.Content.ReadFromJsonAsync<JsonElement>(patience.Token)).GetProperty("eventId").GetString()!);
                lock (_acknowledged)
                {
                    _acknowledged.Add(id);
                }

                return id;
            }

            Assert.Equal(503, (int)answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            await Time.PauseAsync(TimeSpan.FromSeconds(1), patience.Token);
        }
    }

    public async Task<HttpResponseMessage> TryPostAsync(string body, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _client.PostAsync("webhooks/azure-devops", content, cancellationToken);
    }

    public Task PostAllAsync(IEnumerable<JsonObject> deliveries) => Parallel.ForEachAsync(
        deliveries, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (delivery, _) => await PostAsync(delivery));

    /// <summary>Does what an operator does: again after a 503, until it is done.</summary>
    /// <param name="method">How.</param>
    /// <param name="path">What.</param>
    /// <param name="body">With what.</param>
    /// <param name="underWay">The answer, when asked again, that it was done the first time and only the answer was lost.</param>
    public async Task<JsonElement> OperateAsync(HttpMethod method, string path, object? body = null, HttpStatusCode? underWay = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        for (var isAgain = false; ; isAgain = true)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = body is null ? null : JsonContent.Create(body);
            using var answer = await _client.SendAsync(request, patience.Token);
            if (answer.IsSuccessStatusCode)
            {
                var text = await answer.Content.ReadAsStringAsync(patience.Token);
                return text.Length == 0 ? default : JsonElement.Parse(text);
            }

            if (isAgain && answer.StatusCode == underWay)
            {
                return default;
            }

            Assert.True((int)answer.StatusCode == 503, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(patience.Token)}");
            await Time.PauseAsync(TimeSpan.FromSeconds(1), patience.Token);
        }
    }

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        Store.Disarm();
        Network.Disarm();
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _watch?.Dispose();
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        if (_beside is null)
        {
            await Port.DisposeAsync();
            await Konnect.DisposeAsync();
            await AzureDevOps.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private Dictionary<string, string?> Settings(bool azureDevOps) => new(StringComparer.Ordinal)
    {
        ["Ingress:Credentials:0:Username"] = "hook",
        ["Ingress:Credentials:0:Password"] = Password,
        ["Admin:ApiKeys:0"] = ApiKey,
        ["Port:BaseUrl"] = Port.BaseAddress.ToString(),
        ["Port:ClientId"] = Port.Options.ClientId,
        ["Port:ClientSecret"] = Port.Options.ClientSecret,
        ["Konnect:BaseUrl"] = Konnect.BaseAddress.ToString(),
        ["Konnect:Token"] = Konnect.Options.Token,
        ["AzureDevOps:Organizations:0:Url"] = azureDevOps ? AzureDevOps.OrganizationAddress("contoso").ToString() : null,
        ["AzureDevOps:Organizations:0:Pat"] = azureDevOps ? AzureDevOps.Options.Pat : null,
        ["Delivery:MaxBackoff"] = "00:00:05",
        ["Serilog:MinimumLevel:Default"] = "Fatal",
    };
}
