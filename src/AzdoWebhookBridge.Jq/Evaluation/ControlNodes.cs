namespace AzdoWebhookBridge.Jq.Evaluation;

internal sealed class PipeNode : Node
{
    private readonly Node _left;
    private readonly Node _right;

    public PipeNode(Node left, Node right)
    {
        _left = left;
        _right = right;
        Single = left.Single && right.Single;
        IsSinglePath = left.IsSinglePath && right.IsSinglePath;
    }

    public Node Left => _left;

    public Node Right => _right;

    public override PathPoint? Path(Run run, Env env, PathPoint at) =>
        _left.Path(run, env, at) is { } point ? _right.Path(run, env, point) : null;

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!_left.Single)
        {
            return _left.FirstThrough(run, env, input, _right, env);
        }

        var value = _left.Eval(run, env, input);
        return value is null ? null : _right.Eval(run, env, value);
    }

    public override JqValue? FirstThrough(Run run, Env env, JqValue input, Node next, Env nextEnv)
    {
        if (!_left.Single)
        {
            return _left.FirstThrough(run, env, input, new ThroughNode(_right, next, nextEnv), env);
        }

        var value = _left.Eval(run, env, input);
        return value is null ? null : _right.FirstThrough(run, env, value, next, nextEnv);
    }

    public override bool IsSingleIn(Env env) => Single || (_left.IsSingleIn(env) && _right.IsSingleIn(env));

    public override Tail ToTail(Run run, Env env, JqValue input)
    {
        if (!_left.IsSingleIn(env))
        {
            return Tail.Of(Stream(run, env, input));
        }

        run.Step();
        var value = _left.Eval(run, env, input);
        return value is null ? Tail.Of(value) : _right.ToTail(run, env, value);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var value in _left.Stream(run, env, input))
        {
            run.Step();
            if (_right.Single)
            {
                var only = _right.Eval(run, env, value);
                if (only is not null)
                {
                    yield return only;
                }

                continue;
            }

            foreach (var output in _right.Stream(run, env, value))
            {
                yield return output;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var point in _left.Paths(run, env, at))
        {
            run.Step();
            foreach (var output in _right.Paths(run, env, point))
            {
                yield return output;
            }
        }
    }
}

/// <summary>The rest of a pipe that goes on in another environment; made while evaluating, for one evaluation.</summary>
internal sealed class ThroughNode(Node node, Node next, Env nextEnv) : StreamNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input) => node.FirstThrough(run, env, input, next, nextEnv);

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) =>
        node.Stream(run, env, input).SelectMany(value => next.Stream(run, nextEnv, value));
}

internal sealed class CommaNode(Node[] items) : StreamNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        foreach (var item in items)
        {
            if (item.Eval(run, env, input) is { } output)
            {
                return output;
            }
        }

        return null;
    }

    public override JqValue? FirstThrough(Run run, Env env, JqValue input, Node next, Env nextEnv)
    {
        foreach (var item in items)
        {
            run.Step();
            if (item.FirstThrough(run, env, input, next, nextEnv) is { } output)
            {
                return output;
            }
        }

        return null;
    }

    /// <summary>The values, when all items are constants.</summary>
    public JqValue[]? Constants()
    {
        var values = new JqValue[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is not ConstantNode constant)
            {
                return null;
            }

            values[i] = constant.Value;
        }

        return values;
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) => Outputs(run, env, input, items.Length);

    public override Tail ToTail(Run run, Env env, JqValue input) =>
        items[^1].Single ? Tail.Of(Stream(run, env, input)) : Tail.Of(UpToTail(run, env, input));

    private IEnumerable<JqValue> UpToTail(Run run, Env env, JqValue input)
    {
        foreach (var output in Outputs(run, env, input, items.Length - 1))
        {
            yield return output;
        }

        yield return new TailCall(items[^1], env, input);
    }

    private IEnumerable<JqValue> Outputs(Run run, Env env, JqValue input, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (items[i].Single)
            {
                var only = items[i].Eval(run, env, input);
                if (only is not null)
                {
                    yield return only;
                }

                continue;
            }

            foreach (var output in items[i].Stream(run, env, input))
            {
                yield return output;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var item in items)
        {
            foreach (var output in item.Paths(run, env, at))
            {
                yield return output;
            }
        }
    }
}

internal sealed class IfNode : Node
{
    private readonly Node _condition;
    private readonly Node _then;
    private readonly Node _otherwise;

    public IfNode(Node condition, Node then, Node otherwise)
    {
        _condition = condition;
        _then = then;
        _otherwise = otherwise;
        Single = condition.Single && then.Single && otherwise.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!_condition.Single)
        {
            return FirstOfStream(run, env, input);
        }

        var condition = _condition.Eval(run, env, input);
        return condition is null ? null : (condition.IsTruthy ? _then : _otherwise).Eval(run, env, input);
    }

    public override JqValue? FirstThrough(Run run, Env env, JqValue input, Node next, Env nextEnv)
    {
        if (!_condition.Single)
        {
            return base.FirstThrough(run, env, input, next, nextEnv);
        }

        var condition = _condition.Eval(run, env, input);
        return condition is null ? null : (condition.IsTruthy ? _then : _otherwise).FirstThrough(run, env, input, next, nextEnv);
    }

    public override bool IsSingleIn(Env env) =>
        Single || (_condition.IsSingleIn(env) && _then.IsSingleIn(env) && _otherwise.IsSingleIn(env));

    public override Tail ToTail(Run run, Env env, JqValue input)
    {
        if (!_condition.IsSingleIn(env))
        {
            return Tail.Of(Stream(run, env, input));
        }

        var condition = _condition.Eval(run, env, input);
        return condition is null ? Tail.Of(condition) : (condition.IsTruthy ? _then : _otherwise).ToTail(run, env, input);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var condition in _condition.Stream(run, env, input))
        {
            run.Step();
            foreach (var output in (condition.IsTruthy ? _then : _otherwise).Stream(run, env, input))
            {
                yield return output;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var condition in _condition.Stream(run, env, at.Value))
        {
            run.Step();
            foreach (var output in (condition.IsTruthy ? _then : _otherwise).Paths(run, env, at))
            {
                yield return output;
            }
        }
    }
}

/// <summary><c>try body catch handler</c>; without a handler errors end the outputs silently.</summary>
internal sealed class TryNode : Node
{
    private readonly Node _body;
    private readonly Node? _handler;

    public TryNode(Node body, Node? handler)
    {
        _body = body;
        _handler = handler;
        Single = body.Single && (handler is null || handler.Single);
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!_body.Single)
        {
            return FirstOfStream(run, env, input);
        }

        var depth = run.Depth;
        JqValue error;
        try
        {
            return _body.Eval(run, env, input);
        }
        catch (JqRuntimeException exception) when (exception is not HaltException)
        {
            run.Depth = depth;
            run.ErrorCaught();
            error = exception.Value;
        }

        return _handler?.Eval(run, env, error);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        JqRuntimeException? error = null;
        foreach (var value in GuardedStream.Of(run, _body.Stream(run, env, input), caught => error = caught))
        {
            yield return value;
        }

        if (error is null || _handler is null)
        {
            yield break;
        }

        foreach (var value in _handler.Stream(run, env, error.Value))
        {
            yield return value;
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        JqRuntimeException? error = null;
        foreach (var point in GuardedStream.Of(run, _body.Paths(run, env, at), caught => error = caught))
        {
            yield return point;
        }

        if (error is null || _handler is null)
        {
            yield break;
        }

        foreach (var point in _handler.Paths(run, env, at.With(error.Value)))
        {
            yield return point;
        }
    }
}

/// <summary>Carries a <c>break</c> to its label, which is recognised by the environment it was entered with.</summary>
#pragma warning disable CA1032, CA1064, MA0128 // Control flow inside the evaluator; never leaves it.
internal sealed class BreakException(object label) : Exception
{
    public object Label => label;
}
#pragma warning restore CA1032, CA1064, MA0128

internal sealed class LabelNode(Node body) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var inner = env.Bind(JqValue.Null);
        return UntilBreak(run, inner, body.Stream(run, inner, input));
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        var inner = env.Bind(JqValue.Null);
        return UntilBreak(run, inner, body.Paths(run, inner, at));
    }

    private static IEnumerable<T> UntilBreak<T>(Run run, Env label, IEnumerable<T> source)
    {
        using var items = source.GetEnumerator();
        while (true)
        {
            var depth = run.Depth;
            T item;
            try
            {
                if (!items.MoveNext())
                {
                    yield break;
                }

                item = items.Current;
            }
            catch (BreakException exception) when (ReferenceEquals(exception.Label, label))
            {
                run.Depth = depth;
                run.ErrorCaught();
                yield break;
            }

            yield return item;
        }
    }
}

internal sealed class BreakNode(int up) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input) => throw new BreakException(env.Up(up));
}
