using System.Globalization;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>Counts what each identity uses, and who comes back too early. Used under the gate.</summary>
internal sealed class UsageMeter(AzureDevOpsLimits? limits, TimeProvider time)
{
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    /// <summary>Requests that came while they had been asked to wait.</summary>
    public int Impolite { get; private set; }

    /// <summary>Answers with status 429, ordered ones too.</summary>
    public int Refused { get; private set; }

    public void Reset()
    {
        _accounts.Clear();
        (Impolite, Refused) = (0, 0);
    }

    /// <summary>Notes a request's cost; false when there is nothing left for it.</summary>
    public bool TryUse(string identity, SandboxRequest request)
    {
        if (limits is null)
        {
            return true;
        }

        var account = Of(identity);
        Forget(account);
        if (account.Used >= limits.Hard)
        {
            return false;
        }

        var cost = limits.Cost?.Invoke(request) ?? CostOf(request);
        account.Costs.Enqueue((time.GetUtcNow(), cost));
        account.Used += cost;
        return true;
    }

    public IEnumerable<KeyValuePair<string, string>> Headers(string identity)
    {
        if (limits is null)
        {
            return [];
        }

        var account = Of(identity);
        Forget(account);
        if (account.Used < limits.Soft)
        {
            return [];
        }

        var wait = SecondsUntilBelow(account, limits.Soft);
        return
        [
            new("Retry-After", wait.ToString(CultureInfo.InvariantCulture)),
            new("X-RateLimit-Resource", "core.tstu"),
            new("X-RateLimit-Delay", (account.Used >= limits.Hard ? 0 : 0.5).ToString("0.000", CultureInfo.InvariantCulture)),
            new("X-RateLimit-Limit", ((long)limits.Soft).ToString(CultureInfo.InvariantCulture)),
            new("X-RateLimit-Remaining", "0"),
            new("X-RateLimit-Reset", time.GetUtcNow().AddSeconds(wait).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>A request came in.</summary>
    public void Arrived(string identity, SandboxRequest request)
    {
        var account = Of(identity);
        var grace = limits?.Grace ?? new AzureDevOpsLimits().Grace;
        if (account.AskedToWaitAt is { } from && request.At >= from + grace && request.At < account.WaitsUntil)
        {
            Impolite++;
        }
    }

    /// <summary>An answer is about to leave.</summary>
    public void Answered(string identity, SandboxAnswer answer)
    {
        Refused += answer.Status == 429 ? 1 : 0;
        var text = answer.Headers.FirstOrDefault(header => header.Key == "Retry-After").Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            var (account, now) = (Of(identity), time.GetUtcNow());
            account.AskedToWaitAt = now < account.WaitsUntil ? account.AskedToWaitAt : now;
            account.WaitsUntil = now.AddSeconds(seconds) > account.WaitsUntil ? now.AddSeconds(seconds) : account.WaitsUntil;
        }
    }

    private static double CostOf(SandboxRequest request) =>
        request.Path.Contains("/wiql", StringComparison.OrdinalIgnoreCase) ? 0.5
        : request.Path.Contains("/workitemsbatch", StringComparison.OrdinalIgnoreCase) ? 0.3
        : 0.1;

    private void Forget(Account account)
    {
        var oldest = time.GetUtcNow() - limits!.Window;
        while (account.Costs.TryPeek(out var first) && first.At <= oldest)
        {
            account.Costs.Dequeue();
            account.Used = account.Costs.Count == 0 ? 0 : account.Used - first.Cost;
        }
    }

    private int SecondsUntilBelow(Account account, double level)
    {
        var left = account.Used;
        foreach (var (at, cost) in account.Costs)
        {
            left -= cost;
            if (left < level)
            {
                var wait = at + limits!.Window - time.GetUtcNow();
                wait = wait < limits.LongestDelay ? wait : limits.LongestDelay;
                return Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            }
        }

        return 1;
    }

    private Account Of(string identity) => _accounts.TryGetValue(identity, out var account) ? account : _accounts[identity] = new Account();

    private sealed class Account
    {
        public Queue<(DateTimeOffset At, double Cost)> Costs { get; } = new();

        public double Used { get; set; }

        public DateTimeOffset? AskedToWaitAt { get; set; }

        public DateTimeOffset WaitsUntil { get; set; }
    }
}
