using System.CommandLine;
using AzdoWebhookBridge.Api;
using AzdoWebhookBridge.Cli.Output;

namespace AzdoWebhookBridge.Cli.Remote;

/// <summary>Options of commands that list or act on many, and the paging behind them.</summary>
internal static class PageOptions
{
    public static Option<int> Limit() => new("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 50 };

    public static Option<bool> Yes() => new("--yes") { Description = $"Do not ask when more than {ApiQuery.MaxUnconfirmed} match." };

    public static Option<string?> State<TState>(string description)
        where TState : struct, Enum
    {
        var option = new Option<string?>("--state") { Description = description };
        option.AcceptOnlyFromAmong([.. Enum.GetValues<TState>().Select(ApiMapping.StateName)]);
        return option;
    }

    /// <summary>The query of an address, escaped; members without a value are left out.</summary>
    public static string Query(params IReadOnlyList<(string Name, string? Value)> members)
    {
        var given = members.Where(member => member.Value is not null).Select(member => $"{member.Name}={Uri.EscapeDataString(member.Value!)}");
        return "?" + string.Join('&', given);
    }

    /// <summary>Asks page after page until there are enough.</summary>
    /// <param name="limit">How many items at most.</param>
    /// <param name="from">Where to begin; null for the beginning.</param>
    /// <param name="getAsync">One page of a size from a place: its items and where the next begins.</param>
    public static async Task<(IReadOnlyList<T> Items, string? Next)> CollectAsync<T>(
        int limit, string? from, Func<int, string?, Task<(IReadOnlyList<T> Items, string? Next)>> getAsync)
    {
        if (limit < 1)
        {
            throw new CommandException($"--limit must be at least 1, not {limit}.");
        }

        var items = new List<T>();
        do
        {
            (var page, from) = await getAsync(Math.Min(limit - items.Count, ApiQuery.MaxPage), from).ConfigureAwait(false);
            items.AddRange(page);
        }
        while (from is not null && items.Count < limit);
        return (items, from);
    }

    public static void SayMore(CommandOutput output, string option, string? next)
    {
        if (next is not null)
        {
            output.Say($"There may be more: {option} {next}");
        }
    }
}
