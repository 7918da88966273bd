namespace AzdoWebhookBridge.Operations.Loops;

/// <summary>The source of randomness for pauses, so that replicas do not act in step. Tests give it a seed.</summary>
internal sealed class Jitter(int? seed = null)
{
    private readonly Lock _gate = new();
#pragma warning disable CA5394 // Pauses are no secret.
    private readonly Random _random = seed is { } fixedSeed ? new Random(fixedSeed) : new Random();

    /// <summary>From 0 up to 1, 1 excluded.</summary>
    public double NextDouble()
    {
        lock (_gate)
        {
            return _random.NextDouble();
        }
    }
#pragma warning restore CA5394
}
