using System.Collections;

namespace AzdoWebhookBridge.Catalog;

/// <summary>
/// The fields of a document by path, in ordinal order; never changed. A sorted array: an entity has a dozen fields, which are read,
/// merged and written as a whole.
/// </summary>
internal sealed class FieldTable : IReadOnlyList<KeyValuePair<string, FieldState>>
{
    public static readonly FieldTable Empty = new([]);

    private static readonly Comparison<KeyValuePair<string, FieldState>> ByPath = (one, other) => string.CompareOrdinal(one.Key, other.Key);

    private readonly KeyValuePair<string, FieldState>[] _fields;

    private FieldTable(KeyValuePair<string, FieldState>[] fields) => _fields = fields;

    public int Count => _fields.Length;

    public bool IsEmpty => _fields.Length == 0;

    public KeyValuePair<string, FieldState> this[int index] => _fields[index];

    /// <summary>Takes over the array and sorts it; the paths are distinct.</summary>
    public static FieldTable Of(KeyValuePair<string, FieldState>[] fields)
    {
        if (fields.Length == 0)
        {
            return Empty;
        }

        Array.Sort(fields, ByPath);
        return new FieldTable(fields);
    }

    public FieldState? Find(string path)
    {
        var index = IndexOf(path);
        return index < 0 ? null : _fields[index].Value;
    }

    /// <summary>Takes each field over that is not there or older; this table itself when that is none.</summary>
    public FieldTable Merge(IReadOnlyDictionary<string, string> fields, FieldVersion version)
    {
        KeyValuePair<string, FieldState>[]? replaced = null;
        var added = new List<KeyValuePair<string, FieldState>>(fields.Count);
        foreach (var (path, json) in fields)
        {
            var index = IndexOf(path);
            if (index < 0)
            {
                added.Add(KeyValuePair.Create(path, new FieldState(json, version)));
            }
            else if (version.IsNewerThan(_fields[index].Value.Version))
            {
                replaced ??= [.. _fields];
                replaced[index] = KeyValuePair.Create(_fields[index].Key, new FieldState(json, version));
            }
        }

        if (added.Count > 0)
        {
            return Of([.. replaced ?? _fields, .. added]);
        }

        return replaced is null ? this : new FieldTable(replaced);
    }

    /// <summary>Without the fields of which <paramref name="isGone"/> holds; this table itself when those are none.</summary>
    public FieldTable Without(Func<FieldState, bool> isGone)
    {
        var kept = Array.FindAll(_fields, field => !isGone(field.Value));
        return kept.Length == _fields.Length ? this : kept.Length == 0 ? Empty : new FieldTable(kept);
    }

    /// <summary>Paths whose value differs or which only one of the two has, in ordinal order.</summary>
    public IEnumerable<string> Difference(FieldTable other)
    {
        int mine = 0, theirs = 0;
        while (mine < Count || theirs < other.Count)
        {
            var order = mine == Count ? 1 : theirs == other.Count ? -1 : string.CompareOrdinal(_fields[mine].Key, other._fields[theirs].Key);
            if (order < 0)
            {
                yield return _fields[mine++].Key;
            }
            else if (order > 0)
            {
                yield return other._fields[theirs++].Key;
            }
            else
            {
                if (!string.Equals(_fields[mine].Value.Json, other._fields[theirs].Value.Json, StringComparison.Ordinal))
                {
                    yield return _fields[mine].Key;
                }

                mine++;
                theirs++;
            }
        }
    }

    public IEnumerator<KeyValuePair<string, FieldState>> GetEnumerator() => _fields.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int IndexOf(string path)
    {
        int low = 0, high = _fields.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(_fields[middle].Key, path);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}
