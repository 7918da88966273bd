namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// A merge sort. jq's order is none (nan is below itself, a rounded number equals several exact ones), and .NET's sort
/// throws when a comparison contradicts itself; this one ends with some order, like jq's own.
/// </summary>
internal static class StableSort
{
    public static void Sort<T>(T[] items, Comparison<T> compare)
    {
        var source = items;
        var target = new T[items.Length];
        for (var width = 1L; width < items.Length; width *= 2)
        {
            for (var start = 0L; start < items.Length; start += width * 2)
            {
                var middle = Math.Min(start + width, items.Length);
                Merge(source, target, (int)start, (int)middle, (int)Math.Min(middle + width, items.Length), compare);
            }

            (source, target) = (target, source);
        }

        if (!ReferenceEquals(source, items))
        {
            Array.Copy(source, items, items.Length);
        }
    }

    private static void Merge<T>(T[] source, T[] target, int start, int middle, int end, Comparison<T> compare)
    {
        var left = start;
        var right = middle;
        for (var i = start; i < end; i++)
        {
            var takeLeft = right >= end || (left < middle && compare(source[left], source[right]) <= 0);
            target[i] = takeLeft ? source[left++] : source[right++];
        }
    }
}
