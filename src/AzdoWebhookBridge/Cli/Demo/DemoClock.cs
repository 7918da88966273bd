namespace AzdoWebhookBridge.Cli.Demo;

/// <summary>The clock of the Azure DevOps stand-in: the real one, on which hours may pass at once. Timers run as ever.</summary>
internal sealed class DemoClock : TimeProvider
{
    private long _ahead;

    public void Pass(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);

    public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
}
