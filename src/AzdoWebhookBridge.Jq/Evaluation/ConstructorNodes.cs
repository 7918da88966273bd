using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary><c>[body]</c>.</summary>
internal sealed class CollectNode(Node body) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input)
    {
        if (body.Single)
        {
            var only = body.Eval(run, env, input);
            return only is null ? JqValue.EmptyArray : run.NewArray([only]);
        }

        var items = new List<JqValue>();
        foreach (var item in body.Stream(run, env, input))
        {
            run.Add(items, item);
        }

        return run.NewArrayOf(items);
    }
}

/// <summary><c>{a: x, (b): y}</c>: every combination of outputs, the first member being the outer loop.</summary>
internal sealed class ObjectNode : Node
{
    private readonly Node[] _keys;
    private readonly Node[] _values;

    public ObjectNode(Node[] keys, Node[] values)
    {
        _keys = keys;
        _values = values;
        Single = keys.All(key => key.Single) && values.All(value => value.Single);
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var builder = new ObjectBuilder();
        for (var i = 0; i < _keys.Length; i++)
        {
            var key = _keys[i].Eval(run, env, input);
            var value = key is null ? null : _values[i].Eval(run, env, input);
            if (value is null)
            {
                return null;
            }

            builder.Set(KeyText(key!), value);
        }

        return run.NewObject(builder);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) =>
        Single ? OnlyOf(run, env, input) : From(run, env, input, 0, (ObjectValue)JqValue.EmptyObject);

    private IEnumerable<JqValue> From(Run run, Env env, JqValue input, int member, ObjectValue soFar)
    {
        Run.EnsureStack();
        if (member == _keys.Length)
        {
            // Each was copied member by member.
            run.Steps(member);
            yield return soFar;
            yield break;
        }

        foreach (var key in _keys[member].Stream(run, env, input))
        {
            var name = KeyText(key);
            foreach (var value in _values[member].Stream(run, env, input))
            {
                run.Steps(4);
                foreach (var output in From(run, env, input, member + 1, (ObjectValue)run.Check(soFar.With(run, name, value))))
                {
                    yield return output;
                }
            }
        }
    }

    private static string KeyText(JqValue key) => key is StringValue text
        ? text.Text
        : throw new JqRuntimeException($"Cannot use {ErrorText.Describe(key)} as object key");
}

/// <summary>A string with interpolations; the last interpolation is the outer loop, as in jq.</summary>
internal sealed class InterpolationNode : Node
{
    private readonly Node[] _parts;

    public InterpolationNode(Node[] parts)
    {
        _parts = parts;
        Single = parts.All(part => part.Single);
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var texts = new string[_parts.Length];
        var length = 0L;
        for (var i = _parts.Length - 1; i >= 0; i--)
        {
            if (_parts[i].Eval(run, env, input) is not { } part)
            {
                return null;
            }

            texts[i] = part.AsString();
            length += texts[i].Length;
        }

        run.AllocateString(length);
        return StringValue.Create(string.Concat(texts));
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) =>
        Single ? OnlyOf(run, env, input) : From(run, env, input, _parts.Length - 1, string.Empty);

    private IEnumerable<JqValue> From(Run run, Env env, JqValue input, int part, string after)
    {
        Run.EnsureStack();
        if (part < 0)
        {
            yield return StringValue.Create(after);
            yield break;
        }

        foreach (var text in _parts[part].Stream(run, env, input))
        {
            run.Steps(4);
            run.AllocateString((long)text.AsString().Length + after.Length);
            foreach (var output in From(run, env, input, part - 1, string.Concat(text.AsString(), after)))
            {
                yield return output;
            }
        }
    }
}
