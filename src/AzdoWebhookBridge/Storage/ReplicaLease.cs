namespace AzdoWebhookBridge.Storage;

/// <summary>
/// Has one replica of several do what only one should. The lease is renewed while the work goes on; work whose lease cannot be
/// renewed in time is cancelled before another replica may begin.
/// </summary>
internal sealed class ReplicaLease(IStateStore store, string name, TimeProvider time)
{
    /// <summary>After a replica died, for so long nobody else begins.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(45);

    /// <summary>Runs the work when this process holds the lease or gets it; false when another does, or when it was lost on the way.</summary>
    /// <exception cref="StoreUnavailableException">Nobody knows who holds it.</exception>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var heldAt = time.GetTimestamp();
        if (!await store.HoldAsync(name, Length, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewal = RenewAsync(heldAt, held);
        try
        {
            await work(held.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && held.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            await held.CancelAsync().ConfigureAwait(false);
            await renewal.ConfigureAwait(false);
        }
    }

    private async Task RenewAsync(long heldAt, CancellationTokenSource held)
    {
        while (true)
        {
            await Task.Delay(RenewEvery, time, held.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (held.IsCancellationRequested)
            {
                return;
            }

            var askedAt = time.GetTimestamp();
            try
            {
                if (await store.HoldAsync(name, Length, held.Token).ConfigureAwait(false))
                {
                    heldAt = askedAt;
                    continue;
                }

                await held.CancelAsync().ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (StoreUnavailableException) when (time.GetElapsedTime(heldAt) < GiveUpAfter)
            {
                // There is time to ask again.
            }
            catch (StoreUnavailableException)
            {
                await held.CancelAsync().ConfigureAwait(false);
                return;
            }
        }
    }
}
