using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

internal sealed class IdentityNode : SingleNode
{
    public static readonly IdentityNode Instance = new();

    private IdentityNode() => IsSinglePath = true;

    public override JqValue Eval(Run run, Env env, JqValue input) => input;

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        yield return at;
    }

    public override PathPoint? Path(Run run, Env env, PathPoint at) => at;
}

/// <summary><c>.a</c>, with or without <c>?</c>.</summary>
internal sealed class FieldNode : Node
{
    private readonly Node _target;
    private readonly MemberName _name;
    private readonly JqValue _key;
    private readonly bool _optional;

    public FieldNode(Node target, string name, bool optional)
    {
        _target = target;
        _name = new MemberName(name);
        _key = JqValue.From(name);
        _optional = optional;
        Single = target.Single;
        IsSinglePath = target.IsSinglePath;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var target = ReferenceEquals(_target, IdentityNode.Instance) ? input : _target.Eval(run, env, input);
        return target is ObjectValue obj ? _name.Of(obj) : Rest(target);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var target in _target.Stream(run, env, input))
        {
            run.Step();
            var value = target is ObjectValue obj ? _name.Of(obj) : Rest(target);
            if (value is not null)
            {
                yield return value;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var target in _target.Paths(run, env, at))
        {
            if (Below(run, target) is { } place)
            {
                yield return place;
            }
        }
    }

    public override PathPoint? Path(Run run, Env env, PathPoint at) =>
        _target.Path(run, env, at) is { } target ? Below(run, target) : null;

    private PathPoint? Below(Run run, PathPoint target)
    {
        run.Step();
        if (_optional && target.Broken)
        {
            return null;
        }

        target.CheckAccess(_key);
        var value = target.Value is ObjectValue obj ? _name.Of(obj) : Rest(target.Value);
        return value is null ? null : target.Child(_key, value);
    }

    private JqValue? Rest(JqValue? target)
    {
        if (target is null || target.IsNull)
        {
            return target;
        }

        return _optional ? null : throw ErrorText.Index(target, _key);
    }
}

/// <summary><c>.[key]</c> and slices: the key is evaluated first, against the same input.</summary>
internal sealed class IndexNode : Node
{
    private readonly Node _target;
    private readonly Node _key;
    private readonly bool _optional;

    public IndexNode(Node target, Node key, bool optional)
    {
        _target = target;
        _key = key;
        _optional = optional;
        Single = target.Single && key.Single;
        IsSinglePath = target.IsSinglePath && key.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var key = _key.Eval(run, env, input);
        var target = key is null ? null : _target.Eval(run, env, input);
        return target is null ? null : Access(run, target, key!);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var key in _key.Stream(run, env, input))
        {
            foreach (var target in _target.Stream(run, env, input))
            {
                run.Step();
                var value = Access(run, target, key);
                if (value is not null)
                {
                    yield return value;
                }
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var key in _key.Stream(run, env, at.Value))
        {
            foreach (var target in _target.Paths(run, env, at))
            {
                if (Below(run, target, key) is { } place)
                {
                    yield return place;
                }
            }
        }
    }

    public override PathPoint? Path(Run run, Env env, PathPoint at)
    {
        var key = _key.Eval(run, env, at.Value);
        return key is not null && _target.Path(run, env, at) is { } target ? Below(run, target, key) : null;
    }

    private PathPoint? Below(Run run, PathPoint target, JqValue key)
    {
        run.Step();
        if (_optional && target.Broken)
        {
            return null;
        }

        target.CheckAccess(key);
        var value = Access(run, target.Value, key);
        return value is null ? null : target.Child(key, value);
    }

    private JqValue? Access(Run run, JqValue target, JqValue key)
    {
        if (PathOperations.TryIndex(run, target, key, out var value))
        {
            return value;
        }

        return _optional ? null : throw PathOperations.IndexError(target, key);
    }
}

/// <summary>Builds the key of a slice, an object with <c>start</c> and <c>end</c> as jq has it.</summary>
internal sealed class SliceKeyNode : Node
{
    private static readonly string[] Keys = ["start", "end"];

    private readonly Node _from;
    private readonly Node _to;

    public SliceKeyNode(Node from, Node to)
    {
        _from = from;
        _to = to;
        Single = from.Single && to.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var from = _from.Eval(run, env, input);
        var to = from is null ? null : _to.Eval(run, env, input);
        return to is null ? null : new ObjectValue(Keys, [from!, to]);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var from in _from.Stream(run, env, input))
        {
            foreach (var to in _to.Stream(run, env, input))
            {
                run.Step();
                yield return new ObjectValue(Keys, [from, to]);
            }
        }
    }
}

/// <summary><c>.[]</c>, with or without <c>?</c>.</summary>
internal sealed class IterateNode(Node target, bool optional) : StreamNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!target.Single)
        {
            return FirstOfStream(run, env, input);
        }

        var container = target.Eval(run, env, input);
        var children = container is null ? [] : Children(container);
        return children.Length > 0 ? children[0] : null;
    }

    public override JqValue? FirstThrough(Run run, Env env, JqValue input, Node next, Env nextEnv)
    {
        if (!target.Single)
        {
            return base.FirstThrough(run, env, input, next, nextEnv);
        }

        var container = target.Eval(run, env, input);
        foreach (var child in container is null ? [] : Children(container))
        {
            run.Step();
            if (next.Eval(run, nextEnv, child) is { } output)
            {
                return output;
            }
        }

        return null;
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        if (target.Single)
        {
            var container = target.Eval(run, env, input);
            if (container is null)
            {
                yield break;
            }

            foreach (var child in Children(container))
            {
                run.Step();
                yield return child;
            }

            yield break;
        }

        foreach (var container in target.Stream(run, env, input))
        {
            foreach (var child in Children(container))
            {
                run.Step();
                yield return child;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var container in target.Paths(run, env, at))
        {
            if (optional && container.Broken)
            {
                continue;
            }

            container.CheckIterate();
            var children = Children(container.Value);
            for (var i = 0; i < children.Length; i++)
            {
                run.Step();
                yield return container.Child(KeyOf(container.Value, i), children[i]);
            }
        }
    }

    /// <summary>The key of the child with that position.</summary>
    public static JqValue KeyOf(JqValue container, int position) =>
        container is ObjectValue obj ? StringValue.Trusted(obj.Keys[position]) : JqValue.From((long)position);

    private JqValue[] Children(JqValue container) => container switch
    {
        ArrayValue array => array.Elements,
        ObjectValue obj => obj.Values,
        _ => optional ? [] : throw ErrorText.Iterate(container),
    };
}

/// <summary><c>..</c> and <c>recurse</c>: every value below and including the input, without recursion.</summary>
internal sealed class DescendNode : StreamNode
{
    public static readonly DescendNode Instance = new();

    public override JqValue Eval(Run run, Env env, JqValue input) => input;

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var point in Paths(run, env, new PathPoint(null, input)))
        {
            yield return point.Value;
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        var open = new Stack<(PathPoint At, int Next)>();
        yield return at;
        open.Push((at, 0));
        while (open.Count > 0)
        {
            var (container, next) = open.Pop();
            var children = container.Value switch
            {
                ArrayValue array => array.Elements,
                ObjectValue obj => obj.Values,
                _ => [],
            };
            if (next >= children.Length)
            {
                continue;
            }

            container.CheckIterate();
            run.Step();
            open.Push((container, next + 1));
            var child = container.Child(IterateNode.KeyOf(container.Value, next), children[next]);
            yield return child;
            open.Push((child, 0));
        }
    }
}
