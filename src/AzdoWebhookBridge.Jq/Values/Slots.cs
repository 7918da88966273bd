using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// The contents of a container that one evaluation builds step by step. Values are immutable, yet copying the whole for
/// every step would make building quadratic. So the newest version is edited in place, and what it overwrites is kept
/// for the versions before. Only the evaluation that made the slots edits them, and not after it has emitted a value:
/// what other threads can see never changes.
/// </summary>
internal sealed class Slots
{
    /// <summary>Below that many elements copying is cheaper.</summary>
    public const int SmallCount = 16;

    private const int VersionBytes = 64;

    private readonly Run _owner;
    private readonly int _epoch;
    private readonly List<(int Index, JqValue Old)> _overwritten = [];
    private JqValue[] _items;

    public Slots(Run owner, JqValue[] items)
    {
        _owner = owner;
        _epoch = owner.Epoch;
        Used = items.Length;
        var capacity = items.Length + (items.Length >> 1);
        owner.Steps(items.Length >> 3);
        owner.Allocate((capacity * 8L) + VersionBytes);
        _items = new JqValue[capacity];
        items.CopyTo(_items, 0);
    }

    public int Used { get; private set; }

    /// <summary>The number of overwritten elements, which tells versions of one length apart.</summary>
    public int Stamp => _overwritten.Count;

    public bool IsNewest(Run run, int count, int stamp) =>
        ReferenceEquals(run, _owner) && run.Epoch == _epoch && count == Used && stamp == Stamp
            && Stamp <= _items.Length; // More history than content: a copy is cheaper to keep.

    public void Append(params ReadOnlySpan<JqValue> items)
    {
        _owner.Steps(2);
        _owner.Allocate(VersionBytes);
        if (Used + items.Length > _items.Length)
        {
            var capacity = Math.Max(Used + items.Length, Used + (Used >> 1));
            _owner.Allocate(capacity * 8L);
            var grown = new JqValue[capacity];
            Array.Copy(_items, grown, Used);
            items.CopyTo(grown.AsSpan(Used));
            _items = grown;
        }
        else
        {
            items.CopyTo(_items.AsSpan(Used));
        }

        Used += items.Length;
    }

    public void Replace(int index, JqValue item)
    {
        _owner.Steps(2);
        _owner.Allocate(VersionBytes + 32);
        _overwritten.Add((index, _items[index]));
        _items[index] = item;
    }

    /// <summary>The element as the version with that stamp has it, or null when that takes a copy.</summary>
    public JqValue? TryRead(int stamp, int index) => stamp == Stamp ? _items[index] : null;

    /// <summary>The elements of a version.</summary>
    public JqValue[] Copy(int count, int stamp)
    {
        if (_owner.Epoch == _epoch)
        {
            _owner.Steps((count >> 3) + Stamp - stamp);
            _owner.Allocate(count * 8L);
        }

        var copy = _items.AsSpan(0, count).ToArray();
        for (var i = Stamp - 1; i >= stamp; i--)
        {
            var (index, old) = _overwritten[i];
            if (index < count)
            {
                copy[index] = old;
            }
        }

        return copy;
    }
}
