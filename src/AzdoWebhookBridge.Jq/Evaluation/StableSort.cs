namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>
/// Merge sort. jq's order is none (nan is below itself, a rounded number equals several exact ones), and the framework's sort throws
/// when a comparison contradicts itself, wraps what the comparison throws, and cannot be interrupted when the budget is used up.
/// </summary>
internal static class StableSort
{
    /// <summary>Sorts the items; takes ownership of them and gives the array that holds the result.</summary>
    public static T[] Sort<T>(Run run, T[] items, Comparison<T> compare)
    {
        run.Allocate(items.Length * 8L);
        var source = items;
        var target = new T[items.Length];
        for (var width = 1; width < items.Length; width *= 2)
        {
            run.Steps(items.Length >> 2);
            run.Step();
            for (var start = 0; start < items.Length; start += width * 2)
            {
                Merge(source, target, start, width, compare);
            }

            (source, target) = (target, source);
        }

        return source;
    }

    private static void Merge<T>(T[] source, T[] target, int start, int width, Comparison<T> compare)
    {
        var middle = Math.Min(start + width, source.Length);
        var end = Math.Min(middle + width, source.Length);
        var left = start;
        var right = middle;
        for (var next = start; next < end; next++)
        {
            var takeLeft = right == end || (left < middle && compare(source[left], source[right]) <= 0);
            target[next] = takeLeft ? source[left++] : source[right++];
        }
    }
}
