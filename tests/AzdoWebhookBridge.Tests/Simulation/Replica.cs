using System.Reflection;
using AzdoWebhookBridge.Delivery;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;
using AzdoWebhookBridge.Operations.Loops;
using AzdoWebhookBridge.Operations.Telemetry;
using AzdoWebhookBridge.Port;
using AzdoWebhookBridge.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>One start of one replica: the product's own workers on the simulated database, clock and network.</summary>
internal sealed class Replica
{
    private static readonly Lazy<BridgeMetrics> Metrics = new(() => new BridgeMetrics(new Meters()));

    private static readonly Func<SupervisedLoop, CancellationToken, Task> Execute =
        typeof(SupervisedLoop).GetMethod("ExecuteAsync", BindingFlags.Instance | BindingFlags.NonPublic)!
            .CreateDelegate<Func<SupervisedLoop, CancellationToken, Task>>();

    private static readonly FieldInfo Current =
        typeof(MappingProvider).GetField("_current", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private readonly Simulation _simulation;
    private readonly MappingProvider _mapping;
    private readonly SupervisedLoop[] _loops;
    private readonly Dictionary<string, CancellationTokenSource> _stops = new(StringComparer.Ordinal);

    public Replica(Simulation simulation, string name, Func<TimeSpan> clockError, MappingRules rules)
    {
        _simulation = simulation;
        Rules = rules;
        Actor = new Actor(name);
        Time = new VirtualTime(simulation.World, Actor, clockError);
        Link = new SimulatedLink(simulation, this);
        Store = new MemoryBridgeStore(simulation.Database, Link, name, Time);
        var delivery = new Settings<DeliveryOptions>(new DeliveryOptions { MaxBackoff = TimeSpan.FromSeconds(20) });
        var port = new Settings<PortOptions>(new PortOptions { BaseUrl = "https://port.test", ClientId = "id", ClientSecret = "secret" });
        var http = new BoundedHttp(
            new SimulatedClients(simulation.Port.HandlerFor(this)), PortServices.HttpClientName, Time, new BridgeUserAgent(name));
        var tokens = new PortTokenProvider(http, port, Time, NullLogger<PortTokenProvider>.Instance);
        var client = new PortClient(http, tokens, port, Time, NullLogger<PortClient>.Instance);
        var jitter = new Jitter(simulation.World.Random.Next());
        var support = new LoopSupport(Time, new LoopRegistry(), Metrics.Value, NullLoggerFactory.Instance, jitter);
        var switches = new TargetSwitches(Store, Signals, Time, NullLogger<TargetSwitches>.Instance);
        _mapping = new MappingProvider(
            Options.Create(new MappingOptions()), Store, Time, NullLogger<MappingProvider>.Instance);
        ICatalogTarget[] targets = [new PortTarget(client, port, NullLogger<PortTarget>.Instance), simulation.Konnect.TargetFor(this)];
        _loops =
        [
            new MappingWorker(Store, _mapping, targets, Signals, support, NullLogger<MappingWorker>.Instance),
            .. targets.Select(Deliver),
        ];

        DeliveryWorker Deliver(ICatalogTarget target) => new(
            target,
            new TargetCircuit(Time, () => delivery.CurrentValue.MaxBackoff, jitter.NextDouble),
            Store, switches, Signals, delivery, support, NullLogger<DeliveryWorker>.Instance);
    }

    public Actor Actor { get; }

    public MappingRules Rules { get; }

    public VirtualTime Time { get; }

    public SimulatedLink Link { get; }

    public MemoryBridgeStore Store { get; }

    public WorkSignals Signals { get; } = new(Waking.AtOnce);

    public bool IsStarted { get; private set; }

    /// <summary>Gets its generation and starts the loops, as at a start of the service; false when the database does not let it.</summary>
    public async Task<bool> StartAsync()
    {
        try
        {
            var now = Time.GetUtcNow();
            var generation = await Store.GetGenerationAsync(Rules.Fingerprint, now.ToUnixTimeMilliseconds(), CancellationToken.None);
            Current.SetValue(_mapping, new ActiveMapping(Rules, generation, "simulated", "", [], now));
        }
        catch (StoreUnavailableException)
        {
            return false;
        }

        IsStarted = true;
        string[] names = ["events", "port", "konnect"];
        var running = new Task[_loops.Length];
        for (var i = 0; i < _loops.Length; i++)
        {
            // For the loop's first yield only: what runs in a step has no context, so that it goes on inside of it.
            SynchronizationContext.SetSynchronizationContext(new StepContext(_simulation.World, Actor));
            running[i] = Execute(_loops[i], (_stops[names[i]] = new CancellationTokenSource()).Token);
            SynchronizationContext.SetSynchronizationContext(null);
        }

        Ended = Task.WhenAll(running);
        return true;
    }

    /// <summary>Completes when all loops have ended after <see cref="IsStopping"/>.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>The shutdown: each loop is told at its next call.</summary>
    public bool IsStopping { get; set; }

    /// <summary>
    /// Called while a loop asks its store or its catalog for something. Only then it is told to stop: a delay that is cancelled goes on
    /// in the thread pool, where nobody knows in which order.
    /// </summary>
    /// <param name="loop">What the loop is about: <c>events</c> or a target.</param>
    public void Calls(string loop)
    {
        if (IsStopping && _stops.TryGetValue(loop, out var stop))
        {
            stop.Cancel();
        }
    }

    /// <summary>What the ingress does with a delivery: stores it, then answers.</summary>
    public async Task<int> ReceiveAsync(byte[] body)
    {
        if (IncomingEvent.TryRead(body, out var envelope) is { } refusal)
        {
            return refusal.Problem.Type.Status;
        }

        var newEvent = IncomingEvent.Make(envelope, body, EventInput.NoContext, Time.GetUtcNow().ToUnixTimeMilliseconds());
        try
        {
            await Store.AppendAsync(newEvent, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(15), Time);
            return 202;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or TimeoutException)
        {
            return 503;
        }
    }

    private sealed class Settings<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }

    private sealed class Meters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
