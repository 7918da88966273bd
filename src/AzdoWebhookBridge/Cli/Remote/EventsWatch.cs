using System.CommandLine;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;
using AzdoWebhookBridge.Storage;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary><c>bridge events watch</c>: a line for each event as it comes. Asks again and again; the API has no push.</summary>
internal static class EventsWatch
{
    // More new ones between two looks than these hold are passed over, with a note.
    private const int MaxPages = 10;

    private static readonly TimeSpan PatienceWithMapping = TimeSpan.FromSeconds(5);

    private sealed record Wish(string? State, string? Type, int Last, int Count, TimeSpan? For, TimeSpan Interval);

    public static Command Create()
    {
        var state = PageOptions.State<EventState>("Only events in this state.");
        var type = new Option<string?>("--type") { Description = "Only events of this type." };
        var last = new Option<int>("--last") { Description = "How many earlier ones to begin with.", DefaultValueFactory = _ => 10 };
        var count = new Option<int?>("--count") { Description = "End after so many events." };
        var duration = new Option<double?>("--for") { Description = "End after so many seconds." };
        var interval = new Option<double>("--interval") { Description = "Seconds between two looks.", DefaultValueFactory = _ => 1 };
        var command = new Command("watch", "Show events as they come, a line each, until Ctrl-C.") { state, type, last, count, duration, interval };
        var remote = RemoteOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var wish = new Wish(
                parsed.GetValue(state),
                parsed.GetValue(type),
                Math.Clamp(parsed.GetValue(last), 0, ApiQuery.MaxPage),
                parsed.GetValue(count) ?? int.MaxValue,
                parsed.GetValue(duration) is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e9)) : null,
                TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(interval), 0.05, 3600)));
            using var client = BridgeClient.Create(parsed, remote);
            try
            {
                await WatchAsync(new CommandOutput(parsed), client, wish, CommandConsole.Of(parsed).Time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how it ends.
            }
        });
        return command.WithExamples(
            "bridge events watch",
            "bridge events watch --type git.push --last 0 --json | jq -c .",
            "bridge events watch --count 1 --last 0 --for 60  # wait for the next one");
    }

    private static async Task WatchAsync(CommandOutput output, BridgeClient client, Wish wish, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var tail = new EventTail(PatienceWithMapping, time);
        var (earlier, _) = await EventsCommand.PageAsync(client, state: null, wish.Type, wish.Last + 1, before: null, cancellationToken).ConfigureAwait(false);
        tail.Skip(earlier.Count > wish.Last ? EventTail.Id(earlier[wish.Last]) : 0);
        var shown = Show(output, tail.Take(earlier), wish, limit: wish.Count);
        var isLost = false;
        while (shown < wish.Count && !output.IsReaderGone && !(wish.For <= time.GetElapsedTime(start)))
        {
            await Task.Delay(wish.Interval, time, cancellationToken).ConfigureAwait(false);
            try
            {
                var found = await AboveAsync(output, client, wish.Type, tail, cancellationToken).ConfigureAwait(false);
                shown += Show(output, tail.Take(found), wish, wish.Count - shown);
                isLost = false;
            }
            catch (ServiceUnreachableException exception)
            {
                if (!isLost)
                {
                    output.Say($"{exception.Message} Trying again.");
                }

                isLost = true;
            }
        }
    }

    private static async Task<List<EventModel>> AboveAsync(
        CommandOutput output, BridgeClient client, string? type, EventTail tail, CancellationToken cancellationToken)
    {
        var found = new List<EventModel>();
        string? before = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var (items, next) = await EventsCommand.PageAsync(client, state: null, type, ApiQuery.MaxPage, before, cancellationToken).ConfigureAwait(false);
            found.AddRange(items);
            if (next is null || EventTail.Id(items[^1]) <= tail.Floor)
            {
                return found;
            }

            before = next;
        }

        output.Say($"More than {found.Count} at once: the earlier ones are passed over; see 'bridge events list'.");
        tail.Skip(EventTail.Id(found[^1]) - 1);
        return found;
    }

    private static int Show(CommandOutput output, IReadOnlyList<EventModel> events, Wish wish, int limit)
    {
        var shown = 0;
        foreach (var one in events.Where(one => wish.State is null || one.State == wish.State).Take(limit))
        {
            output.WriteJsonLine(one);
            if (!output.IsJson)
            {
                output.WriteLine(PlainText.Clean($"{one.ReceivedAt:HH:mm:ss}Z  {one.Id,8}  {one.State,-10}  {one.EventType}"));
            }

            shown++;
        }

        return shown;
    }
}
