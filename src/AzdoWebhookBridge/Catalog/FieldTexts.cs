using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace AzdoWebhookBridge.Catalog;

/// <summary>The fields of one change in the order of their rule: too few for a hash table to pay.</summary>
internal sealed class FieldTexts(int capacity) : IReadOnlyDictionary<string, string>
{
    private readonly KeyValuePair<string, string>[] _fields = new KeyValuePair<string, string>[capacity];

    public int Count { get; private set; }

    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    public IEnumerable<string> Values => this.Select(pair => pair.Value);

    public string this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The change has no field '{key}'.");

    /// <param name="path">Not added before.</param>
    public void Add(string path, string json) => _fields[Count++] = KeyValuePair.Create(path, json);

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        foreach (var (path, json) in _fields.AsSpan(0, Count))
        {
            if (string.Equals(path, key, StringComparison.Ordinal))
            {
                value = json;
                return true;
            }
        }

        value = null;
        return false;
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _fields.Take(Count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
