using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace AzdoWebhookBridge.Catalog;

/// <summary>The fields of one change in the order of their rule: too few for a hash table to pay.</summary>
/// <param name="fields">Path and JSON of each; the paths are distinct.</param>
internal sealed class FieldTexts(KeyValuePair<string, string>[] fields) : IReadOnlyDictionary<string, string>
{
    public int Count => fields.Length;

    public IEnumerable<string> Keys => this.Select(pair => pair.Key);

    public IEnumerable<string> Values => this.Select(pair => pair.Value);

    public string this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"The change has no field '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        foreach (var (path, json) in fields)
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

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
