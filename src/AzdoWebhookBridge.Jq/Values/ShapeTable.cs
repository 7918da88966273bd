namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// The names of objects read before, in their order. Objects of one make share their array of names, which then need no check
/// for duplicates and let a program recognise the make. Fixed size, and like <see cref="NameTable"/> free of locks.
/// </summary>
internal static class ShapeTable
{
    private const int MaxNames = 48;
    private const int Bits = 10;

    private static readonly string[]?[] Slots = new string[]?[1 << Bits];

    /// <summary>The array kept for these very names; null when there is none.</summary>
    public static string[]? Find(uint hash, ReadOnlySpan<string> names)
    {
        var found = Slots[Slot(hash)];
        if (found is null || found.Length != names.Length)
        {
            return null;
        }

        for (var i = 0; i < found.Length; i++)
        {
            if (!ReferenceEquals(found[i], names[i]))
            {
                return null;
            }
        }

        return found;
    }

    /// <param name="hash">The one to find it by.</param>
    /// <param name="names">Distinct, and never written again.</param>
    public static void Keep(uint hash, string[] names)
    {
        if (names.Length <= MaxNames)
        {
            Slots[Slot(hash)] = names;
        }
    }

    private static uint Slot(uint hash) => (hash * 0x9E37_79B9) >> (32 - Bits);
}
