using System.Text;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>Chance that depends on the seed and the number of the case alone (SplitMix64), on every machine.</summary>
internal sealed class Dice(long seed, long index)
{
    private ulong _state = ((ulong)seed * 0xD1342543DE82EF95) ^ ((ulong)index * 0xAF251AF3B0F025B5);

    /// <summary>At least 0 and less than <paramref name="limit"/>.</summary>
    public int Next(int limit)
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)(((mixed ^ (mixed >> 31)) >> 33) % (ulong)limit);
    }

    public bool OneIn(int count) => Next(count) == 0;

    public T Pick<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    public string Repeat(string text, int maxLength)
    {
        var count = Math.Min(Pick(Counts), maxLength / Math.Max(1, text.Length));
        return new StringBuilder().Insert(0, text, Math.Max(1, count)).ToString();
    }

    /// <summary>Around the limits of the library, and some beyond them.</summary>
    private static readonly int[] Counts = [2, 3, 5, 17, 33, 100, 255, 256, 257, 300, 999, 1_001, 4_000, 10_001, 10_300];
}
