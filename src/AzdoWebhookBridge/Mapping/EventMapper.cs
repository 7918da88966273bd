using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// Applies rules to an event. Pure: the same rules and the same event make the same changes, wherever and whenever.
/// What goes wrong in a rule is in the explanation; nothing that a payload holds makes it throw.
/// </summary>
internal sealed class EventMapper
{
    private const int MaxItems = 5_000;

    private readonly MappingRules _rules;
    private readonly long _generation;
    private readonly EventInput _input;
    private readonly EventMemo _memo;
    private readonly ExpressionRunner _runner;
    private readonly ExplanationWriter _explanation;
    private readonly List<EntityChange> _outputs = [];
    private string? _eventType;
    private bool _matched;

    private EventMapper(MappingRules rules, long generation, EventInput input, EventMemo memo, ExplanationWriter explanation)
    {
        _rules = rules;
        _generation = generation;
        _input = input;
        _memo = memo;
        _runner = memo.Runner;
        _explanation = explanation;
    }

    public static MappingResult Map(MappingRules rules, long generation, EventInput input)
    {
        using var explanation = ExplanationWriter.Begin(generation);
        using var memo = EventMemo.Begin();
        return new EventMapper(rules, generation, input, memo, explanation).Map();
    }

    private MappingResult Map()
    {
        JqValue body;
        try
        {
            body = JqValue.Parse(WithoutMark(_input.Body.Span));
        }
        catch (JqParseException exception)
        {
            _explanation.Note($"the body is not JSON: {exception.Message}");
            return new MappingResult(MappingOutcome.Failed, [], [], _explanation.Finish(_rules.Rules));
        }

        var context = ReadContext();
        var members = _memo.Members;
        members[0] = KeyValuePair.Create("body", body);
        members[1] = KeyValuePair.Create("headers", context["headers"]);
        members[2] = KeyValuePair.Create("queryParams", context["queryParams"]);
        var root = JqValue.Object(members);

        _eventType = EventType(body);
        var isBackfill = _eventType?.StartsWith(BackfillEvents.Prefix, StringComparison.Ordinal) == true;
        if (isBackfill && !_input.IsBackfill)
        {
            _explanation.Note($"only the bridge itself makes events of type {BackfillEvents.Prefix}…; this one came in from outside");
        }
        else if (isBackfill && string.Equals(_eventType, BackfillEvents.Prune, StringComparison.Ordinal))
        {
            Prune(body);
        }
        else
        {
            foreach (var rule in _rules.For(_eventType))
            {
                Apply(rule, root);
            }
        }

        var outcome = _outputs.Count > 0 ? MappingOutcome.Folded : MappingOutcome.Ignored;
        if (_matched && !isBackfill && ResourceDetails.Missing(body) is { } missing)
        {
            _explanation.Note(missing);
            outcome = MappingOutcome.Incomplete;
        }

        var explanation = _explanation.Finish(_rules.Rules);
        return _input.IsTest
            ? new MappingResult(MappingOutcome.Test, [], _outputs, explanation)
            : new MappingResult(outcome, _outputs, _outputs, explanation);
    }

    // What a complete backfill did not find: named one by one, no rule needed.
    private void Prune(JqValue body)
    {
        foreach (var entity in body["resource"]["entities"].Items)
        {
            var key = new EntityKey(entity["target"].AsString(), entity["blueprint"].AsString(), entity["identifier"].AsString());
            double? rule = entity["version"] is { Kind: JqKind.Number } number ? number.AsDouble() : null;
            var version = new FieldVersion(rule, _input.EventTime, _input.EventKey, _generation, _outputs.Count);
            _outputs.Add(new EntityChange(key, ChangeKind.Delete, version, new FieldTexts([])));
        }

        _explanation.Note($"a backfill did not find {_outputs.Count} entities any more");
    }

    private JqValue ReadContext()
    {
        try
        {
            var context = JqValue.Parse(_input.Context.Span);
            if (context.Kind == JqKind.Object)
            {
                return context;
            }
        }
        catch (JqParseException)
        {
            // Said below.
        }

        _explanation.Note("headers and query parameters cannot be read");
        return JqValue.Object([KeyValuePair.Create("headers", JqValue.EmptyObject), KeyValuePair.Create("queryParams", JqValue.EmptyObject)]);
    }

    private void Apply(MappingRule rule, JqValue root)
    {
        var isForAll = rule.SaysBackfill(_eventType);
        if (rule.Filter is { Program: null, Constant: false } && !isForAll)
        {
            return;
        }

        _runner.Share(rule.Expressions);
        if (rule.ItemsToParse is not { } itemsToParse)
        {
            if (Matches(rule, root))
            {
                _explanation.BeginRule(rule);
                Write(rule, root);
                _explanation.EndRule();
            }

            return;
        }

        // A filter that needs no evaluation cannot see the item, so the rule is for the event before its items are known.
        isForAll |= rule.Filter.Program is null;
        if (isForAll)
        {
            _matched = true;
            _explanation.BeginRule(rule);
        }

        ApplyToItems(rule, root, itemsToParse.Program, isForAll);
        _explanation.EndRule();
    }

    private void ApplyToItems(MappingRule rule, JqValue root, JqProgram itemsToParse, bool begun)
    {
        var items = _runner.Run(itemsToParse, root);
        if (items is not { Kind: JqKind.Array })
        {
            if (begun)
            {
                _explanation.Skip(_runner.Error is { } error ? $"itemsToParse: {error}" : "itemsToParse gave no list");
            }
            else if (_runner.Error is { } filterError)
            {
                _explanation.FilterError(rule, $"itemsToParse: {filterError}");
            }

            return;
        }

        var limit = Math.Min(MaxItems, Math.Max(1, ExpressionRunner.MaxEvaluations / rule.Expressions));
        _runner.Share((long)Math.Min(items.Items.Count, limit) * rule.Expressions);
        var members = new KeyValuePair<string, JqValue>[4];
        root.Members.ToArray().CopyTo(members, 0);
        for (var index = 0; index < items.Items.Count; index++)
        {
            if (index == limit)
            {
                _explanation.Note($"{rule.Label}: only the first {limit} of {items.Items.Count} items are mapped");
                break;
            }

            members[3] = KeyValuePair.Create("item", items.Items[index]);
            var input = JqValue.Object(members);
            if (Matches(rule, input))
            {
                if (!begun)
                {
                    _explanation.BeginRule(rule);
                    begun = true;
                }

                Write(rule, input);
            }
        }
    }

    private bool Matches(MappingRule rule, JqValue input)
    {
        if (rule.Filter.Program is { } program && !rule.SaysBackfill(_eventType))
        {
            var answer = _runner.Run(program, input);
            if (_runner.Error is { } error)
            {
                _explanation.FilterError(rule, error);
            }

            // Port wants a boolean: 1 or "yes" are not true.
            if (answer is not { Kind: JqKind.True })
            {
                return false;
            }
        }

        _matched = true;
        return true;
    }

    private void Write(MappingRule rule, JqValue input)
    {
        if (ReadKey(rule, input) is not { } key)
        {
            return;
        }

        var version = new FieldVersion(ReadVersion(rule, input), _input.EventTime, _input.EventKey, _generation, _outputs.Count);
        var fields = _memo.Fields;
        fields.Clear();
        for (var index = 0; index < rule.Fields.Count; index++)
        {
            var field = rule.Fields[index];
            var value = _runner.Run(field.Value, input);
            if (_runner.Error is { } error)
            {
                _explanation.Error(field.Shown, error);
            }

            if (value is { IsNull: false })
            {
                if (TextOf(field, value) is { } json)
                {
                    fields.Add(KeyValuePair.Create(field.Path, json));
                }
            }
            else if (rule.SendNulls && _runner.Error is null && field.Kind is FieldKind.Property or FieldKind.Relation)
            {
                fields.Add(KeyValuePair.Create(field.Path, "null"));
            }
        }

        _outputs.Add(new EntityChange(key, rule.Kind, version, new FieldTexts([.. fields]), rule.DeleteDependents));
        _explanation.Entity(key, rule.Kind, fields.Count);
    }

    private string? TextOf(MappingField field, JqValue value)
    {
        if (_memo.TryGetText(field.Kind, value, out var known))
        {
            return known;
        }

        var json = FieldText.Write(field.Kind, value, out var problem);
        if (problem is not null)
        {
            _explanation.Error(field.Shown, problem);
        }
        else if (json is not null)
        {
            _memo.KeepText(field.Kind, value, json);
        }

        return json;
    }

    private EntityKey? ReadKey(MappingRule rule, JqValue input)
    {
        var value = _runner.Run(rule.Identifier, input);
        if (_runner.Error is { } error)
        {
            _explanation.Error("identifier", error);
            return null;
        }

        if (value is { Kind: JqKind.Object } && rule.Identifier is Template.Object { IsSearch: true })
        {
            return new EntityKey(rule.Target, rule.Blueprint, FieldText.Json(value));
        }

        if (value is null or { Kind: JqKind.Null })
        {
            _explanation.Skip("no identifier");
            return null;
        }

        if (FieldText.ReadIdentifier(value, out var identifier) is { } reason)
        {
            _explanation.Error("identifier", reason);
            return null;
        }

        return new EntityKey(rule.Target, rule.Blueprint, identifier);
    }

    private double? ReadVersion(MappingRule rule, JqValue input)
    {
        if (rule.Version is not { } template)
        {
            return null;
        }

        var version = FieldText.ReadVersion(_runner.Run(template, input), out var problem);
        if (_runner.Error is { } error)
        {
            _explanation.Error("version", error);
        }
        else if (problem is not null)
        {
            _explanation.Error("version", problem);
        }

        return version;
    }

    private static string? EventType(JqValue body) =>
        body.Kind == JqKind.Object && body.TryGet("eventType", out var eventType) && eventType.Kind == JqKind.String
            ? eventType.AsString()
            : null;

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> body) =>
        body.StartsWith([(byte)0xEF, (byte)0xBB, (byte)0xBF]) ? body[3..] : body;
}
