using System.CommandLine;
using System.Security.Cryptography;
using AzdoWebhookBridge.Cli.Output;

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

    public static async Task<BackfillService> FindAsync(
        ParseResult parsed, RemoteOptions remote, CommandOutput output, CancellationToken cancellationToken)
    {
        if (remote.NamesService(parsed)
            || await AnswersAsync(ServiceAddress.Find(CommandConfiguration.Load(parsed)), cancellationToken).ConfigureAwait(false))
        {
            return new BackfillService(BridgeClient.Create(parsed, remote), own: null);
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

    private static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = BridgeClient.CreateHttp(address);
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "health/live"), cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
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
