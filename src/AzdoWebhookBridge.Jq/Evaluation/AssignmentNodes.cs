using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary><c>paths = value</c>: one output per value, which is computed from the whole input.</summary>
internal sealed class AssignNode : Node
{
    private readonly Node _paths;
    private readonly Node _value;

    public AssignNode(Node paths, Node value)
    {
        _paths = paths;
        _value = value;
        Single = value.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input) =>
        _value.Eval(run, env, input) is { } replacement ? Assign(run, env, input, replacement) : null;

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var replacement in _value.Stream(run, env, input))
        {
            yield return Assign(run, env, input, replacement);
        }
    }

    private JqValue Assign(Run run, Env env, JqValue input, JqValue replacement)
    {
        if (_paths.IsSinglePath)
        {
            return _paths.Path(run, env, new PathPoint(null, input)) is { } only
                ? PathOperations.SetPath(run, input, only.ToKeys(run), replacement)
                : input;
        }

        var result = input;
        foreach (var point in _paths.Paths(run, env, new PathPoint(null, input)))
        {
            result = PathOperations.SetPath(run, result, point.ToKeys(run), replacement);
        }

        return result;
    }
}

/// <summary><c>paths |= update</c>: the first output replaces, none deletes.</summary>
internal sealed class UpdateNode(Node paths, Node update) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input) =>
        Apply(run, env, paths, input, old => update.Eval(run, env, old));

    public static JqValue Apply(Run run, Env env, Node paths, JqValue input, Func<JqValue, JqValue?> update)
    {
        if (paths.IsSinglePath)
        {
            return paths.Path(run, env, new PathPoint(null, input)) is { } only ? ApplyAt(run, input, only, update) : input;
        }

        var result = input;
        List<JqValue[]>? deleted = null;
        foreach (var point in paths.Paths(run, env, new PathPoint(null, input)))
        {
            run.Step();
            var path = point.ToKeys(run);
            var updated = update(PathOperations.GetPath(run, result, path));
            if (updated is null)
            {
                (deleted ??= []).Add(path);
            }
            else
            {
                result = PathOperations.SetPath(run, result, path, updated);
            }
        }

        return deleted is null ? result : PathOperations.DeletePaths(run, result, deleted);
    }

    private static JqValue ApplyAt(Run run, JqValue input, PathPoint at, Func<JqValue, JqValue?> update)
    {
        run.Step();
        var path = at.ToKeys(run);
        var updated = update(at.Value);
        return updated is null ? PathOperations.DeletePaths(run, input, [path]) : PathOperations.SetPath(run, input, path, updated);
    }
}

/// <summary><c>paths += value</c> and its like: one output per value of the right side.</summary>
internal sealed class ArithmeticUpdateNode : Node
{
    private readonly Node _paths;
    private readonly Node _value;
    private readonly Func<Run, JqValue, JqValue, JqValue> _apply;

    public ArithmeticUpdateNode(Node paths, Node value, Func<Run, JqValue, JqValue, JqValue> apply)
    {
        _paths = paths;
        _value = value;
        _apply = apply;
        Single = value.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input) => _value.Eval(run, env, input) is { } operand
        ? UpdateNode.Apply(run, env, _paths, input, old => _apply(run, old, operand))
        : null;

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var operand in _value.Stream(run, env, input))
        {
            yield return UpdateNode.Apply(run, env, _paths, input, old => _apply(run, old, operand));
        }
    }
}

/// <summary><c>path(f)</c>.</summary>
internal sealed class PathsNode(Node paths) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var point in paths.Paths(run, env, new PathPoint(null, input)))
        {
            run.Step();
            yield return point.ToValue(run);
        }
    }
}

/// <summary><c>del(f)</c>.</summary>
internal sealed class DeleteNode(Node paths) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input)
    {
        var all = new List<JqValue[]>();
        foreach (var point in paths.Paths(run, env, new PathPoint(null, input)))
        {
            run.Step();
            all.Add(point.ToKeys(run));
        }

        return PathOperations.DeletePaths(run, input, all);
    }
}

/// <summary><c>getpath(p)</c>, which is also a path: <c>getpath(["a"]) |= f</c>.</summary>
internal sealed class GetPathNode : Node
{
    private readonly Node _path;

    public GetPathNode(Node path)
    {
        _path = path;
        Single = path.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        var path = _path.Eval(run, env, input);
        return path is null ? null : PathOperations.GetPath(run, input, Keys(path));
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var path in _path.Stream(run, env, input))
        {
            yield return PathOperations.GetPath(run, input, Keys(path));
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var path in _path.Stream(run, env, at.Value))
        {
            var point = at;
            foreach (var key in Keys(path))
            {
                run.Step();
                point.CheckAccess(key);
                if (!PathOperations.TryIndex(run, point.Value, key, out var child))
                {
                    throw PathOperations.IndexError(point.Value, key);
                }

                point = point.Child(key, child);
            }

            yield return point;
        }
    }

    public static JqValue[] Keys(JqValue path) => path is ArrayValue array
        ? array.Elements
        : throw new JqRuntimeException("Path must be specified as an array");
}
