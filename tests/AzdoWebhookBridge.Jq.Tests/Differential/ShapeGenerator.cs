using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Seeded inputs shaped for one expression: they have the members that it names, now with a likely value and now with a wrong one.</summary>
internal sealed partial class ShapeGenerator(Random random)
{
    private static readonly string[] Likely =
    [
        "\"Hello World\"", "\"a/b/c/d/e\"", "\"https://host/x/y%20z/\"", "\"service:web\"", "\"2024-02-29T10:11:12Z\"", "\"2024-02-29T10:11:12.345Z\"", "\"2024-02-29\"",
        "\"2024-02-29 10:11:12\"", "\"1700000000000\"", "\"workitem.created\"", "\"a_b\"", "\"12.5\"", "\"name\"", "\"pull_request\"", "\"proj:x, y\"", "\"2024-02-29T10:11:12+0100\"",
        "\"bugs\"", "\"{\\\"metadata\\\":{\\\"labels\\\":{\\\"a\\\":\\\"b\\\"}}}\"", "\"x.eu-west-1.amazonaws.com\"", "1", "2", "42", "1700000000000", "-1", "true",
    ];

    private static readonly string[] Wrong = ["null", "false", "0", "\"\"", "[]", "{}", "[1,\"a\",null]", "{\"a\":1}", "\"日本 é\"", "[[1],[2]]", "[{}]"];

    /// <summary>An input for the expression; about one in five has a member of the wrong kind or none.</summary>
    public string For(string expression)
    {
        var root = new JsonObject();
        foreach (var path in Path().Matches(expression).Select(match => match.Value).Distinct())
        {
            if (random.Next(12) > 0)
            {
                Set(root, [.. Step().Matches(path).Select(match => match)], expression);
            }
        }

        return random.Next(25) == 0 ? Pick(Wrong) : root.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private void Set(JsonObject target, Match[] steps, string expression)
    {
        for (var at = 0; at < steps.Length; at++)
        {
            var name = steps[at].Groups["name"].Value;
            var list = steps[at].Groups["list"].Success || random.Next(8) == 0;
            if (at == steps.Length - 1 || random.Next(40) == 0)
            {
                target[name] = list ? new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Item(expression))]) : Leaf(expression);
                return;
            }

            var next = target[name] is JsonObject known ? known : new JsonObject();
            if (target[name] != next && !list)
            {
                target[name] = next;
            }
            else if (list)
            {
                target[name] = new JsonArray(next = [], Item(expression));
            }

            target = next;
        }
    }

    private JsonNode? Leaf(string expression) => random.Next(5) switch
    {
        0 => JsonNode.Parse(Pick(Wrong)),
        1 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Item(expression))]),
        _ => JsonNode.Parse(Pick(Likely)),
    };

    // An item of a list has any of the names and texts of the expression: which belong to the list the text does not tell.
    private JsonNode? Item(string expression)
    {
        if (random.Next(4) == 0)
        {
            return JsonNode.Parse(Pick(Likely));
        }

        var texts = Literal().Matches(expression).Select(match => "\"" + match.Groups[1].Value + "\"").Concat(Likely).ToArray();
        var item = new JsonObject();
        foreach (var name in Step().Matches(expression).Select(match => match.Groups["name"].Value).Distinct().Where(_ => random.Next(3) > 0))
        {
            item[name] = JsonNode.Parse(Pick(random.Next(6) == 0 ? Wrong : random.Next(2) == 0 ? texts : Likely));
        }

        return item;
    }

    private string Pick(string[] choices) => choices[random.Next(choices.Length)];

    [GeneratedRegex("""(\.(?:[A-Za-z_]\w*|"[^"\\]+")(\[\d*\]|\[:\d*\])?\??)+""")]
    private static partial Regex Path();

    [GeneratedRegex("""\.(?:(?<name>[A-Za-z_]\w*)|"(?<name>[^"\\]+)")(?<list>\[\d*\])?""")]
    private static partial Regex Step();

    [GeneratedRegex("\"([\\w :.]+)\"")]
    private static partial Regex Literal();
}
