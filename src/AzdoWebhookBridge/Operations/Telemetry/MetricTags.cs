using System.Collections.Concurrent;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace AzdoWebhookBridge.Operations.Telemetry;

/// <summary>Compares sets of tags, and finds a kept set by one that is on the stack, so that counting allocates nothing.</summary>
internal sealed class MetricTagsComparer : IEqualityComparer<Tag[]>, IAlternateEqualityComparer<ReadOnlySpan<Tag>, Tag[]>
{
    public static readonly MetricTagsComparer Instance = new();

    public bool Equals(Tag[]? x, Tag[]? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Equals(x.AsSpan(), y));

    public int GetHashCode(Tag[] obj) => GetHashCode(obj.AsSpan());

    public bool Equals(ReadOnlySpan<Tag> alternate, Tag[] other)
    {
        if (alternate.Length != other.Length)
        {
            return false;
        }

        for (var index = 0; index < other.Length; index++)
        {
            if (alternate[index].Key != other[index].Key || !Equals(alternate[index].Value, other[index].Value))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<Tag> alternate)
    {
        var hash = default(HashCode);
        foreach (var tag in alternate)
        {
            hash.Add(tag.Key);
            hash.Add(tag.Value);
        }

        return hash.ToHashCode();
    }

    public Tag[] Create(ReadOnlySpan<Tag> alternate) => alternate.ToArray();
}

/// <summary>The values of one instrument, one series per set of tags.</summary>
internal sealed class MetricSeries(double[] bounds)
{
    // A tag that takes endless values would be a defect; it must not become a leak as well.
    private const int MaxSeries = 1_000;

    private readonly ConcurrentDictionary<Tag[], MetricPoint> _points = new(MetricTagsComparer.Instance);

    public IEnumerable<KeyValuePair<Tag[], MetricPoint>> Points => _points;

    public MetricPoint? Find(ReadOnlySpan<Tag> tags)
    {
        var lookup = _points.GetAlternateLookup<ReadOnlySpan<Tag>>();
        if (lookup.TryGetValue(tags, out var point))
        {
            return point;
        }

        return _points.Count < MaxSeries ? _points.GetOrAdd(tags.ToArray(), static (_, bounds) => new MetricPoint(bounds), bounds) : null;
    }

    /// <summary>Forgets all: for gauges, which say anew at each collection what there is.</summary>
    public void Clear() => _points.Clear();
}

/// <summary>One series: a sum or a last value, and for a histogram its buckets.</summary>
internal sealed class MetricPoint(double[] bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[bounds.Length + 1];
    private double _value;
    private long _count;

    public void Add(double value)
    {
        lock (_gate)
        {
            _value += value;
        }
    }

    public void Set(double value)
    {
        lock (_gate)
        {
            _value = value;
        }
    }

    public void Record(double value)
    {
        lock (_gate)
        {
            _value += value;
            _count++;
            var bucket = 0;
            while (bucket < bounds.Length && value > bounds[bucket])
            {
                bucket++;
            }

            _buckets[bucket]++;
        }
    }

    public (double Value, long Count, long[] Buckets) Read()
    {
        lock (_gate)
        {
            return (_value, _count, [.. _buckets]);
        }
    }
}
