namespace AzdoWebhookBridge.Jq.Evaluation;

internal enum NameKind
{
    Variable,
    Closure,
    Function,
    Label,
}

/// <summary>One visible name. <see cref="Level"/> is the length of the environment when it became visible.</summary>
internal sealed record Scope(Scope? Parent, NameKind Kind, string Name, int Arity, int Level, Function? Function)
{
    public static Scope? Find(Scope? scope, NameKind kind, string name)
    {
        while (scope is not null && (scope.Kind != kind || scope.Name != name))
        {
            scope = scope.Parent;
        }

        return scope;
    }

    /// <summary>A closure parameter hides a function of no parameters with its name and the other way round.</summary>
    public static Scope? FindCallable(Scope? scope, string name, int arity)
    {
        while (scope is not null
            && (scope.Kind is not (NameKind.Closure or NameKind.Function) || scope.Arity != arity || scope.Name != name))
        {
            scope = scope.Parent;
        }

        return scope;
    }
}

/// <summary>Where an expression is compiled: the names it sees and the length of its environment.</summary>
internal readonly record struct Place(Scope? Names, int Depth)
{
    public Place BindVariable(string name) => Bind(NameKind.Variable, name);

    public Place BindLabel(string name) => Bind(NameKind.Label, name);

    public Place BindClosure(string name) => Bind(NameKind.Closure, name);

    public Place Define(string name, int arity, Function function) =>
        this with { Names = new Scope(Names, NameKind.Function, name, arity, Depth, function) };

    private Place Bind(NameKind kind, string name) =>
        new(new Scope(Names, kind, name, 0, Depth + 1, null), Depth + 1);
}
