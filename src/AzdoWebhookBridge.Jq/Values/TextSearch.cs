using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// Finds one text in others in linear time. The framework's search is the fastest for ordinary texts, but takes the
/// product of the lengths for texts made for that.
/// </summary>
internal sealed class TextSearch
{
    // Up to here the product is harmless.
    private const int ShortPart = 32;
    private const long HarmlessProduct = 1 << 20;

    private readonly Run _run;
    private readonly string _part;
    private int[]? _fallbacks;

    public TextSearch(Run run, string part)
    {
        _run = run;
        _part = part;
    }

    public static bool Contains(Run run, string text, string part) => new TextSearch(run, part).IndexIn(text, 0) >= 0;

    /// <summary>Offset of the first occurrence that starts at <paramref name="start"/> or later; -1 when there is none.</summary>
    public int IndexIn(string text, int start)
    {
        if (_part.Length <= ShortPart || (long)_part.Length * (text.Length - start) <= HarmlessProduct)
        {
            var found = text.IndexOf(_part, start, StringComparison.Ordinal);
            _run.Steps(((found < 0 ? text.Length : found) - start) >> 7);
            return found;
        }

        return IndexByFallbacks(text, start);
    }

    // Knuth, Morris and Pratt: after a mismatch go on with the longest beginning of the part that still fits.
    private int IndexByFallbacks(string text, int start)
    {
        var fallbacks = _fallbacks ??= Fallbacks();
        var matched = 0;
        for (var i = start; i < text.Length; i++)
        {
            while (matched > 0 && text[i] != _part[matched])
            {
                matched = fallbacks[matched - 1];
            }

            if (text[i] == _part[matched] && ++matched == _part.Length)
            {
                _run.Steps((i - start) >> 6);
                return i - matched + 1;
            }
        }

        _run.Steps((text.Length - start) >> 6);
        return -1;
    }

    private int[] Fallbacks()
    {
        _run.Steps(_part.Length >> 6);
        _run.Allocate(_part.Length * 4L);
        var fallbacks = new int[_part.Length];
        for (var (i, matched) = (1, 0); i < fallbacks.Length; i++)
        {
            while (matched > 0 && _part[i] != _part[matched])
            {
                matched = fallbacks[matched - 1];
            }

            if (_part[i] == _part[matched])
            {
                matched++;
            }

            fallbacks[i] = matched;
        }

        return fallbacks;
    }
}
