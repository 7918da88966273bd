namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>A definition; the body is filled in after its own calls are compiled.</summary>
internal sealed class Function(string name)
{
    public string Name => name;

    public Node? Body { get; set; }
}

/// <summary>Calls a function defined in jq, in the environment of its definition plus its parameters.</summary>
internal sealed class CallNode : Node
{
    private readonly Function _function;
    private readonly int _up;
    private readonly Node[] _arguments;

    public CallNode(Function function, int up, Node[] arguments)
    {
        _function = function;
        _up = up;
        _arguments = arguments;

        // Unknown while the function calls itself: then it counts as a generator.
        Single = function.Body?.Single ?? false;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        run.Enter();
        var value = _function.Body!.Eval(run, Callee(env), input);
        run.Leave();
        return value;
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) =>
        CountedStream.Of(run, () => _function.Body!.Stream(run, Callee(env), input));

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at) =>
        CountedStream.Of(run, () => _function.Body!.Paths(run, Callee(env), at));

    private Env Callee(Env env)
    {
        var callee = env.Up(_up);
        foreach (var argument in _arguments)
        {
            // A parameter that is handed on keeps its own environment: no chain grows with the depth of calls.
            callee = argument is ClosureNode closure
                ? closure.Rebind(env, callee)
                : callee.Bind(argument, env);
        }

        return callee;
    }
}

/// <summary>Evaluates a closure parameter where it was written.</summary>
internal sealed class ClosureNode(int up) : Node
{
    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        var closure = env.Up(up);
        run.Enter();
        var value = closure.Body!.Eval(run, closure.BodyEnv!, input);
        run.Leave();
        return value;
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var closure = env.Up(up);
        return CountedStream.Of(run, () => closure.Body!.Stream(run, closure.BodyEnv!, input));
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        var closure = env.Up(up);
        return CountedStream.Of(run, () => closure.Body!.Paths(run, closure.BodyEnv!, at));
    }

    public Env Rebind(Env env, Env callee)
    {
        var closure = env.Up(up);
        return callee.Bind(closure.Body!, closure.BodyEnv!);
    }
}

/// <summary>Counts the depth of calls while a generator runs, not while it is suspended.</summary>
internal static class CountedStream
{
    public static IEnumerable<T> Of<T>(Run run, Func<IEnumerable<T>> open)
    {
        run.Enter();
        using var items = open().GetEnumerator();
        while (items.MoveNext())
        {
            run.Leave();
            yield return items.Current;
            run.Enter();
        }

        run.Leave();
    }
}
