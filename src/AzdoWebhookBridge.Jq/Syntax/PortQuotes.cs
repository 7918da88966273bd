using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>
/// Port accepts single quotes around literals and rewrites them before compiling: a quote at the edge of a word becomes
/// a double quote. We rewrite by the same expression, so that the same texts work and the same texts do not.
/// The length never changes, so positions in errors stay right.
/// </summary>
internal static partial class PortQuotes
{
    public static string Convert(string text) =>
        text.Contains('\'', StringComparison.Ordinal) ? Edge().Replace(text, "${before}\"${after}") : text;

    [GeneratedRegex("""(?<before>^|\s)'(?!\s|")|(?<!\s|")'(?<after>\s|$)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Edge();
}
