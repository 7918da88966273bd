using System.Diagnostics.CodeAnalysis;
using AzdoWebhookBridge.Jq;

namespace AzdoWebhookBridge.Mapping;

/// <summary>
/// What was evaluated and written for an event, since rules say much alike of it: the same expression on the same input is
/// evaluated once, and the same value becomes one text.
/// </summary>
internal sealed class EventMemo : IDisposable
{
    // More than any ordinary rule set repeats; looking through them costs less than evaluating.
    private const int MaxEntries = 32;

    // What the thread used for its last event: a thread maps one after another.
    [ThreadStatic]
    private static EventMemo? _idle;

    private readonly List<(Template.Expression Expression, JqValue? Value)> _values = [];
    private readonly List<(FieldKind Kind, JqValue Value, string Json)> _texts = [];
    private JqValue? _input;

    private EventMemo() => Runner = new ExpressionRunner(this);

    /// <summary>Evaluates for the event, with the budgets of one.</summary>
    public ExpressionRunner Runner { get; }

    /// <summary>Room for the members of an expression's input.</summary>
    public KeyValuePair<string, JqValue>[] Members { get; } = new KeyValuePair<string, JqValue>[3];

    /// <summary>Room to collect the fields of one change.</summary>
    public List<KeyValuePair<string, string>> Fields { get; } = [];

    public static EventMemo Begin()
    {
        var memo = _idle ?? new EventMemo();
        _idle = null;
        memo.Runner.Restart();
        return memo;
    }

    public bool TryGetValue(Template.Expression expression, JqValue input, out JqValue? value)
    {
        if (ReferenceEquals(input, _input))
        {
            foreach (var (known, result) in _values)
            {
                if (ReferenceEquals(known, expression))
                {
                    value = result;
                    return true;
                }
            }
        }

        value = null;
        return false;
    }

    public void KeepValue(Template.Expression expression, JqValue input, JqValue? value)
    {
        if (!ReferenceEquals(input, _input))
        {
            _values.Clear();
            _input = input;
        }

        if (_values.Count < MaxEntries)
        {
            _values.Add((expression, value));
        }
    }

    public bool TryGetText(FieldKind kind, JqValue value, [NotNullWhen(true)] out string? json)
    {
        foreach (var (knownKind, known, text) in _texts)
        {
            if (ReferenceEquals(known, value) && knownKind == kind)
            {
                json = text;
                return true;
            }
        }

        json = null;
        return false;
    }

    public void KeepText(FieldKind kind, JqValue value, string json)
    {
        if (_texts.Count < MaxEntries)
        {
            _texts.Add((kind, value, json));
        }
    }

    public void Dispose()
    {
        _values.Clear();
        _texts.Clear();
        Fields.Clear();
        Members.AsSpan().Clear();
        _input = null;
        _idle = this;
    }
}
