using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>An array: exactly its elements, or a version of slots that an evaluation is still filling.</summary>
internal sealed class ArrayValue : JqValue
{
    // What the array comes from: null, the evaluation that made it by copying another, or the slots it is a version of.
    private readonly object? _origin;
    private readonly int _stamp;
    private JqValue[]? _elements;

    /// <summary>Takes ownership of the elements.</summary>
    public ArrayValue(JqValue[] elements)
        : this(elements, Containers.Measure(elements), null)
    {
    }

    private ArrayValue(JqValue[] elements, (int Nesting, long Weight) size, Run? editor)
        : base(JqKind.Array, size.Nesting, size.Weight)
    {
        _elements = elements;
        _origin = editor;
        Count = elements.Length;
    }

    private ArrayValue(Slots slots, (int Nesting, long Weight) size)
        : base(JqKind.Array, size.Nesting, size.Weight)
    {
        _origin = slots;
        _stamp = slots.Stamp;
        Count = slots.Used;
    }

    public int Count { get; }

    public JqValue[] Elements => _elements ??= ((Slots)_origin!).Copy(Count, _stamp);

    public override IReadOnlyList<JqValue> Items => Elements;

    public JqValue At(int index) => _elements is { } elements ? elements[index]
        : ((Slots)_origin!).TryRead(_stamp, index) ?? Elements[index];

    /// <summary>The array with more elements at its end. Cheap for the newest version of what this evaluation builds.</summary>
    public ArrayValue Append(Run run, ReadOnlySpan<JqValue> items)
    {
        var size = Containers.Size(this);
        foreach (var item in items)
        {
            size = Containers.Grow(size, item, 0);
        }

        if (!IsBuiltBy(run))
        {
            run.AllocateArray((long)Count + items.Length);
            return new ArrayValue([.. Elements, .. items], size, run);
        }

        var slots = EditableSlots(run);
        run.CheckArray((long)Count + items.Length);
        slots.Append(items);
        return new ArrayValue(slots, size);
    }

    public ArrayValue Replace(Run run, int index, JqValue item)
    {
        var size = Containers.Swap(Containers.Size(this), At(index), item);
        if (!IsBuiltBy(run))
        {
            run.AllocateArray(Count);
            var copy = (JqValue[])Elements.Clone();
            copy[index] = item;
            return new ArrayValue(copy, size, run);
        }

        var slots = EditableSlots(run);
        slots.Replace(index, item);
        return new ArrayValue(slots, size);
    }

    // One edit is a plain copy; an array that is edited again is being built, and worth slots.
    private bool IsBuiltBy(Run run) => Count >= Slots.SmallCount && (_origin is Slots || ReferenceEquals(_origin, run));

    private Slots EditableSlots(Run run) =>
        _origin is Slots slots && slots.IsNewest(run, Count, _stamp) ? slots : new Slots(run, Elements);
}
