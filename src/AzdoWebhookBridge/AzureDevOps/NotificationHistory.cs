using System.Globalization;
using System.Text.Json;

namespace AzdoWebhookBridge.AzureDevOps;

/// <summary>
/// Reads a history that has no pages and cuts its answers: an answer that is full is asked for again in two halves of its time,
/// until none is full.
/// </summary>
internal static class NotificationHistory
{
    /// <summary>What the service gives when nobody says otherwise; with their events they are large.</summary>
    public const int MostResults = 100;

    private const int SubscriptionsAtOnce = 10;

    /// <summary>Whether the ends of a range belong to it is not documented; the halves overlap, and doubles are dropped.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan ShortestRange = TimeSpan.FromSeconds(1);

    internal sealed record Question(IReadOnlyList<string> SubscriptionIds, DateTimeOffset Since, string Result);

    public static async Task<AzureDevOpsPage> ReadAllAsync(
        Func<Dictionary<string, object>, CancellationToken, Task<AzureDevOpsPage>> ask, Question question, string organization, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        var moment = DateTimeOffset.MaxValue;
        foreach (var ids in question.SubscriptionIds.Chunk(SubscriptionsAtOnce))
        {
            var ranges = new Stack<(DateTimeOffset From, DateTimeOffset? To)>();
            ranges.Push((question.Since, null));
            while (ranges.TryPop(out var range))
            {
                var page = await ask(Query(ids, question.Result, range.From, range.To), cancellationToken);
                moment = page.Moment < moment ? page.Moment : moment;
                if (page.Items.Count < MostResults)
                {
                    Add(found, page.Items);
                    continue;
                }

                // Later than now by the service's clock, whatever the estimate of it lacks.
                var to = range.To ?? page.Moment + TimeSpan.FromMinutes(5);
                var half = (to - range.From) / 2;
                if (half < ShortestRange)
                {
                    throw new AzureDevOpsException(AzureDevOpsFailure.Refused,
                        $"{organization}: cannot read the history of the service hooks: more than {MostResults} notifications within two seconds.");
                }

                ranges.Push((range.From + half - Overlap, to));
                ranges.Push((range.From, range.From + half + Overlap));
            }
        }

        return new AzureDevOpsPage([.. found.Values], null, moment);
    }

    private static Dictionary<string, object> Query(string[] ids, string result, DateTimeOffset from, DateTimeOffset? to)
    {
        var query = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["subscriptionIds"] = ids,
            ["minCreatedDate"] = Date(from),
            ["resultType"] = result,
            ["includeDetails"] = true,
            ["maxResults"] = MostResults,
            ["maxResultsPerSubscription"] = MostResults,
        };
        if (to is { } end)
        {
            query["maxCreatedDate"] = Date(end);
        }

        return query;
    }

    private static void Add(Dictionary<string, JsonElement> found, IEnumerable<JsonElement> items)
    {
        foreach (var item in items)
        {
            // Notifications count per subscription.
            found[$"{Raw(item, "subscriptionId")} {Raw(item, "id")}"] = item;
        }
    }

    private static string Raw(JsonElement item, string member) => item.TryGetProperty(member, out var value) ? value.GetRawText() : "";

    private static string Date(DateTimeOffset date) => date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
