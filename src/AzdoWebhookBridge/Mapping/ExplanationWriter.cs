using System.Buffers;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// Writes what each rule did with an event, small enough to be kept with every event and without anything of the payload but
/// identifiers:
/// <code>
/// {"generation":1,
///  "rules":[{"rule":"port[7] work item",
///            "entities":[{"target":"port","blueprint":"azure_devops_work_item","identifier":"5","operation":"upsert","fields":9}],
///            "errors":[{"field":"properties.url","error":"…"}],"skipped":"no identifier"}],
///  "notMatched":{"port":[0,1],"konnect":[0]},
///  "filterErrors":[{"rule":"port[2]","error":"…"}],
///  "notes":["…"]}
/// </code>
/// Members without content are left out. Only rules that were for the event are under <c>rules</c>.
/// </summary>
internal sealed class ExplanationWriter : IDisposable
{
    private const int MaxEntities = 50;
    private const int MaxErrors = 50;
    private const int MaxKeptBuffer = 16 * 1024;

    private static readonly JsonEncodedText TargetName = JsonEncodedText.Encode("target");
    private static readonly JsonEncodedText BlueprintName = JsonEncodedText.Encode("blueprint");
    private static readonly JsonEncodedText IdentifierName = JsonEncodedText.Encode("identifier");
    private static readonly JsonEncodedText OperationName = JsonEncodedText.Encode("operation");
    private static readonly JsonEncodedText FieldsName = JsonEncodedText.Encode("fields");

    // What the thread wrote its last explanation with: a thread writes one after another.
    [ThreadStatic]
    private static ExplanationWriter? _idle;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;
    private readonly List<MappingRule> _rules = [];
    private List<(string Field, string Error)>? _errors;
    private List<(string Rule, string Error)>? _filterErrors;
    private List<string>? _notes;
    private MappingRule? _rule;
    private string? _skipped;
    private int _entities;
    private int _moreErrors;

    private ExplanationWriter() => _writer = new Utf8JsonWriter(_buffer, CanonicalWriter.Options);

    public static ExplanationWriter Begin(long generation)
    {
        var explanation = _idle ?? new ExplanationWriter();
        _idle = null;
        explanation._writer.WriteStartObject();
        explanation._writer.WriteNumber("generation"u8, generation);
        return explanation;
    }

    /// <summary>Begins what a rule did that is for the event.</summary>
    public void BeginRule(MappingRule rule)
    {
        if (_rules.Count == 0)
        {
            _writer.WriteStartArray("rules"u8);
        }

        _rules.Add(rule);
        _rule = rule;
        _errors?.Clear();
        (_skipped, _entities, _moreErrors) = (null, 0, 0);
        _writer.WriteStartObject();
        _writer.WriteString("rule"u8, rule.Label);
    }

    public void Entity(EntityKey key, ChangeKind kind, int fields)
    {
        if (_entities++ == 0)
        {
            _writer.WriteStartArray("entities"u8);
        }

        if (_entities > MaxEntities)
        {
            return;
        }

        _writer.WriteStartObject();
        _writer.WriteString(TargetName, key.Target);
        _writer.WriteString(BlueprintName, key.Blueprint);
        _writer.WriteString(IdentifierName, key.Identifier);
        _writer.WriteString(OperationName, kind == ChangeKind.Delete ? "delete"u8 : "upsert"u8);
        _writer.WriteNumber(FieldsName, fields);
        _writer.WriteEndObject();
    }

    /// <summary>A field that is left out, or not written whole.</summary>
    public void Error(string field, string error)
    {
        _errors ??= [];
        if (_errors.Count < MaxErrors)
        {
            _errors.Add((field, error));
        }
        else
        {
            _moreErrors++;
        }
    }

    /// <summary>Why the rule made no entity of the event, or of one of its items.</summary>
    public void Skip(string reason) => _skipped = reason;

    /// <summary>Ends the rule; does nothing when none was begun.</summary>
    public void EndRule()
    {
        if (_rule is null)
        {
            return;
        }

        if (_entities > 0)
        {
            _writer.WriteEndArray();
        }

        if (_entities > MaxEntities)
        {
            _writer.WriteNumber("moreEntities"u8, _entities - MaxEntities);
        }

        if (_errors is { Count: > 0 })
        {
            _writer.WriteStartArray("errors"u8);
            foreach (var (field, error) in _errors)
            {
                _writer.WriteStartObject();
                _writer.WriteString("field"u8, field);
                _writer.WriteString("error"u8, FieldText.Clean(error));
                _writer.WriteEndObject();
            }

            _writer.WriteEndArray();
        }

        if (_moreErrors > 0)
        {
            _writer.WriteNumber("moreErrors"u8, _moreErrors);
        }

        if (_skipped is not null)
        {
            _writer.WriteString("skipped"u8, _skipped);
        }

        _writer.WriteEndObject();
        _rule = null;
    }

    public void FilterError(MappingRule rule, string error)
    {
        _filterErrors ??= [];
        if (_filterErrors.Count < MaxErrors)
        {
            _filterErrors.Add((rule.Label, error));
        }
    }

    public void Note(string note) => (_notes ??= []).Add(note);

    /// <param name="all">All rules, in the order in which they were begun.</param>
    public string Finish(IReadOnlyList<MappingRule> all)
    {
        if (_rules.Count > 0)
        {
            _writer.WriteEndArray();
        }

        WriteNotMatched(all);
        if (_filterErrors is not null)
        {
            _writer.WriteStartArray("filterErrors"u8);
            foreach (var (rule, error) in _filterErrors)
            {
                _writer.WriteStartObject();
                _writer.WriteString("rule"u8, rule);
                _writer.WriteString("error"u8, FieldText.Clean(error));
                _writer.WriteEndObject();
            }

            _writer.WriteEndArray();
        }

        if (_notes is not null)
        {
            _writer.WriteStartArray("notes"u8);
            foreach (var note in _notes)
            {
                _writer.WriteStringValue(note);
            }

            _writer.WriteEndArray();
        }

        _writer.WriteEndObject();
        _writer.Flush();
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    public void Dispose()
    {
        if (_buffer.Capacity > MaxKeptBuffer)
        {
            _writer.Dispose();
            return;
        }

        _writer.Reset();
        _buffer.ResetWrittenCount();
        _rules.Clear();
        (_errors, _filterErrors, _notes, _rule) = (null, null, null, null);
        _idle = this;
    }

    private void WriteNotMatched(IReadOnlyList<MappingRule> all)
    {
        // Both lists are in the order of the rules.
        var matched = 0;
        string? target = null;
        for (var index = 0; index < all.Count; index++)
        {
            var rule = all[index];
            if (matched < _rules.Count && ReferenceEquals(_rules[matched], rule))
            {
                matched++;
                continue;
            }

            if (target is null)
            {
                _writer.WriteStartObject("notMatched"u8);
            }

            if (!string.Equals(target, rule.Target, StringComparison.Ordinal))
            {
                if (target is not null)
                {
                    _writer.WriteEndArray();
                }

                target = rule.Target;
                _writer.WriteStartArray(target);
            }

            _writer.WriteNumberValue(rule.Index);
        }

        if (target is not null)
        {
            _writer.WriteEndArray();
            _writer.WriteEndObject();
        }
    }
}
