namespace AzdoWebhookBridge.Jq.Evaluation;

internal sealed class VariableNode(int up) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input) => env.Up(up).Value!;
}

/// <summary><c>source as $x | body</c>, the plain form.</summary>
internal sealed class BindNode : Node
{
    private readonly Node _source;
    private readonly Node _body;

    public BindNode(Node source, Node body)
    {
        _source = source;
        _body = body;
        Single = source.Single && body.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!_source.Single)
        {
            return _source.FirstThrough(run, env, input, new BoundNode(_body, input), env);
        }

        var value = _source.Eval(run, env, input);
        return value is null ? null : _body.Eval(run, env.Bind(value), input);
    }

    public override Tail ToTail(Run run, Env env, JqValue input)
    {
        if (!_source.IsSingleIn(env))
        {
            return Tail.Of(Stream(run, env, input));
        }

        run.Step();
        var value = _source.Eval(run, env, input);
        return value is null ? Tail.Of(value) : _body.ToTail(run, env.Bind(value), input);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var value in _source.Stream(run, env, input))
        {
            run.Step();
            foreach (var output in _body.Stream(run, env.Bind(value), input))
            {
                yield return output;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var value in _source.Stream(run, env, at.Value))
        {
            run.Step();
            foreach (var output in _body.Paths(run, env.Bind(value), at))
            {
                yield return output;
            }
        }
    }
}

/// <summary>The body of a binding, which takes a value to bind as its input; made while evaluating, for one evaluation.</summary>
internal sealed class BoundNode(Node body, JqValue input) : StreamNode
{
    public override JqValue? Eval(Run run, Env env, JqValue value) => body.Eval(run, env.Bind(value), input);

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue value) => body.Stream(run, env.Bind(value), input);
}

/// <summary><c>source as [$a, {b: $c}] ?// $d | body</c>: an error in a pattern or in the body moves on to the next pattern.</summary>
internal sealed class DestructureNode(Node source, Destructuring[] patterns, Node body) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) =>
        Each(run, env, input, bound => body.Stream(run, bound, input));

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at) =>
        Each(run, env, at.Value, bound => body.Paths(run, bound, at));

    private IEnumerable<T> Each<T>(Run run, Env env, JqValue input, Func<Env, IEnumerable<T>> evaluate)
    {
        foreach (var value in source.Stream(run, env, input))
        {
            run.Step();
            for (var i = 0; i < patterns.Length; i++)
            {
                var outputs = Through(run, patterns[i].Bind(run, env, value, input), evaluate);
                var failed = false;
                if (i < patterns.Length - 1)
                {
                    outputs = GuardedStream.Of(run, outputs, _ => failed = true);
                }

                foreach (var output in outputs)
                {
                    yield return output;
                }

                if (!failed)
                {
                    break;
                }
            }
        }
    }

    private static IEnumerable<T> Through<T>(Run run, IEnumerable<Env> bindings, Func<Env, IEnumerable<T>> evaluate)
    {
        foreach (var bound in bindings)
        {
            run.Step();
            foreach (var output in evaluate(bound))
            {
                yield return output;
            }
        }
    }
}

internal sealed class ReduceNode : Node
{
    private readonly Node _source;
    private readonly Destructuring _pattern;
    private readonly Node _initial;
    private readonly Node _update;

    public ReduceNode(Node source, Destructuring pattern, Node initial, Node update)
    {
        _source = source;
        _pattern = pattern;
        _initial = initial;
        _update = update;
        Single = _initial.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input) => FirstOfStream(run, env, input);

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var start in _initial.Stream(run, env, input))
        {
            var state = start;
            foreach (var value in _source.Stream(run, env, input))
            {
                run.Step();
                if (_pattern.IsVariable)
                {
                    state = Last(run, env.Bind(value), state);
                    continue;
                }

                foreach (var bound in _pattern.Bind(run, env, value, input))
                {
                    run.Step();
                    state = Last(run, bound, state);
                }
            }

            yield return state;
        }
    }

    /// <summary>The state is a value: between the turns only the place of the item is kept, as in jq.</summary>
    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var start in _initial.Paths(run, env, at))
        {
            var state = start.Value;
            foreach (var item in _source.Paths(run, env, start.With(at.Value)))
            {
                foreach (var bound in _pattern.Bind(run, env, item.Value, at.Value))
                {
                    run.Step();
                    var next = JqValue.Null;
                    foreach (var output in _update.Paths(run, bound, item.With(state)))
                    {
                        run.Step();
                        next = output.Value;
                    }

                    state = next;
                }
            }

            yield return start.With(state);
        }
    }

    /// <summary>The last output is the new state; none leaves null, as in jq since 1.7.</summary>
    private JqValue Last(Run run, Env env, JqValue state)
    {
        if (_update.Single)
        {
            return _update.Eval(run, env, state) ?? JqValue.Null;
        }

        var last = JqValue.Null;
        foreach (var output in _update.Stream(run, env, state))
        {
            run.Step();
            last = output;
        }

        return last;
    }
}

internal sealed class ForeachNode(Node source, Destructuring pattern, Node initial, Node update, Node extract) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var start in initial.Stream(run, env, input))
        {
            var state = start;
            foreach (var value in source.Stream(run, env, input))
            {
                foreach (var bound in pattern.Bind(run, env, value, input))
                {
                    run.Step();
                    var before = state;
                    state = JqValue.Null;
                    foreach (var next in update.Stream(run, bound, before))
                    {
                        run.Step();
                        state = next;
                        foreach (var output in extract.Stream(run, bound, next))
                        {
                            yield return output;
                        }
                    }
                }
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var start in initial.Paths(run, env, at))
        {
            var state = start.Value;
            foreach (var item in source.Paths(run, env, start.With(at.Value)))
            {
                foreach (var bound in pattern.Bind(run, env, item.Value, at.Value))
                {
                    run.Step();
                    var before = item.With(state);
                    state = JqValue.Null;
                    foreach (var next in update.Paths(run, bound, before))
                    {
                        run.Step();
                        state = next.Value;
                        foreach (var output in extract.Paths(run, bound, next))
                        {
                            yield return output;
                        }
                    }
                }
            }
        }
    }
}
