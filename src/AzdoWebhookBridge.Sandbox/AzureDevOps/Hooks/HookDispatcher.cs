using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>
/// Sends what is due, one request at a time for each subscription, and draws Azure DevOps' consequences from the answers. Pauses
/// count from the moment at which a request was due, so a clock that jumps over several of them catches up with all.
/// </summary>
internal sealed class HookDispatcher(AzureDevOpsSandboxOptions options, Lock gate) : IAsyncDisposable
{
    private readonly ConditionSignal _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HookSender _sender = new(options);
    private readonly List<SubscriptionRecord> _subscriptions = [];
    private readonly Random? _shuffle = options.ShuffleSeed is { } seed ? new Random(seed) : null;
    private readonly List<Task> _running = [];
    private Task _loop = Task.CompletedTask;
    private int _lastTest;
    private int _testsInFlight;

    /// <summary>Pulsed after each attempt; the server's own signal, so that one wait sees both.</summary>
    public ConditionSignal Changed { get; set; } = new();

    /// <summary>All subscriptions of all organizations; looked at under the gate.</summary>
    public IReadOnlyList<SubscriptionRecord> Subscriptions => _subscriptions;

    public void Start() => _loop = RunAsync();

    public void Add(SubscriptionRecord subscription) => _subscriptions.Add(subscription);

    public void Remove(SubscriptionRecord subscription)
    {
        subscription.Outstanding.Clear();
        _subscriptions.Remove(subscription);
    }

    /// <summary>Something may be due now: a new notification, another status, another time.</summary>
    public void Wake()
    {
        _wake.Pulse();
        Changed.Pulse();
    }

    /// <summary>Nothing is being sent, and nothing is due before the clock moves. Under the gate.</summary>
    public bool IsIdle()
    {
        var now = options.Time.GetUtcNow();
        return _testsInFlight == 0 && _subscriptions.TrueForAll(subscription => !subscription.IsInFlight && (!options.DeliverHooks || !IsDue(subscription, now)));
    }

    public int NextTest() => ++_lastTest;

    /// <summary>Sends at once and once, whatever comes of it. Under the gate.</summary>
    public void SendTest(SubscriptionRecord subscription, NotificationRecord notification)
    {
        _testsInFlight++;
        _running.Add(SendTestAsync(notification, HookTarget.Of(subscription)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        Task[] running;
        lock (gate)
        {
            running = [.. _running];
        }

        await Task.WhenAll(running);
        _sender.Dispose();
        _stop.Dispose();
    }

    /// <summary>Ends a probation or any other state at an operator's wish; what did not arrive until now has failed.</summary>
    public static void SetStatus(SubscriptionRecord subscription, string status, DateTimeOffset now)
    {
        if (status != subscription.Status)
        {
            FailOutstanding(subscription, now, except: null);
            subscription.OnTrial = null;
            subscription.ProbationRetries = 0;
            subscription.Status = status;
        }
    }

    private static bool IsDue(SubscriptionRecord subscription, DateTimeOffset now) =>
        subscription.Outstanding.Exists(notification => notification.DueAt <= now);

    private static void FailOutstanding(SubscriptionRecord subscription, DateTimeOffset now, NotificationRecord? except)
    {
        foreach (var notification in subscription.Outstanding.Where(notification => notification != except))
        {
            notification.ErrorMessage ??= "The subscription is not enabled.";
            notification.Complete("failed", now);
        }

        subscription.Outstanding.RemoveAll(notification => notification != except);
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            // Taken before the look, so that a pulse in between is not lost.
            var woken = _wake.Next;
            TimeSpan? pause;
            lock (gate)
            {
                pause = options.DeliverHooks ? StartWhatIsDue() : null;
            }

            Changed.Pulse(); // somebody may wait for a request to be on its way

            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var time = Task.Delay(pause ?? Timeout.InfiniteTimeSpan, options.Time, cancel.Token);
            await Task.WhenAny(woken, time);
            await cancel.CancelAsync();
        }
    }

    /// <summary>How long until something else is due; null when there is nothing.</summary>
    private TimeSpan? StartWhatIsDue()
    {
        var now = options.Time.GetUtcNow();
        DateTimeOffset? next = null;
        _running.RemoveAll(task => task.IsCompleted);
        foreach (var subscription in _subscriptions.Where(subscription => !subscription.IsInFlight && subscription.Outstanding.Count > 0))
        {
            if (!IsDue(subscription, now))
            {
                var due = subscription.Outstanding.Min(notification => notification.DueAt);
                next = next is null || due < next ? due : next;
                continue;
            }

            var notification = Choose(subscription, now);
            (subscription.IsInFlight, notification.IsRequestInFlight) = (true, true);
            notification.Refresh();
            _running.Add(AttemptAsync(subscription, notification, HookTarget.Of(subscription)));
        }

        // A wait longer than a timer takes is cut; the loop looks again then.
        return next is null ? null : TimeSpan.FromTicks(Math.Clamp((next.Value - now).Ticks, 1, TimeSpan.TicksPerDay));
    }

    private NotificationRecord Choose(SubscriptionRecord subscription, DateTimeOffset now)
    {
        var due = subscription.Outstanding.Where(notification => notification.DueAt <= now).ToList();
        return _shuffle is null ? due.MinBy(notification => (notification.DueAt, notification.Id))! : due[_shuffle.Next(due.Count)];
    }

    private async Task AttemptAsync(SubscriptionRecord subscription, NotificationRecord notification, HookTarget target)
    {
        await Task.Yield();
        var outcome = await _sender.SendAsync(target, notification.Body, _stop.Token);
        lock (gate)
        {
            (subscription.IsInFlight, notification.IsRequestInFlight) = (false, false);
            if (!_stop.IsCancellationRequested)
            {
                Note(notification, outcome);
                Conclude(subscription, notification, outcome);
            }
        }

        Wake();
    }

    private async Task SendTestAsync(NotificationRecord notification, HookTarget target)
    {
        await Task.Yield();
        await _sender.SendAsync(target, notification.Body, _stop.Token);
        lock (gate)
        {
            _testsInFlight--;
        }

        Wake();
    }

    private void Note(NotificationRecord notification, SendOutcome outcome)
    {
        notification.Attempts++;
        notification.LastStatus = outcome.Status;
        (notification.Request, notification.Response, notification.ErrorMessage) = (outcome.Request, outcome.Response, outcome.Error);
        notification.Duration = outcome.Duration;
        notification.ModifiedAt = options.Time.GetUtcNow();
    }

    private void Conclude(SubscriptionRecord subscription, NotificationRecord notification, SendOutcome outcome)
    {
        if (!subscription.Outstanding.Contains(notification))
        {
            return; // deleted, or given up meanwhile
        }

        var (now, verdict) = (options.Time.GetUtcNow(), DeliverySchedule.Judge(outcome.Status));
        var from = notification.DueAt + outcome.Duration;
        if (verdict == DeliveryVerdict.Arrived)
        {
            Arrived(subscription, notification, now);
        }
        else if (verdict == DeliveryVerdict.Terminal)
        {
            Disable(subscription, now);
        }
        else if (subscription.OnTrial == notification)
        {
            subscription.ProbationRetries++;
            subscription.LastProbationRetryAt = now;
            if (subscription.ProbationRetries >= DeliverySchedule.Probation.Length)
            {
                Disable(subscription, now);
            }
            else
            {
                notification.DueAt = from + DeliverySchedule.Probation[subscription.ProbationRetries];
            }
        }
        else if (verdict == DeliveryVerdict.Transient && notification.Resends < DeliverySchedule.Resends.Length)
        {
            notification.DueAt = from + DeliverySchedule.Resends[notification.Resends++];
        }
        else
        {
            subscription.Status = SubscriptionStatus.OnProbation;
            (subscription.OnTrial, subscription.ProbationRetries) = (notification, 0);
            FailOutstanding(subscription, now, except: notification);
            notification.DueAt = from + DeliverySchedule.Probation[0];
        }
    }

    private void Arrived(SubscriptionRecord subscription, NotificationRecord notification, DateTimeOffset now)
    {
        if (options.DeliversTwice && !notification.WasRepeated)
        {
            notification.WasRepeated = true;
            notification.DueAt = now;
            return;
        }

        subscription.Outstanding.Remove(notification);
        notification.Complete("succeeded", now);
        if (subscription.OnTrial == notification)
        {
            // The number of retries stays readable.
            (subscription.OnTrial, subscription.Status) = (null, SubscriptionStatus.Enabled);
        }
    }

    private static void Disable(SubscriptionRecord subscription, DateTimeOffset now)
    {
        (subscription.OnTrial, subscription.Status) = (null, SubscriptionStatus.DisabledBySystem);
        FailOutstanding(subscription, now, except: null);
    }
}
