namespace AzdoWebhookBridge.Jq.Values;

/// <summary>What containers weigh and how deep they are.</summary>
internal static class Containers
{
    private const long MaxWeight = long.MaxValue / 4;

    public static (int Nesting, long Weight) Measure(JqValue[] elements)
    {
        var nesting = 0;
        var weight = 8L;
        foreach (var element in elements)
        {
            nesting = Math.Max(nesting, element.Nesting);
            weight += element.Weight;
            if (weight > MaxWeight)
            {
                weight = MaxWeight;
            }
        }

        return (Deeper(nesting), weight);
    }

    public static (int Nesting, long Weight) Measure(string[] keys, JqValue[] values)
    {
        var (nesting, weight) = Measure(values);
        foreach (var key in keys)
        {
            weight += key.Length;
        }

        return (nesting, weight);
    }

    public static (int Nesting, long Weight) Size(JqValue container) => (container.Nesting, container.Weight);

    /// <summary>The size with one more child, without looking at the others again.</summary>
    public static (int Nesting, long Weight) Grow((int Nesting, long Weight) size, JqValue child, int keyLength) =>
        (Math.Max(size.Nesting, Deeper(child.Nesting)), Math.Min(size.Weight + keyLength + child.Weight, MaxWeight));

    /// <summary>The size with one child in the place of another. The nesting may come out too high when the deepest child went.</summary>
    public static (int Nesting, long Weight) Swap((int Nesting, long Weight) size, JqValue old, JqValue child) =>
        (Math.Max(size.Nesting, Deeper(child.Nesting)), size.Weight >= MaxWeight ? MaxWeight : Math.Min(size.Weight - old.Weight + child.Weight, MaxWeight));

    private static int Deeper(int nesting) => nesting < JqValue.MaxNesting
        ? nesting + 1
        : throw new JqLimitException(JqLimit.Nesting, $"A value would be nested deeper than {JqValue.MaxNesting} levels.");
}
