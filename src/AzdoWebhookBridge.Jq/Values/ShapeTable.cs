namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// The names of objects read before, in their order. Objects of one make share their array of names, which then need no check
/// for duplicates and let a program recognise the make. Fixed size, and like <see cref="NameTable"/> free of locks.
/// </summary>
internal static class ShapeTable
{
    private const int MaxNames = 48;
    private const int GroupBits = 8;
    private const int GroupSize = 4;

    private static readonly string[]?[] Slots = new string[]?[GroupSize << GroupBits];

    /// <summary>The array kept for these very names; null when there is none.</summary>
    public static string[]? Find(uint hash, ReadOnlySpan<string> names)
    {
        foreach (var known in Group(hash))
        {
            if (known is not null && known.Length == names.Length && AreSame(known, names))
            {
                return known;
            }
        }

        return null;
    }

    /// <param name="hash">The one to find it by.</param>
    /// <param name="names">Distinct, and never written again.</param>
    public static void Keep(uint hash, string[] names)
    {
        if (names.Length <= MaxNames && !HasLong(names))
        {
            var group = Group(hash);
            group[..^1].CopyTo(group[1..]);
            group[0] = names;
        }
    }

    /// <summary>Whether a name is one that the table of names does not share: the array would never be found, and be as large as it likes.</summary>
    public static bool HasLong(string[] names)
    {
        foreach (var name in names)
        {
            if (name.Length > NameTable.MaxLength)
            {
                return true;
            }
        }

        return false;
    }

    private static bool AreSame(string[] known, ReadOnlySpan<string> names)
    {
        for (var i = 0; i < known.Length; i++)
        {
            if (!ReferenceEquals(known[i], names[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static Span<string[]?> Group(uint hash) =>
        Slots.AsSpan((int)((hash * 0x9E37_79B9) >> (32 - GroupBits)) * GroupSize, GroupSize);
}
