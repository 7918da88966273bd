using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>Reads containers with a stack of its own, for those too deep for the thread's.</summary>
internal static class DeepReader
{
    /// <summary>The level from which on <see cref="ValueReader"/> hands over.</summary>
    public const int FromLevel = 128;

    public delegate JqValue ScalarReader(ref Utf8JsonReader reader);

    public delegate string KeyReader(ref Utf8JsonReader reader);

    /// <summary>Reads the container whose start the reader is at.</summary>
    public static JqValue Read(ref Utf8JsonReader reader, ScalarReader readScalar, KeyReader readKey)
    {
        var outer = new Stack<Open>();
        var open = new Open(reader.TokenType);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    open.Key = readKey(ref reader);
                    break;
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    outer.Push(open);
                    open = new Open(reader.TokenType);
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    var container = open.Close();
                    if (outer.Count == 0)
                    {
                        return container;
                    }

                    open = outer.Pop();
                    open.Add(container);
                    break;
                default:
                    open.Add(readScalar(ref reader));
                    break;
            }
        }

        throw new JsonException();
    }

    private sealed class Open(JsonTokenType start)
    {
        private readonly List<JqValue>? _items = start == JsonTokenType.StartArray ? [] : null;
        private readonly ObjectBuilder? _members = start == JsonTokenType.StartObject ? new ObjectBuilder() : null;

        public string Key { get; set; } = string.Empty;

        public void Add(JqValue value)
        {
            if (_items is not null)
            {
                _items.Add(value);
            }
            else
            {
                _members!.Set(Key, value);
            }
        }

        public JqValue Close()
        {
            if (_items is null)
            {
                return _members!.Build();
            }

            return _items.Count == 0 ? JqValue.EmptyArray : new ArrayValue(_items.ToArray());
        }
    }
}
