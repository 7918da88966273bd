using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>
/// A stand-in of Azure DevOps over real HTTP: REST answers from a state that tests change, and service hooks that are delivered,
/// repeated and given up as Azure DevOps does it. It fails on demand and counts who is impolite.
/// </summary>
public sealed class AzureDevOpsSandbox : IAsyncDisposable
{
    private readonly AzureDevOpsState _state;
    private readonly SandboxServer _server;
    private readonly SandboxServer? _releases;

    private AzureDevOpsSandbox(AzureDevOpsState state, SandboxServer server, SandboxServer? releases)
    {
        (_state, _server, _releases) = (state, server, releases);
    }

    /// <summary>
    /// Where it listens; stands for <c>https://dev.azure.com</c>, and for <c>https://login.microsoftonline.com</c>. An organization
    /// is at this address with its name, a collection of a server below <c>tfs/</c>.
    /// </summary>
    public Uri BaseAddress => _server.BaseAddress;

    /// <summary>Stands for <c>https://vsrm.dev.azure.com</c>; null unless the options ask for it.</summary>
    public Uri? ReleaseAddress => _releases?.BaseAddress;

    public AzureDevOpsSandboxOptions Options => _state.Options;

    /// <summary>What is to go wrong.</summary>
    public SandboxFaults Faults => _server.Faults;

    /// <summary>The latest calls, oldest first.</summary>
    public IReadOnlyList<SandboxCall> Calls => _server.Calls.Snapshot();

    /// <summary>Requests that wanted to make, change or delete subscriptions, whatever came of them.</summary>
    public int WriteCalls => _server.Calls.Writes;

    /// <summary>All requests, those for tokens included.</summary>
    public long TotalRequests => _server.TotalRequests;

    /// <summary>The most requests that were on their way at the same time.</summary>
    public int MostInFlight => _server.MostInFlight;

    /// <summary>Requests of an identity that came while a <c>Retry-After</c> it had been given was still running.</summary>
    public int ImpoliteRequests => Read(() => _state.Usage.Impolite);

    /// <summary>Answers with status 429, of the limits and of faults.</summary>
    public int RefusedRequests => Read(() => _state.Usage.Refused);

    /// <summary>How many Entra tokens were handed out.</summary>
    public int TokensIssued => Read(() => _state.Access.Issued);

    public static async Task<AzureDevOpsSandbox> StartAsync(AzureDevOpsSandboxOptions? options, CancellationToken cancellationToken)
    {
        options ??= new AzureDevOpsSandboxOptions();
        var state = new AzureDevOpsState(options);
        foreach (var name in options.Organizations)
        {
            state.GetOrAdd(name);
        }

        var faults = new SandboxFaults();
        var server = await SandboxServer.StartAsync(new AzureDevOpsApi(state, isReleaseHost: false), ServerOptions(options.Port), faults, cancellationToken);
        var releases = options.HasReleaseHost
            ? await SandboxServer.StartAsync(new AzureDevOpsApi(state, isReleaseHost: true), ServerOptions(0), faults, cancellationToken)
            : null;
        state.Hooks.Changed = server.Signal;
        state.Hooks.Start();
        return new AzureDevOpsSandbox(state, server, releases);

        SandboxServerOptions ServerOptions(int port) => new(port, options.Latency, options.CallHistory, options.Time);
    }

    /// <summary>An organization by its name; a new, empty one when there is none yet.</summary>
    public SandboxOrganization Organization(string name) => Read(() => _state.GetOrAdd(name));

    /// <summary>What is to be configured as an organization's URL.</summary>
    public Uri OrganizationAddress(string name) => new(BaseAddress, (Options.IsServer ? "tfs/" : "") + name + '/');

    /// <summary>Ends all Entra tokens, as the end of their lives does.</summary>
    public void ExpireTokens() => Read(() =>
    {
        _state.Access.ExpireTokens();
        return true;
    });

    /// <summary>Another personal access token: the old one is not taken any more.</summary>
    public void ChangePat(string pat) => Read(() => _state.Access.Pat = pat);

    /// <summary>
    /// Waits until the condition holds; it is looked at now, after each handled request, after each delivery and after each change
    /// made here. The mere passing of time wakes nobody.
    /// </summary>
    public Task WaitForAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        _server.Signal.WaitForAsync(condition, cancellationToken);

    /// <summary>
    /// Waits until no delivery is on its way and none is due before the clock moves. It also makes the sandbox look at its clock,
    /// so it is what a test calls after moving one.
    /// </summary>
    public Task WaitForIdleAsync(CancellationToken cancellationToken)
    {
        _state.Hooks.Wake();
        return WaitForAsync(() => Read(_state.Hooks.IsIdle), cancellationToken);
    }

    /// <summary>Forgets calls, counters, usage and faults; organizations and tokens stay.</summary>
    public void ResetCounters()
    {
        Faults.Clear();
        _server.ResetCounters();
        Read(() =>
        {
            _state.Usage.Reset();
            return true;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _state.Hooks.DisposeAsync();
        await _server.DisposeAsync();
        if (_releases is not null)
        {
            await _releases.DisposeAsync();
        }
    }

    private T Read<T>(Func<T> read)
    {
        lock (_state.Gate)
        {
            return read();
        }
    }
}
