using System.Buffers;
using System.Text;

namespace AzdoWebhookBridge.Mapping;

/// <summary>What Port accepts as identifiers and names. Checked before anything is sent: Port refuses a whole call for one of them.</summary>
internal static class CatalogNames
{
    private const int MaxIdentifier = 1000;
    private const int MaxName = 100;

    // Nearly all identifiers have nothing else.
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@_.+:\\/-");

    /// <summary>Why the text cannot identify an entity; null when it can.</summary>
    public static string? RefuseIdentifier(string text) => text switch
    {
        "" => "is empty",
        "null" => "is the text \"null\", which stands for a missing id",
        _ when text.Length > MaxIdentifier => $"is longer than {MaxIdentifier}",
        _ => RefuseCharacters(text, allowEquals: true),
    };

    /// <summary>Why the text cannot name a blueprint; null when it can.</summary>
    public static string? RefuseBlueprint(string text) => text switch
    {
        "" => "is empty",
        _ when text.Length > MaxName => $"is longer than {MaxName}",
        _ => RefuseCharacters(text, allowEquals: false),
    };

    /// <summary>Why the text cannot name a property or relation; null when it can.</summary>
    public static string? RefuseKey(string text)
    {
        if (text.Length is 0 or > MaxName)
        {
            return text.Length == 0 ? "is empty" : $"is longer than {MaxName}";
        }

        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('@' or '_' or '=' or '\\' or '-'))
            {
                return $"has '{Printable(new Rune(char.IsSurrogate(character) ? '\uFFFD' : character))}'; it may have letters a-z, digits and @ _ = \\ -";
            }
        }

        return null;
    }

    private static string? RefuseCharacters(string text, bool allowEquals)
    {
        if (text is "." or "..")
        {
            return "is a path, not a name";
        }

        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            return null;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsLetter(rune)
                && rune.Value is not ((>= '0' and <= '9') or '@' or '_' or '.' or '+' or ':' or '\\' or '/' or '-')
                && !(allowEquals && rune.Value == '='))
            {
                return $"has '{Printable(rune)}', which no identifier may have";
            }
        }

        return null;
    }

    private static string Printable(Rune rune) => Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : rune.ToString();
}
