using System.Buffers;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Mapping.Live;

namespace AzdoWebhookBridge.Api;

/// <summary>The mapping as operators see it: the rules in force, and what rules would make of an event.</summary>
internal sealed class MappingInspector(MappingProvider mapping) : IMappingInspector
{
    private const string PreviewFile = "preview";

    public JsonElement Summarize() => Write(writer =>
    {
        var active = mapping.Current;
        writer.WriteString("source"u8, active.Source);
        writer.WriteNumber("generation"u8, active.Generation);
        writer.WriteString("loadedAt"u8, active.LoadedAt);
        writer.WriteNumber("rules"u8, active.Rules.Rules.Count);
        WriteProblems(writer, "warnings", active.Warnings);
        if (mapping.Refused is { } refused)
        {
            writer.WriteString("refusedSince"u8, refused.Since);
            WriteProblems(writer, "refused", refused.Problems);
        }

        writer.WriteString("text"u8, active.Text);
    });

    public Task<JsonElement> PreviewAsync(
        string? rules, ReadOnlyMemory<byte> eventBody, ReadOnlyMemory<byte>? context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var active = mapping.Current;
        var loaded = rules is null ? null : MappingLoader.Load(rules, PreviewFile, mapping.Environment);
        var answer = Write(writer =>
        {
            WriteProblems(writer, "problems", loaded?.Problems ?? []);
            WriteProblems(writer, "warnings", loaded?.Warnings ?? active.Warnings);
            if ((loaded is null ? active.Rules : loaded.Rules) is { } chosen)
            {
                WriteResult(writer, EventMapper.Map(chosen, active.Generation, new EventInput
                {
                    Body = eventBody,
                    Context = context ?? EventInput.NoContext,
                    EventKey = PreviewFile,
                    EventTime = 0,
                    IsBackfill = true,
                }));
            }
        });
        return Task.FromResult(answer);
    }

    private static void WriteResult(Utf8JsonWriter writer, MappingResult result)
    {
        writer.WriteString("outcome"u8, result.Outcome.ToString().ToLowerInvariant());
        writer.WriteStartArray("entities"u8);
        foreach (var output in result.Outputs)
        {
            writer.WriteStartObject();
            writer.WriteString("target"u8, output.Key.Target);
            writer.WriteString("blueprint"u8, output.Key.Blueprint);
            writer.WriteString("identifier"u8, output.Key.Identifier);
            writer.WriteString("operation"u8, output.Kind == ChangeKind.Delete ? "delete"u8 : "create"u8);
            writer.WritePropertyName("entity"u8);
            writer.WriteRawValue(DesiredState.Render(Fold.Apply(EntityDocument.Empty, output)));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("explanation"u8);
        writer.WriteRawValue(result.Explanation);
    }

    private static void WriteProblems(Utf8JsonWriter writer, string name, IReadOnlyList<MappingProblem> problems)
    {
        writer.WriteStartArray(name);
        foreach (var problem in problems)
        {
            writer.WriteStringValue(problem.ToString());
        }

        writer.WriteEndArray();
    }

    private static JsonElement Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory, EntityDocumentJson.ReaderOptions);
        return document.RootElement.Clone();
    }
}
