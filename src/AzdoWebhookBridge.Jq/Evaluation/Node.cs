namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>
/// A compiled expression. A node that yields at most one value (<see cref="Single"/>) is evaluated by a plain call;
/// only real generators pay for iterators.
/// </summary>
internal abstract class Node
{
    /// <summary>At most one output. The compiler knows it for paths, literals, arithmetic and most builtins.</summary>
    public bool Single { get; protected init; }

    /// <summary>The first output, or null (the C# one) when there is none.</summary>
    public abstract JqValue? Eval(Run run, Env env, JqValue input);

    public abstract IEnumerable<JqValue> Stream(Run run, Env env, JqValue input);

    /// <summary>At most one output in that environment: <see cref="Single"/> cannot know what closures will be.</summary>
    public virtual bool IsSingleIn(Env env) => Single;

    /// <summary>The outputs as the end of a function's body, where calls are handed back instead of made.</summary>
    public virtual Tail ToTail(Run run, Env env, JqValue input) =>
        Single ? Tail.Of(Eval(run, env, input)) : Tail.Of(Stream(run, env, input));

    /// <summary>
    /// The first output of <c>this | next</c>. Most mappings ask a generator only for the first output that passes some tests;
    /// nodes that can, hand theirs to <paramref name="next"/> one by one instead of making an iterator.
    /// </summary>
    public virtual JqValue? FirstThrough(Run run, Env env, JqValue input, Node next, Env nextEnv)
    {
        if (Single)
        {
            return Eval(run, env, input) is { } only ? next.Eval(run, nextEnv, only) : null;
        }

        foreach (var value in Stream(run, env, input))
        {
            run.Step();
            if (next.Eval(run, nextEnv, value) is { } output)
            {
                return output;
            }
        }

        return null;
    }

    /// <summary>
    /// Outputs as places in the input. An expression that computes a value ends the path, which is an error only when
    /// the path is used; passing its input through, as <c>select</c> does, keeps it.
    /// </summary>
    public virtual IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var value in Stream(run, env, at.Value))
        {
            yield return at.With(value);
        }
    }

    /// <summary>Whether there is at most one place, so that <see cref="Path"/> can give it without an iterator.</summary>
    public bool IsSinglePath { get; protected init; }

    public virtual PathPoint? Path(Run run, Env env, PathPoint at) => throw new NotSupportedException();

    /// <summary>The stream of a node that turned out to have one output at most.</summary>
    protected IEnumerable<JqValue> OnlyOf(Run run, Env env, JqValue input)
    {
        var value = Eval(run, env, input);
        if (value is not null)
        {
            yield return value;
        }
    }

    protected JqValue? FirstOfStream(Run run, Env env, JqValue input)
    {
        foreach (var value in Stream(run, env, input))
        {
            return value;
        }

        return null;
    }
}

/// <summary>A node that always has at most one output.</summary>
internal abstract class SingleNode : Node
{
    protected SingleNode() => Single = true;

    public sealed override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) => OnlyOf(run, env, input);
}

/// <summary>A node that is always evaluated as a generator.</summary>
internal abstract class StreamNode : Node
{
    public override JqValue? Eval(Run run, Env env, JqValue input) => FirstOfStream(run, env, input);
}

/// <summary>
/// A place in the input of <c>path(...)</c>: the keys that led to the last place, the value found there, and the value that
/// the expression has reached since. Only while both are the same one is it a path.
/// </summary>
internal readonly record struct PathPoint
{
    private readonly JqValue _found;

    public PathPoint(PathLink? link, JqValue found)
    {
        Link = link;
        _found = found;
        Value = found;
    }

    public PathLink? Link { get; }

    public JqValue Value { get; private init; }

    public bool Broken =>
        !ReferenceEquals(Value, _found) && (Value.Kind > JqKind.True || Value.Kind != _found.Kind);

    /// <summary>The same place with another value at hand.</summary>
    public PathPoint With(JqValue value) => this with { Value = value };

    public PathPoint Child(JqValue key, JqValue value) => new(new PathLink(Link, key), value);

    public JqValue ToValue(Run run)
    {
        var keys = ToKeys(run);
        return keys.Length == 0 ? JqValue.EmptyArray : new Values.ArrayValue(keys);
    }

    public JqValue[] ToKeys(Run run)
    {
        if (Broken)
        {
            throw new JqRuntimeException($"Invalid path expression with result {ErrorText.Preview(Value)}");
        }

        if (Link is null)
        {
            return [];
        }

        run.Steps(Link.Length >> 1);
        run.Allocate(Link.Length * 8L);
        var keys = new JqValue[Link.Length];
        for (var link = Link; link is not null; link = link.Parent)
        {
            keys[link.Length - 1] = link.Key;
        }

        return keys;
    }

    public void CheckAccess(JqValue key)
    {
        if (Broken)
        {
            throw new JqRuntimeException(
                $"Invalid path expression near attempt to access element {ErrorText.Preview(key)} of {ErrorText.Preview(Value)}");
        }
    }

    public void CheckIterate()
    {
        if (Broken)
        {
            throw new JqRuntimeException($"Invalid path expression near attempt to iterate through {ErrorText.Preview(Value)}");
        }
    }
}

internal sealed class PathLink(PathLink? parent, JqValue key)
{
    public PathLink? Parent => parent;

    public JqValue Key => key;

    public int Length { get; } = (parent?.Length ?? 0) + 1;
}
