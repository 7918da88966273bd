using AzdoWebhookBridge.Events;

namespace AzdoWebhookBridge.Tests.Simulation;

/// <summary>
/// Sends as Azure DevOps does: again and again for about three minutes while the answer is 503 or does not come, then never again.
/// Keeps the list of what was acknowledged.
/// </summary>
internal sealed class Sender(Simulation simulation)
{
    private static readonly double[] Pauses = [1, 2, 4, 8, 16, 30, 45, 60];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly VirtualWorld _world = simulation.World;
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Acknowledged => _acknowledged;

    public int Outstanding { get; private set; }

    public long Requests { get; private set; }

    public void Send(byte[] body, TimeSpan after)
    {
        Outstanding++;
        _world.Schedule(actor: null, after, () => _ = DeliverAsync(body));
    }

    private async Task DeliverAsync(byte[] body)
    {
        foreach (var pause in Pauses)
        {
            if (await TryAsync(body))
            {
                break;
            }

            await _world.DelayAsync(TimeSpan.FromSeconds(pause));
        }

        Outstanding--;
    }

    private async Task<bool> TryAsync(byte[] body)
    {
        var running = simulation.Running;
        if (running.Count == 0)
        {
            return false;
        }

        Requests++;
        var replica = running[_world.Random.Next(running.Count)];
        var answer = new TaskCompletionSource<bool>();
        _world.Schedule(replica.Actor, _world.Between(0.001, 0.02), () => _ = AskAsync());
        _world.Schedule(actor: null, Patience, () => answer.TrySetResult(false));
        return await answer.Task;

        async Task AskAsync()
        {
            var status = await replica.ReceiveAsync(body);
            _world.Note(replica.Actor, "answered", status);
            if (status == 202)
            {
                // From the moment we say so, whether or not the sender hears it.
                _acknowledged.Add(DeduplicationKey.ToText(History.DeduplicationKeyOf(body)));
            }

            if (!simulation.Faults.Strike(simulation.Faults.StoreLost, "answer to the sender lost"))
            {
                _world.Schedule(actor: null, _world.Between(0.001, 0.02), () => answer.TrySetResult(status == 202));
            }
        }
    }
}
