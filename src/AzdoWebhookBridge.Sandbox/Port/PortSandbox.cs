using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>
/// A stand-in of the Port API over real HTTP: it has a catalog, checks what it gets by Port's rules and those of its
/// blueprints, and fails on demand. Everything it hands out is a copy.
/// </summary>
public sealed class PortSandbox : IAsyncDisposable
{
    private readonly PortApi _api;
    private readonly SandboxServer _server;

    private PortSandbox(PortApi api, SandboxServer server, PortSandboxOptions options)
    {
        _api = api;
        _server = server;
        Options = options;
    }

    /// <summary>Where it listens, without <c>/v1</c>.</summary>
    public Uri BaseAddress => _server.BaseAddress;

    public PortSandboxOptions Options { get; }

    /// <summary>What is to go wrong.</summary>
    public SandboxFaults Faults => _server.Faults;

    /// <summary>The latest calls, oldest first.</summary>
    public IReadOnlyList<SandboxCall> Calls => _server.Calls.Snapshot();

    /// <summary>Requests that wanted to write or delete entities, single or in bulk, whatever came of them.</summary>
    public int WriteCalls => _server.Calls.Writes;

    /// <summary>Entities written: each one of a bulk counts, each refused one does not.</summary>
    public long EntityWrites => Read(catalog => catalog.EntityWrites);

    /// <summary>Those of <see cref="EntityWrites"/> that changed nothing.</summary>
    public long RedundantEntityWrites => Read(catalog => catalog.RedundantEntityWrites);

    /// <summary>Entities deleted, dependents included.</summary>
    public long EntityDeletes => Read(catalog => catalog.EntityDeletes);

    /// <summary>How many different tokens were handed out.</summary>
    public int TokensIssued
    {
        get
        {
            lock (_api.Gate)
            {
                return _api.Tokens.Issued;
            }
        }
    }

    public IReadOnlyList<SandboxBlueprint> Blueprints => Read(
        catalog => catalog.Blueprints.Select(blueprint => SandboxBlueprint.FromChecked(blueprint.Json.DeepClone().AsObject())).ToList());

    public static async Task<PortSandbox> StartAsync(PortSandboxOptions? options, CancellationToken cancellationToken)
    {
        options ??= new PortSandboxOptions();
        var faults = new SandboxFaults();
        var api = new PortApi(options, faults);
        var server = await SandboxServer.StartAsync(
            api, new SandboxServerOptions(options.Port, options.Latency, options.CallHistory, options.Time), faults, cancellationToken);
        return new PortSandbox(api, server, options);
    }

    /// <summary>Adds a blueprint, or replaces the one with its identifier; nothing checks it against the others.</summary>
    public void AddBlueprint(SandboxBlueprint blueprint) =>
        Change(catalog => catalog.Put(new BlueprintRecord(blueprint.Json, catalog.Now, catalog.Now)));

    public void RemoveBlueprint(string identifier) => Change(catalog => catalog.RemoveBlueprint(identifier));

    /// <summary>Puts an entity into the catalog without any check or call, as if somebody had always had it.</summary>
    public void AddEntity(
        string blueprint, string identifier, string? title = null, JsonObject? properties = null, JsonObject? relations = null) =>
        Change(catalog => catalog.Put(new EntityDocument(blueprint, identifier)
        {
            Title = title,
            Properties = properties?.DeepClone().AsObject() ?? [],
            Relations = relations?.DeepClone().AsObject() ?? [],
            CreatedAt = catalog.Now,
            UpdatedAt = catalog.Now,
            CreatedBy = "somebody",
            UpdatedBy = "somebody",
        }));

    /// <summary>Takes an entity away behind the client's back.</summary>
    public bool RemoveEntity(string blueprint, string identifier)
    {
        var isGone = false;
        Change(catalog => isGone = catalog.Entity(blueprint, identifier) is { } entity && catalog.Remove(entity));
        return isGone;
    }

    public SandboxEntity? Find(string blueprint, string identifier) =>
        Read(catalog => catalog.Entity(blueprint, identifier)?.ToPublic());

    /// <summary>All entities, or those of one blueprint, in the order of blueprint and identifier.</summary>
    public IReadOnlyList<SandboxEntity> Entities(string? blueprint = null) => Read(catalog => catalog.Entities
        .Where(entity => blueprint is null || entity.Blueprint == blueprint)
        .OrderBy(entity => entity.Blueprint, StringComparer.Ordinal).ThenBy(entity => entity.Identifier, StringComparer.Ordinal)
        .Select(entity => entity.ToPublic()).ToList());

    /// <summary>Ends the current token, as the end of its life does: the next request with it gets 401.</summary>
    public void ExpireToken()
    {
        lock (_api.Gate)
        {
            _api.Tokens.Expire();
        }
    }

    /// <summary>Rotates the credential: its token ends, and the old secret gets 401.</summary>
    public void ChangeSecret(string clientSecret)
    {
        lock (_api.Gate)
        {
            _api.Tokens.ChangeSecret(clientSecret);
        }
    }

    /// <summary>
    /// Waits until the condition holds; it is looked at now, after each handled request and after each change made here.
    /// The mere passing of time wakes nobody.
    /// </summary>
    public Task WaitForAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        _server.Signal.WaitForAsync(condition, cancellationToken);

    /// <summary>Back to the start: entities, blueprints, calls, counters, budget and faults. Tokens stay valid.</summary>
    public void Reset()
    {
        Faults.Clear();
        _server.Calls.Clear();
        lock (_api.Gate)
        {
            _api.Reset();
        }

        _server.Signal.Pulse();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private T Read<T>(Func<PortCatalog, T> read)
    {
        lock (_api.Gate)
        {
            return read(_api.Catalog);
        }
    }

    private void Change(Action<PortCatalog> change)
    {
        lock (_api.Gate)
        {
            change(_api.Catalog);
        }

        _server.Signal.Pulse();
    }
}
