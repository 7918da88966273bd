using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Seeded inputs: things shaped like the events of Azure DevOps, and JSON of any shape with the same member names.</summary>
/// <param name="random">The only source of chance.</param>
/// <param name="plainNumbers">Only numbers that every version prints alike: jq 1.6 does not keep how a number was written.</param>
internal sealed class JsonGenerator(Random random, bool plainNumbers = false)
{
    public static readonly string[] Names =
    [
        "id", "name", "tags", "resource", "fields", "count", "createdDate", "eventType", "reviewers", "vote", "a", "b", "c",
    ];

    public static readonly string[] Texts =
    [
        "", "a", "b", "abc", "aXbxc", "Hello World", "git.push", "workitem.updated", "refs/heads/main", "1", "12", "-3.5", "0x10",
        "2024-02-29T10:11:12Z", "2015-03-05T23:51:47Z", "10:20", "a,b, c", "a b  c", "é", "e\u0301tude", "😀", "x😀y", "日本語", "ÀÉß",
        "null", "true", "[1,2]", "{\"a\":1}", "<p>&'\"</p>", "line1\nline2", "tab\there", "\\", "c29tZQ==", "a%20b", "  pad ", "foo bar foo",
    ];

    private static readonly string[] Numbers =
    [
        "0", "1", "2", "3", "-1", "5", "10", "42", "1.5", "-2.5", "0.1", "3.0", "1e3", "100000000000000000000", "12345678901234567890", "1.000",
        "1425599507", "1700000000.123", "1e-5", "-0", "9007199254740993", "1e17", "3.14159265358979", "0.1e1", "1E+2",
    ];

    private static readonly string[] PlainNumbers = ["0", "1", "2", "3", "-1", "5", "10", "42", "1.5", "-2.5", "1425599507"];

    /// <summary>One document; a third of them are events.</summary>
    public string Next() => random.Next(3) == 0 ? Event() : Any(3);

    private string Event() => $$"""
        {"id":{{random.Next(1, 500)}},"name":{{Text()}},"eventType":{{Quote(Pick("git.push", "workitem.updated", "build.complete"))}},"count":{{Number()}},
        "createdDate":{{Quote(Pick("2024-02-29T10:11:12Z", "2015-03-05T23:51:47Z", "2021-01-01T00:00:00Z"))}},"tags":{{List(() => Text())}},
        "resource":{"id":{{Number()}},"name":{{Text()}},"fields":{"a":{{Any(1)}},"b":{{Text()}},"System.Title":{{Text()}}},
        "reviewers":{{List(() => $$"""{"id":{{random.Next(5)}},"name":{{Text()}},"vote":{{Pick("10", "5", "0", "-10", "null")}}}""")}}},
        "a":{{Any(2)}},"b":{{Any(1)}},"c":{{List(Number)}}}
        """.ReplaceLineEndings(string.Empty);

    private string Any(int depth) => random.Next(depth > 0 ? 10 : 5) switch
    {
        0 => Pick("null", "true", "false"),
        1 or 2 => Number(),
        3 or 4 => Text(),
        5 => List(Number),
        6 => List(Text),
        7 => List(() => Any(depth - 1)),
        _ => Members(depth - 1),
    };

    private string Members(int depth)
    {
        var text = new StringBuilder("{");
        foreach (var name in Names.Where(_ => random.Next(3) == 0))
        {
            text.Append(text.Length > 1 ? "," : string.Empty).Append(Quote(name)).Append(':').Append(Any(depth));
        }

        return text.Append('}').ToString();
    }

    private string List(Func<string> item) =>
        "[" + string.Join(",", Enumerable.Range(0, random.Next(5)).Select(_ => item())) + "]";

    private string Number() => Pick(plainNumbers ? PlainNumbers : Numbers);

    private string Text() => Quote(Texts[random.Next(Texts.Length)]);

    private string Pick(params string[] choices) => choices[random.Next(choices.Length)];

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
