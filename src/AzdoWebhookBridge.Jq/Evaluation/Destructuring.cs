using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>
/// A pattern, compiled to steps in the order of the text. Each variable is one link of the environment, so a key
/// expression may use the variables before it. With alternatives (<c>?//</c>) the variables of all patterns are bound,
/// null where the matching pattern has none.
/// </summary>
internal sealed class Destructuring(PatternNode pattern, int variables, int[]? links)
{
    /// <summary>The whole value in one variable, with nothing to match.</summary>
    public bool IsVariable { get; } = pattern is VariablePatternNode && links is null;

    public IEnumerable<Env> Bind(Run run, Env env, JqValue value, JqValue input)
    {
        if (IsVariable)
        {
            return [env.Bind(value)];
        }

        var bound = pattern.Match(run, env, value, input);
        return links is null ? bound : Gather(env, bound);
    }

    private IEnumerable<Env> Gather(Env env, IEnumerable<Env> bound)
    {
        foreach (var own in bound)
        {
            var values = new JqValue[variables];
            var link = own;
            for (var i = variables - 1; i >= 0; i--)
            {
                values[i] = link.Value!;
                link = link.Parent!;
            }

            var all = env;
            foreach (var index in links!)
            {
                all = all.Bind(index < 0 ? JqValue.Null : values[index]);
            }

            yield return all;
        }
    }
}

internal abstract class PatternNode
{
    public abstract IEnumerable<Env> Match(Run run, Env env, JqValue value, JqValue input);
}

internal sealed class VariablePatternNode : PatternNode
{
    public static readonly VariablePatternNode Instance = new();

    public override IEnumerable<Env> Match(Run run, Env env, JqValue value, JqValue input)
    {
        yield return env.Bind(value);
    }
}

internal sealed class ArrayPatternNode(PatternNode[] items) : PatternNode
{
    public override IEnumerable<Env> Match(Run run, Env env, JqValue value, JqValue input) => From(run, env, value, input, 0);

    private IEnumerable<Env> From(Run run, Env env, JqValue value, JqValue input, int item)
    {
        // Inside the iterator, so that an alternative pattern gets its turn after the error.
        if (value is not ArrayValue && !value.IsNull)
        {
            throw ErrorText.Index(value, JqValue.From(0L));
        }

        // Plain variables need no level of their own.
        Run.EnsureStack();
        for (; item < items.Length - 1 && items[item] is VariablePatternNode; item++)
        {
            run.Step();
            env = env.Bind(value[item]);
        }

        foreach (var bound in items[item].Match(run, env, value[item], input))
        {
            if (item == items.Length - 1)
            {
                yield return bound;
                continue;
            }

            run.Step();
            foreach (var rest in From(run, bound, value, input, item + 1))
            {
                yield return rest;
            }
        }
    }
}

/// <summary>Keys are evaluated against the input of the whole expression, as in jq.</summary>
internal sealed class ObjectPatternNode((Node Key, bool BindsMember, PatternNode? Value)[] entries) : PatternNode
{
    public override IEnumerable<Env> Match(Run run, Env env, JqValue value, JqValue input) => From(run, env, value, input, 0);

    private IEnumerable<Env> From(Run run, Env env, JqValue value, JqValue input, int entry)
    {
        Run.EnsureStack();
        if (entry == entries.Length)
        {
            yield return env;
            yield break;
        }

        var (keyNode, bindsMember, pattern) = entries[entry];
        foreach (var key in keyNode.Stream(run, env, input))
        {
            run.Step();
            if (key is not StringValue)
            {
                throw ErrorText.Index(value, key);
            }

            if (!PathOperations.TryIndex(run, value, key, out var member))
            {
                throw PathOperations.IndexError(value, key);
            }

            var own = bindsMember ? env.Bind(member) : env;
            foreach (var bound in pattern is null ? [own] : pattern.Match(run, own, member, input))
            {
                foreach (var rest in From(run, bound, value, input, entry + 1))
                {
                    yield return rest;
                }
            }
        }
    }
}
