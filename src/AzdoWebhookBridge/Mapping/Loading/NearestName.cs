namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>Guesses which known name a misspelt one was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The known name with the fewest edits, when these are few for its length; else null.</summary>
    public static string? Find(string name, ReadOnlySpan<string> known)
    {
        string? nearest = null;
        var fewest = Math.Max(1, name.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var edits = Distance(name, candidate);
            if (edits < fewest)
            {
                (nearest, fewest) = (candidate, edits);
            }
        }

        return nearest;
    }

    private static int Distance(string from, string to)
    {
        var row = new int[to.Length + 1];
        for (var column = 0; column <= to.Length; column++)
        {
            row[column] = column;
        }

        for (var line = 1; line <= from.Length; line++)
        {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= to.Length; column++)
            {
                var same = char.ToLowerInvariant(from[line - 1]) == char.ToLowerInvariant(to[column - 1]);
                var edits = Math.Min(diagonal + (same ? 0 : 1), Math.Min(row[column], row[column - 1]) + 1);
                diagonal = row[column];
                row[column] = edits;
            }
        }

        return row[to.Length];
    }
}
