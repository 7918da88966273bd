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
        if (!Single)
        {
            return TailCalls.First(run, _function.Body!, Callee(env), input);
        }

        run.Enter();
        var value = _function.Body!.Eval(run, Callee(env), input);
        run.Leave();
        return value;
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) =>
        TailCalls.Stream(run, _function.Body!, Callee(env), input);

    public override Tail ToTail(Run run, Env env, JqValue input) =>
        Single ? Tail.Of(Eval(run, env, input)) : Tail.Call(_function.Body!, Callee(env), input);

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at) =>
        CountedPaths.Of(run, () => _function.Body!.Paths(run, Callee(env), at));

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
        if (!closure.Body!.Single)
        {
            return TailCalls.First(run, closure.Body, closure.BodyEnv!, input);
        }

        run.Enter();
        var value = closure.Body.Eval(run, closure.BodyEnv!, input);
        run.Leave();
        return value;
    }

    // Not further down: a closure on closures could take exponentially long to look through.
    public override bool IsSingleIn(Env env) => env.Up(up).Body!.Single;

    public override Tail ToTail(Run run, Env env, JqValue input)
    {
        var closure = env.Up(up);
        return closure.Body!.Single
            ? Tail.Of(Eval(run, env, input))
            : Tail.Call(closure.Body, closure.BodyEnv!, input);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var closure = env.Up(up);
        return TailCalls.Stream(run, closure.Body!, closure.BodyEnv!, input);
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        var closure = env.Up(up);
        return CountedPaths.Of(run, () => closure.Body!.Paths(run, closure.BodyEnv!, at));
    }

    public Env Rebind(Env env, Env callee)
    {
        var closure = env.Up(up);
        return callee.Bind(closure.Body!, closure.BodyEnv!);
    }
}

/// <summary>Counts the depth of calls while a generator runs, not while it is suspended.</summary>
internal static class CountedPaths
{
    public static IEnumerable<PathPoint> Of(Run run, Func<IEnumerable<PathPoint>> open)
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
