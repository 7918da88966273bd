namespace AzdoWebhookBridge.Mapping.Loading;

/// <summary>One value of a mapping file, YAML or JSON, that still knows where it stands.</summary>
/// <param name="Line">Line of its first character, from 1.</param>
/// <param name="Column">Column of its first character, from 1.</param>
internal abstract record DocumentNode(int Line, int Column)
{
    /// <summary>What people call it.</summary>
    public abstract string KindName { get; }
}

/// <summary>A string, or a bare word of YAML.</summary>
internal sealed record ScalarNode(string Value, ScalarStyle Style, int Index, int Line, int Column) : DocumentNode(Line, Column)
{
    public override string KindName => PlainScalar.IsString(this) ? "a string" : PlainScalar.IsNull(this) ? "null" : "a literal";
}

internal sealed record SequenceNode(IReadOnlyList<DocumentNode> Items, int Line, int Column) : DocumentNode(Line, Column)
{
    public override string KindName => "a list";
}

internal sealed record MappingNode(IReadOnlyList<MappingEntry> Entries, int Line, int Column) : DocumentNode(Line, Column)
{
    public override string KindName => "an object";

    public DocumentNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (string.Equals(entry.Key.Value, key, StringComparison.Ordinal))
            {
                return entry.Value;
            }
        }

        return null;
    }
}

internal sealed record MappingEntry(ScalarNode Key, DocumentNode Value);

/// <summary>How a scalar is written, which decides where its characters stand in the file.</summary>
internal enum ScalarStyle
{
    Plain,
    SingleQuoted,

    /// <summary>Also a JSON string.</summary>
    DoubleQuoted,
    Literal,
    Folded,
}

/// <summary>Text that is neither YAML nor JSON, or uses what mapping files may not use.</summary>
internal sealed class DocumentException(string message, int line, int column) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
