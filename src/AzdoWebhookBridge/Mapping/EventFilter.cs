using System.Text.RegularExpressions;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// Decides whether a rule is for an event. Most filters only compare the event type; those are recognised when the rules are
/// loaded and cost a look-up instead of an evaluation.
/// </summary>
internal sealed partial class EventFilter
{
    private EventFilter(string text, JqProgram? program, bool constant, IReadOnlyList<string>? eventTypes)
    {
        Text = text;
        Program = program;
        Constant = constant;
        EventTypes = eventTypes;
    }

    /// <summary>The filter as it was written, for the fingerprint.</summary>
    public string Text { get; }

    /// <summary>What has to be evaluated for the events of <see cref="EventTypes"/>; null when nothing has to.</summary>
    public JqProgram? Program { get; }

    /// <summary>The answer when there is no program.</summary>
    public bool Constant { get; }

    /// <summary>Without one of these event types the filter is false; null when that is not known.</summary>
    public IReadOnlyList<string>? EventTypes { get; }

    public static EventFilter Always { get; } = new("", program: null, constant: true, eventTypes: null);

    public static EventFilter Of(bool constant) => new(constant ? "true" : "false", program: null, constant, eventTypes: null);

    public static EventFilter Of(string text, JqProgram program)
    {
        if (EventTypeComparisons().Match(text) is { Success: true } match)
        {
            var types = match.Groups["type"].Captures.Select(capture => capture.Value).Distinct(StringComparer.Ordinal).ToArray();
            var rest = text.AsSpan(match.Length).Trim();
            if (rest.IsEmpty)
            {
                return new EventFilter(text, program: null, constant: true, types);
            }

            // jq evaluates the right side of "and" only when the left is true, so the left alone may rule the event out.
            if (types.Length == 1 && rest.StartsWith("and", StringComparison.Ordinal) && IsParenthesis(rest[3..].Trim()))
            {
                return new EventFilter(text, program, constant: false, types);
            }
        }

        return new EventFilter(text, program, constant: false, eventTypes: null);
    }

    // Whether one pair of parentheses goes around the whole text. Text in strings could hold more; then it is not recognised.
    private static bool IsParenthesis(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '(':
                    depth++;
                    break;
                case ')':
                    depth--;
                    if (depth == 0)
                    {
                        return index == text.Length - 1;
                    }

                    break;
                case '#' or '\\':
                    return false;
                case '"' or '\'':
                    var quoted = text[(index + 1)..];
                    var length = quoted.IndexOf(text[index]);
                    if (length < 0 || quoted[..length].ContainsAny("()\\"))
                    {
                        return false;
                    }

                    index += length + 1;
                    break;
            }

            if (depth == 0)
            {
                return false;
            }
        }

        return false;
    }

    [GeneratedRegex(
        """^\s*\.body\.eventType\s*==\s*(?<quote>["'])(?<type>[A-Za-z0-9._-]+)\k<quote>(\s+or\s+\.body\.eventType\s*==\s*(?<quote>["'])(?<type>[A-Za-z0-9._-]+)\k<quote>)*\s*""",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex EventTypeComparisons();
}
