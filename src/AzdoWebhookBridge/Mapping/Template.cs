using System.Text.Json;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>A value of a rule: objects and lists are taken as they are, and every string in them is jq.</summary>
internal abstract class Template
{
    /// <summary>How many expressions it takes to evaluate it once.</summary>
    public abstract int Expressions { get; }

    /// <summary>What tells two templates apart, for the fingerprint.</summary>
    public abstract void WriteCanonical(Utf8JsonWriter writer);

    internal sealed class Literal(JqValue value) : Template
    {
        public JqValue Value { get; } = value;

        public override int Expressions => 0;

        public override void WriteCanonical(Utf8JsonWriter writer)
        {
            writer.WriteStartArray();
            writer.WriteRawValue(Value.ToCanonicalJson(), skipInputValidation: true);
            writer.WriteEndArray();
        }
    }

    internal sealed class Expression(JqProgram program, string text) : Template
    {
        public JqProgram Program { get; } = program;

        public string Text { get; } = text;

        /// <summary>Whether the rules have it in more than one place; set while they are loaded.</summary>
        public bool IsRepeated { get; set; }

        public override int Expressions => 1;

        public override void WriteCanonical(Utf8JsonWriter writer) => writer.WriteStringValue(Text);
    }

    internal sealed class Object(IReadOnlyList<KeyValuePair<string, Template>> members) : Template
    {
        public IReadOnlyList<KeyValuePair<string, Template>> Members { get; } = members;

        public override int Expressions { get; } = members.Sum(member => member.Value.Expressions);

        /// <summary>Whether it asks the catalog for an entity instead of naming one.</summary>
        public bool IsSearch { get; } = members.Any(member => member.Key is "combinator" or "rules");

        public override void WriteCanonical(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            foreach (var (name, value) in Members.OrderBy(member => member.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                value.WriteCanonical(writer);
            }

            writer.WriteEndObject();
        }
    }

    internal sealed class List(IReadOnlyList<Template> items) : Template
    {
        public IReadOnlyList<Template> Items { get; } = items;

        public override int Expressions { get; } = items.Sum(item => item.Expressions);

        public override void WriteCanonical(Utf8JsonWriter writer)
        {
            // A literal is a list of one, so a list is marked.
            writer.WriteStartArray();
            writer.WriteNullValue();
            foreach (var item in Items)
            {
                item.WriteCanonical(writer);
            }

            writer.WriteEndArray();
        }
    }
}
