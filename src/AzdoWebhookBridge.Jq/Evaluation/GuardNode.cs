namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>Looks at the stack every so many levels of a deeply nested expression; calls look for themselves.</summary>
internal sealed class GuardNode : Node
{
    /// <summary>Levels that the stack left over by one look surely has room for.</summary>
    public const int Interval = 32;

    private readonly Node _inner;

    public GuardNode(Node inner)
    {
        _inner = inner;
        Single = inner.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        Run.EnsureStack();
        return _inner.Eval(run, env, input);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        Run.EnsureStack();
        foreach (var value in _inner.Stream(run, env, input))
        {
            yield return value;
            Run.EnsureStack();
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        Run.EnsureStack();
        foreach (var point in _inner.Paths(run, env, at))
        {
            yield return point;
            Run.EnsureStack();
        }
    }

    public override bool IsSingleIn(Env env) => _inner.IsSingleIn(env);

    public override Tail ToTail(Run run, Env env, JqValue input)
    {
        Run.EnsureStack();
        return _inner.ToTail(run, env, input);
    }
}
