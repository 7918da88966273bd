using System.Globalization;
using System.Text.Json;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>
/// Reads a history that has no pages and cuts its answers: an answer that is full is asked for again in two halves of its time,
/// until none is full.
/// </summary>
internal sealed class NotificationHistory(
    Func<Dictionary<string, object>, CancellationToken, Task<AzureDevOpsPage>> ask, string result, string organization)
{
    /// <summary>What the service gives when nobody says otherwise; with their events they are large.</summary>
    public const int MostResults = 100;

    /// <summary>For one subscription within a second, as after a change of many work items at once.</summary>
    private const int MostInABurst = 1000;

    private const int SubscriptionsAtOnce = 10;

    /// <summary>Whether the ends of a range belong to it is not documented; the halves overlap, and doubles are dropped.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan ShortestRange = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, JsonElement> _found = new(StringComparer.OrdinalIgnoreCase);
    private DateTimeOffset _moment = DateTimeOffset.MaxValue;

    /// <exception cref="AzureDevOpsException">It cannot be had whole.</exception>
    public async Task<AzureDevOpsPage> ReadAsync(IReadOnlyList<string> subscriptionIds, DateTimeOffset since, CancellationToken cancellationToken)
    {
        foreach (var ids in subscriptionIds.Chunk(SubscriptionsAtOnce))
        {
            await ReadAsync(ids, since, null, cancellationToken);
        }

        return new AzureDevOpsPage([.. _found.Values], null, _moment);
    }

    private async Task ReadAsync(string[] ids, DateTimeOffset from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var page = await AskAsync(ids, from, to, MostResults, cancellationToken);
        if (page.Items.Count < MostResults)
        {
            Add(page.Items);
            return;
        }

        // Later than now by the service's clock, whatever the estimate of it lacks.
        var end = to ?? page.Moment + TimeSpan.FromMinutes(5);
        var half = (end - from) / 2;
        if (half >= ShortestRange)
        {
            await ReadAsync(ids, from, from + half + Overlap, cancellationToken);
            await ReadAsync(ids, from + half - Overlap, end, cancellationToken);
        }
        else
        {
            foreach (var id in ids)
            {
                await ReadBurstAsync(id, from, end, cancellationToken);
            }
        }
    }

    private async Task ReadBurstAsync(string id, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var page = await AskAsync([id], from, to, MostInABurst, cancellationToken);
        // Exactly the usual number may be all there is, or all that the service ever gives.
        if (page.Items.Count is MostResults or >= MostInABurst)
        {
            throw new AzureDevOpsException(AzureDevOpsFailure.Refused,
                $"{organization}: cannot read the history of the service hooks: there are too many notifications within two seconds to get them all.");
        }

        Add(page.Items);
    }

    private async Task<AzureDevOpsPage> AskAsync(
        string[] ids, DateTimeOffset from, DateTimeOffset? to, int most, CancellationToken cancellationToken)
    {
        var page = await ask(Query(ids, from, to, most), cancellationToken);
        _moment = page.Moment < _moment ? page.Moment : _moment;
        return page;
    }

    private Dictionary<string, object> Query(string[] ids, DateTimeOffset from, DateTimeOffset? to, int most)
    {
        var query = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["subscriptionIds"] = ids,
            ["minCreatedDate"] = Date(from),
            ["resultType"] = result,
            ["includeDetails"] = true,
            ["maxResults"] = most,
            ["maxResultsPerSubscription"] = most,
        };
        if (to is { } end)
        {
            query["maxCreatedDate"] = Date(end);
        }

        return query;
    }

    private void Add(IEnumerable<JsonElement> items)
    {
        foreach (var item in items)
        {
            // Notifications count per subscription.
            _found[$"{Raw(item, "subscriptionId")} {Raw(item, "id")}"] = item;
        }
    }

    private static string Raw(JsonElement item, string member) => item.TryGetProperty(member, out var value) ? value.GetRawText() : "";

    private static string Date(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
