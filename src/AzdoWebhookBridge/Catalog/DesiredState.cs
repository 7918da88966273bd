using System.Text.Json;

namespace AzdoWebhookBridge.Catalog;

/// <summary>What a catalog should say about an entity, as canonical JSON: equal states have equal texts.</summary>
internal static class DesiredState
{
    /// <summary>The state of an entity that should not be there.</summary>
    public const string Absent = "null";

    /// <summary>Renders the visible fields; a path <c>a/b</c> becomes member <c>b</c> of object <c>a</c>.</summary>
    public static string Render(EntityDocument document)
    {
        if (!document.Exists)
        {
            return Absent;
        }

        var canonical = CanonicalWriter.Begin();
        var writer = canonical.Json;
        writer.WriteStartObject();
        ReadOnlySpan<char> open = default;
        // Ordinal order of the paths keeps the members of one object together.
        foreach (var (path, field) in document.Fields)
        {
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            var parent = path.AsSpan(0, Math.Max(slash, 0));
            if (!open.SequenceEqual(parent))
            {
                if (!open.IsEmpty)
                {
                    writer.WriteEndObject();
                }

                if (!parent.IsEmpty)
                {
                    writer.WriteStartObject(parent);
                }

                open = parent;
            }

            writer.WritePropertyName(path.AsSpan(slash + 1));
            writer.WriteRawValue(field.Json, skipInputValidation: true);
        }

        if (!open.IsEmpty)
        {
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        return canonical.EndAsText();
    }

    /// <summary>
    /// Paths that the catalog may have from us, by what it was <paramref name="told"/> and by what an attempt of unknown outcome was
    /// <paramref name="sending"/>, and that <paramref name="desired"/> does not have: to be cleared. In ordinal order.
    /// </summary>
    public static IReadOnlyList<string> Cleared(string desired, string? told, string? sending)
    {
        if (desired == Absent || ((told is null or Absent) && (sending is null or Absent)) || (told == desired && sending is null))
        {
            return [];
        }

        var paths = new SortedSet<string>(StringComparer.Ordinal);
        AddPaths(paths, told);
        AddPaths(paths, sending);
        var kept = new SortedSet<string>(StringComparer.Ordinal);
        AddPaths(kept, desired);
        paths.ExceptWith(kept);
        return [.. paths];
    }

    /// <summary>
    /// What a catalog may have after an attempt of unknown outcome: every path of both, <paramref name="desired"/> first.
    /// Only the paths matter; they are what a later delivery has to clear.
    /// </summary>
    public static string Union(string desired, string? sending)
    {
        if (sending is null or Absent || sending == desired)
        {
            return desired;
        }

        if (desired == Absent)
        {
            // A delete of unknown outcome clears nothing for certain.
            return sending;
        }

        using var first = JsonDocument.Parse(desired, EntityDocumentJson.ReaderOptions);
        using var second = JsonDocument.Parse(sending, EntityDocumentJson.ReaderOptions);
        var canonical = CanonicalWriter.Begin();
        WriteUnion(canonical.Json, first.RootElement, second.RootElement, depth: 0);
        return canonical.EndAsText();
    }

    private static void WriteUnion(Utf8JsonWriter writer, JsonElement first, JsonElement second, int depth)
    {
        writer.WriteStartObject();
        foreach (var member in first.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (depth == 0 && member.Value.ValueKind == JsonValueKind.Object && IsContainer(member.Name)
                && second.TryGetProperty(member.Name, out var other) && other.ValueKind == JsonValueKind.Object)
            {
                WriteUnion(writer, member.Value, other, depth + 1);
            }
            else
            {
                member.Value.WriteTo(writer);
            }
        }

        foreach (var member in second.EnumerateObject())
        {
            if (!first.TryGetProperty(member.Name, out _))
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }

    private static void AddPaths(SortedSet<string> paths, string? state)
    {
        if (state is null or Absent)
        {
            return;
        }

        using var json = JsonDocument.Parse(state, EntityDocumentJson.ReaderOptions);
        foreach (var member in json.RootElement.EnumerateObject())
        {
            if (IsContainer(member.Name) && member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var inner in member.Value.EnumerateObject())
                {
                    paths.Add($"{member.Name}/{inner.Name}");
                }
            }
            else
            {
                paths.Add(member.Name);
            }
        }
    }

    // "team" may be an object too (a search); only these hold fields of their own.
    private static bool IsContainer(string name) => name is "properties" or "relations" or "repository" or "service";
}
