using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>What a list may be filtered and sorted by.</summary>
internal sealed record ListShape(IReadOnlyDictionary<string, FilterKind> Fields, string[] SortFields, string DefaultSort);

/// <summary>Filters, sorts and cuts a list into pages, by number or by cursor.</summary>
internal sealed class KonnectList(KonnectSandboxOptions options)
{
    // Real links name a path behind Kong's gateway that clients cannot reach.
    private const string ForeignPath = "/servicehub/v1/resources";
    private const string CursorPrefix = "after:";

    private static readonly string[] NumberKeys = ["page[size]", "page[number]"];
    private static readonly string[] CursorKeys = ["page[size]", "page[after]", "page[before]"];

    public SandboxAnswer ByNumber(SandboxExchange exchange, ListShape shape, IEnumerable<JsonObject> items)
    {
        var wrong = new List<InvalidParameter>();
        var found = Select(exchange, shape, items, NumberKeys, wrong);
        var size = Size(exchange, wrong);
        var number = Whole(exchange, "page[number]", 1, wrong);
        return wrong.Count > 0 ? KonnectProblem.BadRequest(wrong) : new SandboxAnswer(200, new JsonObject
        {
            ["data"] = new JsonArray([.. found.Skip((number - 1) * size).Take(size)]),
            ["meta"] = new JsonObject
            {
                ["page"] = new JsonObject { ["number"] = number, ["size"] = size, ["total"] = found.Count },
            },
        });
    }

    public SandboxAnswer ByCursor(SandboxExchange exchange, ListShape shape, IEnumerable<JsonObject> items)
    {
        var wrong = new List<InvalidParameter>();
        var found = Select(exchange, shape, items, CursorKeys, wrong);
        var size = Size(exchange, wrong);
        var start = Start(exchange, found, size, wrong);
        if (wrong.Count > 0)
        {
            return KonnectProblem.BadRequest(wrong);
        }

        var page = found.Skip(start).Take(size).ToList();
        var hasMore = start + size < found.Count;
        return new SandboxAnswer(200, new JsonObject
        {
            ["data"] = new JsonArray([.. page]),
            ["meta"] = new JsonObject
            {
                ["page"] = new JsonObject
                {
                    ["size"] = size,
                    ["next"] = hasMore ? Link(size, "after", page[^1]) : null,
                    ["previous"] = start > 0 && page.Count > 0 ? Link(size, "before", page[0]) : null,
                    ["first"] = $"{ForeignPath}?page[size]={size}",
                },
            },
        });
    }

    private static List<JsonObject> Select(
        SandboxExchange exchange, ListShape shape, IEnumerable<JsonObject> items, string[] pageKeys, List<InvalidParameter> wrong)
    {
        var filters = new List<ListFilter>();
        foreach (var (name, values) in exchange.Request.Query)
        {
            if (name == "sort" || pageKeys.Contains(name, StringComparer.Ordinal))
            {
                continue;
            }

            if (ListFilter.Parse(name, values[0], shape.Fields) is { } filter && values.Count == 1)
            {
                filters.Add(filter);
            }
            else
            {
                wrong.Add(new InvalidParameter(name, "invalid", "is not a parameter, filter or operator of this list", Source: "query"));
            }
        }

        var sort = exchange.QueryValue("sort") is { Length: > 0 } asked ? asked : shape.DefaultSort;
        return Sort(items.Where(item => filters.TrueForAll(filter => filter.Matches(item))), sort, shape, wrong);
    }

    private static List<JsonObject> Sort(IEnumerable<JsonObject> items, string sort, ListShape shape, List<InvalidParameter> wrong)
    {
        // The id makes the order total, as a cursor needs it.
        var ordered = items.OrderBy(_ => 0);
        foreach (var part in sort.Split(','))
        {
            var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is 0 or > 2 || !shape.SortFields.Contains(words[0], StringComparer.Ordinal)
                || (words.Length == 2 && words[1] is not ("asc" or "desc")))
            {
                wrong.Add(new InvalidParameter("sort", "invalid", $"cannot sort by [{part}]", Source: "query"));
                continue;
            }

            string Key(JsonObject item) => ListFilter.TextOf(ListFilter.ValueAt(item, words[0])) ?? "";
            ordered = words is [_, "desc"]
                ? ordered.ThenByDescending(Key, StringComparer.Ordinal)
                : ordered.ThenBy(Key, StringComparer.Ordinal);
        }

        return [.. ordered.ThenBy(item => ListFilter.TextOf(item["id"] ?? item["name"]), StringComparer.Ordinal)];
    }

    private int Size(SandboxExchange exchange, List<InvalidParameter> wrong) =>
        Math.Min(Whole(exchange, "page[size]", options.PageSizeDefault, wrong), options.PageSizeCap);

    private static int Whole(SandboxExchange exchange, string name, int preset, List<InvalidParameter> wrong)
    {
        if (exchange.QueryValue(name) is not { Length: > 0 } text)
        {
            return preset;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            return number;
        }

        wrong.Add(new InvalidParameter(name, "is_integer", "must be a whole number above 0", Source: "query"));
        return 1;
    }

    private static int Start(SandboxExchange exchange, List<JsonObject> items, int size, List<InvalidParameter> wrong)
    {
        var isBackward = exchange.Request.Query.ContainsKey("page[before]");
        var name = isBackward ? "page[before]" : "page[after]";
        if (exchange.QueryValue(name) is not { Length: > 0 } cursor)
        {
            return 0;
        }

        if (ReadCursor(cursor) is not { } id)
        {
            wrong.Add(new InvalidParameter(name, "invalid", "is not a cursor", Source: "query"));
            return 0;
        }

        // Who deletes the very item that a cursor names starts again: rather twice than never.
        var at = items.FindIndex(item => ListFilter.TextOf(item["id"]) == id);
        return isBackward ? Math.Max(0, at - size) : at + 1;
    }

    private static string Link(int size, string direction, JsonObject item) =>
        $"{ForeignPath}?page[size]={size}&page[{direction}]={Uri.EscapeDataString(Cursor(ListFilter.TextOf(item["id"])!))}";

    private static string Cursor(string id) => Convert.ToBase64String(Encoding.UTF8.GetBytes(CursorPrefix + id));

    private static string? ReadCursor(string cursor)
    {
        var bytes = new byte[cursor.Length];
        return Convert.TryFromBase64String(cursor, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is { } text && text.StartsWith(CursorPrefix, StringComparison.Ordinal)
                ? text[CursorPrefix.Length..]
                : null;
    }
}
