using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Where the versions of jq differ from each other and from us.</summary>
internal static partial class VersionRules
{
    private const string Searches = @"\b(g?sub|splits?|scan|match|capture|test)\(";
    private const string EmptyMatch = @"""(|[ax]\*|\$|\^|\\\\b)""|\)\?""";
    private const string Dates = @"\b(mktime|gmtime|todate|fromdate|todateiso8601|fromdateiso8601|strftime|strptime)\b";

    private static readonly string[] All = ["1.6", "1.7.1", "1.8.2"];
    private static readonly string[] Before18 = ["1.6", "1.7.1"];
    private static readonly string[] Before17 = ["1.6"];

    /// <summary>The rules in the order in which they are asked: the first that covers a pair explains it.</summary>
    private static readonly VersionRule[] Table =
    [
        new("negative count", Before18, pair => Has(pair, @"\b(limit|skip|nth)\(-") || pair.Ours.Error?.Contains("negative count", StringComparison.Ordinal) == true,
            "Since 1.8 limit, skip and nth refuse a negative count; before, limit then passed all outputs on."),
        new("trimming what is no string", Before18, pair => Has(pair, @"\b[lr]trimstr\("),
            "Since 1.8 ltrimstr and rtrimstr refuse what is no string; before, they passed their input on."),
        new("lenient numbers", Before18, pair => Has(pair, @"\btonumber\b"),
            "Since 1.8 tonumber takes a number and nothing else; before, it read any JSON text, white space around it and \"nan\"."),
        new("text of a caught error", Before18, pair => Has(pair, @"\b(catch|error)\b") && SameShape(pair),
            "Before 1.8 errors are worded in another way, and a program can look at the text."),
        new("offsets in bytes", Before18, pair => Has(pair, @"\br?index\(|\bindices\(") && NotAscii(pair),
            "Since 1.8 index, rindex and indices count characters; before, they counted bytes."),
        new("search in what is not sorted", Before18, pair => Has(pair, @"\bbsearch\("),
            "In 1.8 bsearch became another algorithm, which looks elsewhere in an array that is not sorted, and refuses what is no array."),
        new("strings times numbers", Before18, pair => Has(pair, @"\*"),
            "Since 1.8 a string times 0 is the empty string and the number rounds down; before, below 1 it was null and else rounded up."),
        new("times from wrong arrays", Before18, pair => Has(pair, Dates) && pair.Theirs!.Error?.Contains("requires", StringComparison.Ordinal) == true,
            "Since 1.8 a broken down time may be short; before, it needed all its parts."),
        new("errors caught twice", Before17, pair => Has(pair, @"\b(try|catch|error)\b"),
            "In 1.6 what is caught is searched for a mark of break, and raised again when it is no object."),
        new("nth of too few", Before17, pair => Has(pair, @"\bnth\("),
            "In 1.6 nth(n; f) gives the last output of f when there are too few."),
        new("limit to nothing", Before17, pair => Has(pair, @"\blimit\(0;"),
            "In 1.6 limit(0; f) evaluates f once."),
        new("try catches too much", Before17, pair => Has(pair, @"\btry\b|\?|\b(first|any|all|isempty|IN)\b") && pair.Ours.Error is not null && pair.Theirs!.Error is null,
            "In 1.6 try and ? also catch what is raised after them, where their outputs are piped into."),
        new("empty in an update", Before17, pair => Has(pair, @"\|=|\b(map_values|walk|with_entries)\b"),
            "In 1.6 an update to empty leaves the item or the next one as it was, and of several outputs the last one wins."),
        new("fractional indexes", Before17, pair => Has(pair, @"\d\.\d"),
            "In 1.6 fractional indexes, slices and remainders round another way."),
        new("empty matches of 1.6", Before17, pair => Has(pair, Searches),
            "In 1.6 a search does not go on after an empty match, and a group that took no part has an offset and an empty text."),
        new("empty match inside a character", All, pair => Has(pair, Searches) && Has(pair, EmptyMatch) && NotAscii(pair),
            "After an empty match jq goes on by a byte, and so matches inside a character; here a character is whole."),
        new("bytes that are not UTF-8", All, pair => Has(pair, "@base64d"),
            "jq drops what follows a character that is cut off near the end of the decoded bytes; here only the wrong bytes are replaced."),
        new("years far away", All, pair => Has(pair, Dates) && Huge().IsMatch(pair.Program + " " + pair.Input),
            "Outside of the years that the C library knows jq gives texts like 1900-01-00; here a true date or an error."),
        new("dates that are none", All, pair => Has(pair, Dates) && pair.Theirs!.Outputs.Any(output => ImpossibleDate().IsMatch(output)),
            "From an array that is no broken down time jq makes a date with a day or a month 0."),
        new("time before 1970", All, pair => Has(pair, Dates) && pair.Theirs!.Error?.Contains("mktime not supported", StringComparison.Ordinal) == true,
            "These builds cannot compute times before 1970."),
        new("reverse of a string", All, pair => Has(pair, @"\breverse\b") && pair.Theirs!.Error?.Contains("Cannot index string with number", StringComparison.Ordinal) == true,
            "These builds reverse arrays and null only; here a string is reversed by characters."),
        new("reduce as a path", All, pair => Has(pair, @"\b(reduce|foreach)\b") && pair.Theirs!.Error?.Contains("Invalid path expression", StringComparison.Ordinal) == true,
            "jq forgets the path of the state of reduce after the first turn; here it is kept."),
        new("last digits of lgamma", All, pair => Has(pair, @"\blgamma\b"),
            "lgamma is computed with another series, which loses digits near its zeros and has no poles."),
        Open("null as replacement", pair => Has(pair, @"\bg?sub\(") && pair.Ours.Error?.Contains("and null (null) cannot be added", StringComparison.Ordinal) == true,
            "In jq null as a replacement is no text; here an error."),
        Open("names of entries", pair => Has(pair, @"\b(from_entries|with_entries)\b"),
            "jq refuses keys that are null or numbers, and takes the value from other names when the key is called name."),
        Open("slice as a path", pair => Has(pair, @"""start""") && pair.Theirs!.Error?.Contains("ndices", StringComparison.Ordinal) == true,
            "jq wants start and end in a slice as a path; here one of them is enough."),
        Open("indices of an empty array", pair => Has(pair, @"\bindices\("),
            "In jq the indices of an empty array are an empty array; here null."),
        Open("negative zero", pair => Zero().IsMatch(pair.Program + " " + pair.Input + " " + pair.Ours + " " + pair.Theirs),
            "In 1.8 a negated or computed zero has no sign."),
        Open("key without value", pair => Has(pair, @"\{.*\(.*empty") && pair.Ours.Error?.Contains("as object key", StringComparison.Ordinal) == true,
            "jq looks at a computed key when it has a value for it; here before."),
        Open("characters of two halves", pair => Has(pair, Searches) && NotAscii(pair) && SameShape(pair),
            "In jq \".\" takes a character outside of the basic plane whole; here its two halves."),
    ];

    /// <summary>The rule that explains why the answers of a pair differ, or null.</summary>
    public static VersionRule? For(Pair pair) =>
        Table.FirstOrDefault(rule => rule.Versions.Contains(pair.Version) && rule.Covers(pair));

    /// <summary>Whether a version can be asked about a program: it has the names, and comes to an end.</summary>
    public static bool Knows(string version, string program) => version switch
    {
        "1.6" => !NewSince16().IsMatch(program) && !EndlessIn16().IsMatch(program),
        "1.7.1" => !NewSince17().IsMatch(program),
        _ => true,
    };

    private static VersionRule Open(string name, Func<Pair, bool> covers, string why) => new(name, All, covers, why) { Ours = true };

    private static bool Has(Pair pair, string pattern) => Regex.IsMatch(pair.Program, pattern);

    private static bool SameShape(Pair pair) =>
        pair.Ours.Outputs.Count == pair.Theirs!.Outputs.Count && pair.Ours.Error is null == pair.Theirs.Error is null;

    private static bool NotAscii(Pair pair) =>
        (pair.Program + pair.Input).Any(character => character > '~') || (pair.Program + pair.Input).Contains("\\u", StringComparison.Ordinal);

    [GeneratedRegex(@"\d{12,}|[eE]\+?\d{2,}")]
    private static partial Regex Huge();

    [GeneratedRegex(@"-00[-T]|\d-0-")]
    private static partial Regex ImpossibleDate();

    [GeneratedRegex(@"(?<![\d.eE])-0(?![\d.])")]
    private static partial Regex Zero();

    [GeneratedRegex(@"\b(trimstr|skip|add)\(|\b(abs|toboolean|have_decnum|have_literal_numbers|[lr]?trim)\b|: 1 \|")]
    private static partial Regex NewSince17();

    [GeneratedRegex(@"\b(trimstr|skip|add|pick)\(|\b(abs|toboolean|[lr]?trim|have_literal_numbers|exp10|significand|input_line_number)\b|@base32d|\$__loc__|\bscan\([^()]*;|\bthen\b(?!.*\belse\b)|\.\.\.|: 1 \||\{\w+: [^{}]*\?\}")]
    private static partial Regex NewSince16();

    [GeneratedRegex(@"\bg?sub\(""(|[ax]\*|\$|\^|\\\\b)""|\brepeat\b")]
    private static partial Regex EndlessIn16();
}
