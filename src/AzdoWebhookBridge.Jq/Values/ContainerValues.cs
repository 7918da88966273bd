using System.Diagnostics.CodeAnalysis;

namespace AzdoWebhookBridge.Jq.Values;

internal sealed class ArrayValue : JqValue
{
    /// <summary>Takes ownership of the elements.</summary>
    public ArrayValue(JqValue[] elements)
        : this(elements, Containers.Measure(elements))
    {
    }

    private ArrayValue(JqValue[] elements, (int Nesting, long Weight) size)
        : base(JqKind.Array, size.Nesting, size.Weight)
    {
        Elements = elements;
    }

    public JqValue[] Elements { get; }

    public int Count => Elements.Length;

    public override IReadOnlyList<JqValue> Items => Elements;
}

internal sealed class ObjectValue : JqValue
{
    private const int ScanLimit = 8;

    // An index pays only for objects that are asked often; those built up key by key live for one lookup each.
    private const int ScansBeforeIndex = 3;

    private Dictionary<string, int>? _index;
    private int _scans;

    /// <summary>Takes ownership of both arrays; keys are distinct.</summary>
    public ObjectValue(string[] keys, JqValue[] values)
        : this(keys, values, Containers.Measure(keys, values))
    {
    }

    private ObjectValue(string[] keys, JqValue[] values, (int Nesting, long Weight) size)
        : base(JqKind.Object, size.Nesting, size.Weight)
    {
        Keys = keys;
        Values = values;
    }

    /// <summary>Null when two of the few members have the same key.</summary>
    public static ObjectValue? TryCreate(KeyValuePair<string, JqValue>[] members)
    {
        var keys = new string[members.Length];
        var values = new JqValue[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var key = StringValue.Sanitize(members[i].Key);
            if (keys.AsSpan(0, i).Contains(key))
            {
                return null;
            }

            (keys[i], values[i]) = (key, members[i].Value);
        }

        return new ObjectValue(keys, values);
    }

    public string[] Keys { get; }

    public JqValue[] Values { get; }

    public int Count => Keys.Length;

    public override IEnumerable<KeyValuePair<string, JqValue>> Members
    {
        get
        {
            for (var i = 0; i < Keys.Length; i++)
            {
                yield return new KeyValuePair<string, JqValue>(Keys[i], Values[i]);
            }
        }
    }

    public int IndexOf(string key)
    {
        var keys = Keys;
        if (keys.Length > ScanLimit && (_index is not null || ++_scans > ScansBeforeIndex))
        {
            return IndexByHash(key);
        }

        for (var i = 0; i < keys.Length; i++)
        {
            if (string.Equals(keys[i], key))
            {
                return i;
            }
        }

        return -1;
    }

    public JqValue Get(string key)
    {
        var index = IndexOf(key);
        return index < 0 ? Null : Values[index];
    }

    public override bool TryGet(string key, out JqValue value)
    {
        var index = IndexOf(key);
        value = index < 0 ? Null : Values[index];
        return index >= 0;
    }

    public ObjectValue With(string key, JqValue value)
    {
        var index = IndexOf(key);
        if (index >= 0)
        {
            var values = (JqValue[])Values.Clone();
            values[index] = value;
            return new ObjectValue(Keys, values);
        }

        var size = Containers.Grow(this, key, value);

        var count = Keys.Length;
        var newKeys = new string[count + 1];
        var newValues = new JqValue[count + 1];
        System.Array.Copy(Keys, newKeys, count);
        System.Array.Copy(Values, newValues, count);
        newKeys[count] = key;
        newValues[count] = value;
        return new ObjectValue(newKeys, newValues, size);
    }

    /// <summary>The same object without the keys for which <paramref name="drop"/> is set.</summary>
    public ObjectValue Without(bool[] drop)
    {
        var builder = new ObjectBuilder();
        for (var i = 0; i < Keys.Length; i++)
        {
            if (!drop[i])
            {
                builder.AddDistinct(Keys[i], Values[i]);
            }
        }

        return (ObjectValue)builder.Build();
    }

    public string[] SortedKeys()
    {
        var sorted = (string[])Keys.Clone();
        System.Array.Sort(sorted, CodePoints.Comparer);
        return sorted;
    }

    private int IndexByHash(string key)
    {
        // Two threads may both build it; either result is complete before it is published.
        var index = _index;
        if (index is null)
        {
            index = new Dictionary<string, int>(Keys.Length);
            for (var i = 0; i < Keys.Length; i++)
            {
                index[Keys[i]] = i;
            }

            Volatile.Write(ref _index, index);
        }

        return index.TryGetValue(key, out var found) ? found : -1;
    }
}

/// <summary>Collects members; the last value of a key wins and keeps the first one's place.</summary>
internal sealed class ObjectBuilder
{
    private const int ScanLimit = 8;

    private string[] _keys = new string[4];
    private JqValue[] _values = new JqValue[4];
    private int _count;
    private Dictionary<string, int>? _index;

    public int Count => _count;

    public void Set(string key, JqValue value)
    {
        var index = IndexOf(key);
        if (index >= 0)
        {
            _values[index] = value;
            return;
        }

        AddDistinct(key, value);
    }

    public bool TryGet(string key, [MaybeNullWhen(false)] out JqValue value)
    {
        var index = IndexOf(key);
        value = index < 0 ? null : _values[index];
        return index >= 0;
    }

    public void AddDistinct(string key, JqValue value)
    {
        if (_count == _keys.Length)
        {
            Array.Resize(ref _keys, _count * 2);
            Array.Resize(ref _values, _count * 2);
        }

        _keys[_count] = key;
        _values[_count] = value;
        _index?.Add(key, _count);
        _count++;
    }

    public JqValue Build()
    {
        if (_count == 0)
        {
            return JqValue.EmptyObject;
        }

        if (_count != _keys.Length)
        {
            Array.Resize(ref _keys, _count);
            Array.Resize(ref _values, _count);
        }

        return new ObjectValue(_keys, _values);
    }

    private int IndexOf(string key)
    {
        if (_count > ScanLimit)
        {
            if (_index is null)
            {
                _index = [];
                for (var i = 0; i < _count; i++)
                {
                    _index[_keys[i]] = i;
                }
            }

            return _index.TryGetValue(key, out var found) ? found : -1;
        }

        for (var i = 0; i < _count; i++)
        {
            if (string.Equals(_keys[i], key))
            {
                return i;
            }
        }

        return -1;
    }
}

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

    /// <summary>The size of an object with one more member, without looking at the others again.</summary>
    public static (int Nesting, long Weight) Grow(JqValue obj, string key, JqValue value) =>
        (Math.Max(obj.Nesting, Deeper(value.Nesting)), Math.Min(obj.Weight + key.Length + value.Weight, MaxWeight));

    private static int Deeper(int nesting) => nesting < JqValue.MaxNesting
        ? nesting + 1
        : throw new JqLimitException(JqLimit.Depth, $"A value would be nested deeper than {JqValue.MaxNesting} levels.");
}
