namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>
/// One immutable link of the environment: a variable's value, or a closure parameter (expression and the environment it
/// was written in). Immutable because generators suspend while their bindings are still in use.
/// </summary>
internal sealed class Env
{
    public static readonly Env Root = new(null, null, null, null);

    private Env(Env? parent, JqValue? value, Node? body, Env? bodyEnv)
    {
        Parent = parent;
        Value = value;
        Body = body;
        BodyEnv = bodyEnv;
    }

    public Env? Parent { get; }

    public JqValue? Value { get; }

    public Node? Body { get; }

    public Env? BodyEnv { get; }

    public Env Bind(JqValue value) => new(this, value, null, null);

    public Env Bind(Node body, Env bodyEnv) => new(this, null, body, bodyEnv);

    /// <summary>The link that many levels up; the compiler has counted them.</summary>
    public Env Up(int levels)
    {
        var env = this;
        while (levels-- > 0)
        {
            env = env.Parent!;
        }

        return env;
    }
}
