using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Where the versions of jq differ from each other and from us.</summary>
internal static partial class VersionRules
{
    private static readonly string[] All = ["1.6", "1.7.1", "1.8.2"];
    private static readonly string[] Old = ["1.6", "1.7.1"];
    private static readonly string[] First = ["1.6"];

    /// <summary>In the order in which they are asked; the first that covers a pair explains it.</summary>
    public static readonly VersionRule[] Table =
    [
        new("negative count", Old, pair => Fails(pair.Ours, "doesn't support negative count") || Has(pair, @"\b(limit|skip)\(-|\bnth\(-"),
            "limit, skip and nth refuse a negative count since 1.8; before, limit then passed all outputs on."),
        new("trimming what is no string", Old, pair => Has(pair, @"\b[lr]?trimstr\("),
            "ltrimstr and rtrimstr refuse what is no string since 1.8; before, they passed their input on."),
        new("lenient numbers", Old, pair => Has(pair, @"\btonumber\b"),
            "tonumber takes only a number since 1.8; before, it read any JSON text: white space around it, \"nan\"."),
        new("text of a caught error", Old, pair => Has(pair, @"\bcatch\b|\berror\b") && SameShape(pair),
            "Errors are worded in another way before 1.8, and a program can look at the text."),
        new("try catches too much", First, pair => Has(pair, @"\btry\b|\?") && (pair.Ours.Error is not null || pair.Theirs!.Outputs.Count != pair.Ours.Outputs.Count),
            "In 1.6 try and ? also catch errors that are raised after them, in what their outputs are piped into."),
        new("empty in an update", First, pair => Has(pair, @"\|=|\b(map_values|walk|with_entries|del)\b"),
            "In 1.6 an update to empty skips every second item, and of several outputs the last one wins."),
        new("strings times numbers", First, pair => Has(pair, @"\*"),
            "A string times a number below 1 is null in 1.6; since 1.8 times 0 is the empty string."),
        new("search in what is not sorted", First, pair => Has(pair, @"\bbsearch\b"),
            "bsearch was rewritten for 1.8; in an array that is not sorted it looks elsewhere."),
        new("fractional indexes", First, pair => Has(pair, @"-?\d\.\d\s*[\]:]|\bnth\(|\[-?\d*\.\d|\[.*-"),
            "Indexes round another way, and towards zero, in 1.6."),
        new("regular expressions of 1.6", First, pair => Has(pair, Regular),
            "1.6 does not advance after an empty match, gives captures that took no part an offset and \"\", and evaluates a replacement with several outputs in its own order."),
        new("empty match inside a character", All, pair => Has(pair, Regular) && Has(pair, EmptyMatch) && NotAscii(pair),
            "jq advances by bytes after an empty match, and so matches inside a character; here a character is whole."),
        new("bytes that are not UTF-8", All, pair => Has(pair, "@base64d"),
            "jq drops what follows a character that is cut off at the end of decoded bytes; here each byte that is not UTF-8 gives a replacement character."),
        new("years far away", All, pair => Has(pair, Dates) && Huge().IsMatch(pair.Program + " " + pair.Input),
            "Outside of the years that the C library of the build knows jq gives dates like 1900-01-00; here an error."),
        new("dates that are none", All, pair => Has(pair, Dates) && pair.Theirs is { } theirs && theirs.Outputs.Any(output => ImpossibleDate().IsMatch(output)),
            "From an array that is no broken down time jq makes a date with day or month 0."),
        new("time before 1970", All, pair => Has(pair, Dates) && pair.Theirs is { } theirs && Fails(theirs, "mktime not supported"),
            "The builds cannot compute times before 1970 or of fractional seconds."),
    ];

    private const string Regular = @"\b(g?sub|splits?|scan|match|capture|test)\(";
    private const string EmptyMatch = @"""(\*|x\*|a\*|\$|\^|\\\\b|)""|[ax]\*""|\)\?""";
    private const string Dates = @"\b(mktime|gmtime|todate|fromdate|todateiso8601|fromdateiso8601|strftime|strptime)\b";

    /// <summary>The rule that explains why a pair differs, or null.</summary>
    public static VersionRule? For(Pair pair) =>
        Table.FirstOrDefault(rule => rule.Versions.Contains(pair.Version) && pair.Theirs is not null && rule.Covers(pair));

    /// <summary>Whether a version can be asked about a program: it has the names, and comes to an end.</summary>
    public static bool Knows(string version, string program) => version switch
    {
        "1.6" => !NewSince16().IsMatch(program),
        "1.7.1" => !NewSince17().IsMatch(program),
        _ => true,
    };

    private static bool Has(Pair pair, string pattern) => Regex.IsMatch(pair.Program, pattern);

    private static bool Fails(Outcome outcome, string text) => outcome.Error?.Contains(text, StringComparison.Ordinal) == true;

    private static bool SameShape(Pair pair) =>
        pair.Theirs is { } theirs && pair.Ours.Outputs.Count == theirs.Outputs.Count && pair.Ours.Error is null == theirs.Error is null;

    private static bool NotAscii(Pair pair) => (pair.Program + pair.Input).Any(character => character > '~') || pair.Input.Contains("\\u", StringComparison.Ordinal) || pair.Program.Contains("\\u", StringComparison.Ordinal);

    [GeneratedRegex(@"\d{12,}|[eE]\+?\d{2,}")]
    private static partial Regex Huge();

    [GeneratedRegex(@"-00[-T]|\d-0-")]
    private static partial Regex ImpossibleDate();

    [GeneratedRegex(@"\b(trimstr|abs|toboolean|skip|add|have_decnum)\(|\b(abs|toboolean)\b")]
    private static partial Regex NewSince17();

    [GeneratedRegex(@"\b(trimstr|skip|add|pick|splits)\(|\b(abs|toboolean|l?trim|rtrim|have_literal_numbers|significand|env)\b|\bsub\(.*""(|[ax]\*|\$|\^|\\\\b)""")]
    private static partial Regex NewSince16();
}
