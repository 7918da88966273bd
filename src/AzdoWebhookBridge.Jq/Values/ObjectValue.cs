using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>An object: exactly its members in order, or a version of members that an evaluation is still building.</summary>
internal sealed class ObjectValue : JqValue
{
    private const int ScanLimit = 16;

    // An index pays only for objects that are asked often; those built up key by key live for one lookup each.
    private const int ScansBeforeIndex = 3;

    // What the object comes from: null, the evaluation that made it by copying another, or the members it is a version of.
    private readonly object? _origin;
    private readonly int _stamp;
    private string[]? _keys;
    private JqValue[]? _values;
    private Dictionary<string, int>? _index;
    private int _scans;

    /// <summary>Takes ownership of both arrays; keys are distinct.</summary>
    public ObjectValue(string[] keys, JqValue[] values)
        : this(keys, values, Containers.Measure(keys, values), null)
    {
    }

    private ObjectValue(string[] keys, JqValue[] values, (int Nesting, long Weight) size, Run? editor)
        : base(JqKind.Object, size.Nesting, size.Weight)
    {
        _keys = keys;
        _values = values;
        _origin = editor;
        Count = keys.Length;
    }

    private ObjectValue(MemberSlots slots, (int Nesting, long Weight) size)
        : base(JqKind.Object, size.Nesting, size.Weight)
    {
        _origin = slots;
        _stamp = slots.Values.Stamp;
        Count = slots.Values.Used;
    }

    public string[] Keys => _keys ??= ((MemberSlots)_origin!).CopyKeys(Count);

    /// <summary>The names, unless an evaluation is still building the object.</summary>
    public string[]? FixedKeys => _keys;

    public JqValue[] Values => _values ??= ((MemberSlots)_origin!).Values.Copy(Count, _stamp);

    public int Count { get; }

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

    public int IndexOf(string key)
    {
        if (_origin is MemberSlots slots)
        {
            var position = slots.IndexOf(key);
            return position < Count ? position : -1;
        }

        var keys = _keys!;
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
        return index < 0 ? Null : ValueAt(index);
    }

    public override bool TryGet(string key, out JqValue value)
    {
        var index = IndexOf(key);
        value = index < 0 ? Null : ValueAt(index);
        return index >= 0;
    }

    public JqValue ValueAt(int index) => _values is { } values ? values[index]
        : ((MemberSlots)_origin!).Values.TryRead(_stamp, index) ?? Values[index];

    /// <summary>The object with one member set. Cheap for the newest version of what this evaluation builds.</summary>
    public ObjectValue With(Run run, string key, JqValue value)
    {
        var index = IndexOf(key);
        var size = index >= 0
            ? Containers.Swap(Containers.Size(this), ValueAt(index), value)
            : Containers.Grow(Containers.Size(this), value, key.Length);

        // One edit is a plain copy; an object that is edited again is being built, and worth slots.
        if (Count < Slots.SmallCount || (_origin is not MemberSlots && !ReferenceEquals(_origin, run)))
        {
            run.Allocate((Count * 16L) + 96);
            return index >= 0
                ? new ObjectValue(Keys, Changed(index, value), size, run)
                : new ObjectValue([.. Keys, key], [.. Values, value], size, run);
        }

        var slots = _origin as MemberSlots;
        if (slots is null || !slots.Values.IsNewest(run, Count, _stamp))
        {
            slots = new MemberSlots(run, Keys, Values);
        }

        if (index >= 0)
        {
            slots.Values.Replace(index, value);
        }
        else
        {
            slots.Append(key, value);
        }

        return new ObjectValue(slots, size);
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

    private JqValue[] Changed(int index, JqValue value)
    {
        var changed = (JqValue[])Values.Clone();
        changed[index] = value;
        return changed;
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

/// <summary>The slots of an object: keys and their index are only ever added to, so all versions share them.</summary>
internal sealed class MemberSlots
{
    // A dictionary's entry and bucket for one key, and room to grow.
    private const int EntryBytes = 48;

    private readonly Run _owner;
    private readonly Dictionary<string, int> _index;
    private readonly List<string> _keys;

    public MemberSlots(Run owner, string[] keys, JqValue[] values)
    {
        _owner = owner;
        owner.Steps(keys.Length);
        owner.Allocate(keys.Length * (long)EntryBytes);
        Values = new Slots(owner, values);
        _keys = new List<string>(keys);
        _index = new Dictionary<string, int>(keys.Length * 2);
        for (var i = 0; i < keys.Length; i++)
        {
            _index.Add(keys[i], i);
        }
    }

    public Slots Values { get; }

    /// <summary>The position of the key in the newest version; <see cref="int.MaxValue"/> when it is in none.</summary>
    public int IndexOf(string key) => _index.TryGetValue(key, out var index) ? index : int.MaxValue;

    public void Append(string key, JqValue value)
    {
        _owner.Steps(2);
        _owner.Allocate(EntryBytes);
        Values.Append(value);
        _index.Add(key, _keys.Count);
        _keys.Add(key);
    }

    public string[] CopyKeys(int count) => _keys.GetRange(0, count).ToArray();
}
