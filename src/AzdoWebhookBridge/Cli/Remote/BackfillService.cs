using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Operations.Health;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>
/// Who does the backfill: the service that runs, or, when none does, one in this process that listens on loopback only, takes no
/// deliveries and ends with the command.
/// </summary>
internal sealed class BackfillService : IAsyncDisposable
{
    // Far behind the keys that people count.
    private const string OwnKeySetting = "Admin:ApiKeys:999";

    private readonly WebApplication? _own;

    private BackfillService(BridgeClient client, WebApplication? own) => (Client, _own) = (client, own);

    public BridgeClient Client { get; }

    /// <summary>Whether it ends with the command.</summary>
    public bool IsOwn => _own is not null;

    /// <param name="parsed">What was said.</param>
    /// <param name="remote">Where the service is.</param>
    /// <param name="mayBeOwn">Whether there is something to do for a service that only this command starts.</param>
    /// <param name="output">For people.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="CommandException">No service runs, and none is to be started.</exception>
    public static async Task<BackfillService> FindAsync(
        ParseResult parsed, RemoteOptions remote, bool mayBeOwn, CommandOutput output, CancellationToken cancellationToken)
    {
        var address = remote.NamesService(parsed) ? null : ServiceAddress.Find(CommandConfiguration.Load(parsed));
        if (address is null || await IsBridgeAsync(address, cancellationToken).ConfigureAwait(false))
        {
            return new BackfillService(BridgeClient.Create(parsed, remote), own: null);
        }

        if (!mayBeOwn)
        {
            throw new ServiceUnreachableException(
                $"No service runs at {address}, so no backfill is under way. --url names another; 'bridge backfill' begins one, or goes on with one that was interrupted.");
        }

        output.Say("No service runs on this machine: this process does it, and tells the catalogs before it ends.");
        var key = RandomNumberGenerator.GetHexString(32);
        var own = BridgeApplication.Build([.. CommandConsole.Of(parsed).Settings], new BridgeSetup
        {
            Urls = "http://127.0.0.1:0",
            Configuration = new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                [OwnKeySetting] = key,
                // The command speaks; what fails is in its own words.
                ["Serilog:MinimumLevel:Default"] = "Fatal",
            },
        });
        try
        {
            await own.StartAsync(cancellationToken).ConfigureAwait(false);
            return new BackfillService(new BridgeClient(new Uri(own.Urls.First() + "/"), key, OwnKeySetting, output.Say), own);
        }
        catch
        {
            await own.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Asked without the key: anything may listen there.
    private static async Task<bool> IsBridgeAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = BridgeClient.CreateHttp(address);
        try
        {
            using var answer = await http.GetAsync(new Uri(address, HealthEndpoints.LivePath.TrimStart('/')), cancellationToken).ConfigureAwait(false);
            return answer.StatusCode == HttpStatusCode.OK
                && answer.Content.Headers.ContentType?.MediaType == "application/json"
                && await answer.Content.ReadFromJsonAsync(ApiJson.Default.JsonElement, cancellationToken).ConfigureAwait(false)
                    is { ValueKind: JsonValueKind.Object } health
                && health.TryGetProperty("status", out _)
                && health.TryGetProperty("checks", out var checks) && checks.ValueKind == JsonValueKind.Array;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException)
        {
            return false;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw BridgeClient.Explain(address, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_own is not null)
        {
            await _own.StopAsync(CancellationToken.None).ConfigureAwait(false);
            await _own.DisposeAsync().ConfigureAwait(false);
        }
    }
}
