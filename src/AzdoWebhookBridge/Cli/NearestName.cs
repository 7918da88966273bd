namespace AzdoWebhookBridge.Cli;

/// <summary>The name somebody probably meant.</summary>
internal static class NearestName
{
    public static string Of(string typed, IEnumerable<string> names) =>
        names.MinBy(name => Distance(typed.ToUpperInvariant(), name.ToUpperInvariant()))!;

    // Levenshtein's distance with one row.
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), cost);
            }
        }

        return row[right.Length];
    }
}
