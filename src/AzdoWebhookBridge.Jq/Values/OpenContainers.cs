using System.Buffers;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// The children read so far of all containers that are still open, innermost last, in borrowed arrays: each container then
/// gets arrays of exactly its size.
/// </summary>
internal ref struct OpenContainers(ReadOnlySpan<byte> document)
{
    private readonly ReadOnlySpan<byte> _document = document;
    private byte[]? _copy;
    private string[]? _names;
    private JqValue[]? _values;
    private int _most;

    public int Count { get; private set; }

    /// <summary>The document, copied when the first value wants to refer to it.</summary>
    public byte[] Document => _copy ??= _document.ToArray();

    public void Push(JqValue value) => Push(string.Empty, value);

    public void Push(string name, JqValue value)
    {
        if (_values is null || Count == _values.Length)
        {
            Grow();
        }

        _names![Count] = name;
        _values![Count++] = value;
    }

    public JqValue CloseArray(int start)
    {
        if (Count == start)
        {
            return JqValue.EmptyArray;
        }

        var elements = _values.AsSpan(start, Count - start).ToArray();
        Shrink(start);
        return new ArrayValue(elements);
    }

    public JqValue CloseObject(int start, uint shape)
    {
        if (Count == start)
        {
            return JqValue.EmptyObject;
        }

        var names = new ReadOnlySpan<string>(_names, start, Count - start);
        var values = _values.AsSpan(start, Count - start);
        JqValue result;
        if (ShapeTable.Find(shape, names) is { } known)
        {
            result = new ObjectValue(known, values.ToArray());
        }
        else
        {
            result = Build(names, values);
            if (result is ObjectValue built && built.Count == names.Length)
            {
                ShapeTable.Keep(shape, built.Keys);
            }
        }

        Shrink(start);
        return result;
    }

    public void Dispose()
    {
        if (_values is null)
        {
            return;
        }

        var most = Math.Max(_most, Count);
        _names.AsSpan(0, most).Clear();
        _values.AsSpan(0, most).Clear();
        ArrayPool<string>.Shared.Return(_names!);
        ArrayPool<JqValue>.Shared.Return(_values);
        _values = null;
    }

    private static JqValue Build(ReadOnlySpan<string> names, ReadOnlySpan<JqValue> values)
    {
        var builder = new ObjectBuilder();
        for (var i = 0; i < names.Length; i++)
        {
            builder.Set(names[i], values[i]);
        }

        return builder.Build();
    }

    private void Shrink(int start)
    {
        _most = Math.Max(_most, Count);
        Count = start;
    }

    private void Grow()
    {
        // Both pools hand out arrays of the same sizes.
        var size = Math.Max(128, Count * 2);
        var names = ArrayPool<string>.Shared.Rent(size);
        var values = ArrayPool<JqValue>.Shared.Rent(size);
        if (_values is not null)
        {
            _names.AsSpan(0, Count).CopyTo(names);
            _values.AsSpan(0, Count).CopyTo(values);
            Dispose();
        }

        _names = names;
        _values = values;
    }
}
