using System.Text.Json;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq;

/// <summary>
/// An immutable JSON value with jq's rules of equality and order. Numbers keep the decimal text they were read with,
/// so that large identifiers survive; objects keep the order of their keys.
/// </summary>
public abstract class JqValue : IEquatable<JqValue>
{
    /// <summary>
    /// Deepest nesting a value can have: the 10,000 levels that jq reads and compares, and some that a program may put
    /// around them. Deeper values are refused when they are built.
    /// </summary>
    public const int MaxNesting = 10_240;

    /// <summary>The levels that jq reads, compares, merges and writes.</summary>
    internal const int MaxWalk = 10_000;

    private protected JqValue(JqKind kind, int nesting, long weight)
    {
        Kind = kind;
        Nesting = nesting;
        Weight = weight;
    }

    public static JqValue Null { get; } = new ConstantValue(JqKind.Null);

    public static JqValue True { get; } = new ConstantValue(JqKind.True);

    public static JqValue False { get; } = new ConstantValue(JqKind.False);

    public static JqValue EmptyArray { get; } = new ArrayValue([]);

    public static JqValue EmptyObject { get; } = new ObjectValue([], []);

    /// <summary>Orders values as jq's <c>sort</c> does.</summary>
    public static IComparer<JqValue> Order => ValueOrder.Instance;

    public JqKind Kind { get; }

    public bool IsNull => Kind == JqKind.Null;

    /// <summary>False for null and false, true for everything else.</summary>
    public bool IsTruthy => Kind > JqKind.False;

    /// <summary>Elements of an array; empty for anything else.</summary>
    public virtual IReadOnlyList<JqValue> Items => [];

    /// <summary>Members of an object in insertion order; empty for anything else.</summary>
    public virtual IEnumerable<KeyValuePair<string, JqValue>> Members => [];

    /// <summary>Levels of containers below and including this one.</summary>
    internal int Nesting { get; }

    /// <summary>
    /// Estimated bytes of the value written out, with shared parts counted each time: what a walk over it costs.
    /// Saturates, because sharing makes exponential values cheap to build.
    /// </summary>
    internal long Weight { get; }

    /// <summary>The member of that name, or null when absent or when this is not an object.</summary>
    public JqValue this[string key] => TryGet(key, out var value) ? value : Null;

    /// <summary>The element at that index (negative counts from the end), or null when absent or when this is not an array.</summary>
    public JqValue this[int index]
    {
        get
        {
            if (this is not ArrayValue array)
            {
                return Null;
            }

            var position = index < 0 ? index + array.Count : index;
            return (uint)position < (uint)array.Count ? array.At(position) : Null;
        }
    }

    public static JqValue From(bool value) => value ? True : False;

    public static JqValue From(double value) => NumberValue.Create(value);

    public static JqValue From(long value) => NumberValue.Create(value);

    public static JqValue From(decimal value) =>
        NumberValue.FromLiteral(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A string; null gives <see cref="Null"/>, lone surrogates become U+FFFD.</summary>
    public static JqValue From(string? value) => value is null ? Null : StringValue.Create(value);

    public static JqValue Array(IReadOnlyList<JqValue> items)
    {
        if (items.Count == 0)
        {
            return EmptyArray;
        }

        var copy = new JqValue[items.Count];
        for (var i = 0; i < copy.Length; i++)
        {
            copy[i] = items[i];
        }

        return new ArrayValue(copy);
    }

#pragma warning disable CA1720 // The name is that of JSON.
    /// <summary>An object; of duplicate keys the last value wins, at the place of the first.</summary>
    public static JqValue Object(IEnumerable<KeyValuePair<string, JqValue>> members)
    {
        if (members is KeyValuePair<string, JqValue>[] { Length: > 0 and <= 8 } few && ObjectValue.TryCreate(few) is { } created)
        {
            return created;
        }

        var builder = new ObjectBuilder();
        foreach (var (key, value) in members)
        {
            builder.Set(StringValue.Sanitize(key), value);
        }

        return builder.Build();
    }
#pragma warning restore CA1720

    /// <summary>
    /// Parses one UTF-8 JSON text. A byte order mark is allowed, lone surrogate escapes and invalid UTF-8 inside
    /// strings become U+FFFD, of duplicate keys the last wins. What jq reads beyond JSON is read too: nan, Infinity, numbers
    /// like .5 and 01.
    /// </summary>
    /// <exception cref="JqParseException">The bytes are not one JSON text, or are nested deeper than allowed.</exception>
    public static JqValue Parse(ReadOnlySpan<byte> utf8, int maxDepth = 256) => ValueReader.Parse(utf8, maxDepth);

    /// <summary>Parses JSON text held as a string.</summary>
    /// <exception cref="JqParseException">The text is not one JSON text, or is nested deeper than allowed.</exception>
    public static JqValue Parse(string json, int maxDepth = 256) =>
        ValueReader.Parse(System.Text.Encoding.UTF8.GetBytes(json), maxDepth);

    public static JqValue FromJson(JsonElement element) => ValueReader.FromElement(element);

    /// <summary>The text of a string.</summary>
    /// <exception cref="InvalidOperationException">The value is not a string.</exception>
    public virtual string AsString() => throw new InvalidOperationException($"A {KindName} is not a string.");

    /// <summary>A number as a double, rounded when its decimal text has more digits.</summary>
    /// <exception cref="InvalidOperationException">The value is not a number.</exception>
    public virtual double AsDouble() => throw new InvalidOperationException($"A {KindName} is not a number.");

    /// <summary>The exact integer, when the value is a number that is one and fits.</summary>
    public virtual bool TryGetInt64(out long value)
    {
        value = 0;
        return false;
    }

    /// <summary>The member of that name, when this is an object that has it.</summary>
    public virtual bool TryGet(string key, out JqValue value)
    {
        value = Null;
        return false;
    }

    public void WriteTo(Utf8JsonWriter writer) => ValueWriter.Write(this, writer);

    /// <summary>Compact JSON with keys in insertion order, as jq prints it.</summary>
    public string ToJson() => ValueWriter.ToText(this, canonical: false);

    /// <summary>Compact JSON with sorted keys and normalised numbers: equal values give the same text.</summary>
    public string ToCanonicalJson() => ValueWriter.ToText(this, canonical: true);

    public bool Equals(JqValue? other) => other is not null && ValueOrder.AreEqual(this, other);

    public override bool Equals(object? obj) => Equals(obj as JqValue);

    public override int GetHashCode() => ValueOrder.Hash(this);

    public override string ToString() => ToJson();

    internal string KindName => Kind switch
    {
        JqKind.Null => "null",
        JqKind.False or JqKind.True => "boolean",
        JqKind.Number => "number",
        JqKind.String => "string",
        JqKind.Array => "array",
        _ => "object",
    };
}
