namespace AzdoWebhookBridge;

/// <summary>Finds what somebody probably meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate with the fewest changed letters, if those are few enough to be a slip; case does not count.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var (nearest, distance) = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(name, candidate)))
            .DefaultIfEmpty((Candidate: "", Distance: int.MaxValue))
            .MinBy(pair => pair.Distance);
        return distance <= Math.Max(3, name.Length / 3) ? nearest : null;
    }

    // Levenshtein's distance, row by row.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var isSame = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]);
                var change = diagonal + (isSame ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j] + 1, row[j - 1] + 1));
            }
        }

        return row[right.Length];
    }
}
