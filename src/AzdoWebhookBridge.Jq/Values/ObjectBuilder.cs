using System.Diagnostics.CodeAnalysis;

namespace AzdoWebhookBridge.Jq.Values;

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
