namespace AzdoWebhookBridge.Jq.Values;

/// <summary>jq counts and orders strings by code points; .NET strings are UTF-16. Text without surrogates takes the short way.</summary>
internal static class CodePoints
{
    public static readonly IComparer<string> Comparer = Comparer<string>.Create((left, right) => Compare(left, right));

    public static bool HasSurrogates(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;

    public static int Count(ReadOnlySpan<char> text)
    {
        // What comes before the first surrogate counts itself.
        var count = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (count < 0)
        {
            return text.Length;
        }

        foreach (var unit in text[count..])
        {
            if (!char.IsLowSurrogate(unit))
            {
                count++;
            }
        }

        return count;
    }

    /// <summary>Counts the code points before offsets of one text, without starting over when the offsets ascend.</summary>
    public sealed class Counter(string text)
    {
        private int _offset;
        private int _points;

        public int Before(int offset)
        {
            if (offset < _offset)
            {
                _offset = 0;
                _points = 0;
            }

            _points += Count(text.AsSpan(_offset, offset - _offset));
            _offset = offset;
            return _points;
        }
    }

    /// <summary>UTF-16 offset of the code point with that index, or the end.</summary>
    public static int Offset(string text, int codePoint)
    {
        var offset = 0;
        while (codePoint > 0 && offset < text.Length)
        {
            offset += char.IsHighSurrogate(text[offset]) && offset + 1 < text.Length ? 2 : 1;
            codePoint--;
        }

        return offset;
    }

    /// <summary>Order of the UTF-8 bytes, which is that of the code points and differs from UTF-16 order for surrogates.</summary>
    public static int Compare(string? left, string? right) => Compare(left.AsSpan(), right.AsSpan());

    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length - b.Length;
        }

        var x = a[common];
        var y = b[common];
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x - y : char.IsSurrogate(x) ? 1 : -1;
    }
}
