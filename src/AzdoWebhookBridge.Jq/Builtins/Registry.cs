using System.Collections.Frozen;
using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>A call of a builtin being compiled.</summary>
internal readonly record struct BuiltinCall(Compiler Compiler, Node[] Arguments, int Depth)
{
    public Node this[int index] => Arguments[index];

    public Node Library(string name) => Compiler.CallLibrary(name, Arguments, Depth);
}

/// <summary>The builtins that are written in C#, by name and number of arguments.</summary>
internal sealed class Registry
{
    private static readonly FrozenDictionary<(string, int), Func<BuiltinCall, Node>> All = Build();

    private readonly Dictionary<(string, int), Func<BuiltinCall, Node>> _entries = [];

    public static IEnumerable<(string Name, int Arity)> Names => All.Keys;

    public static Func<BuiltinCall, Node>? Find(string name, int arity) => All.GetValueOrDefault((name, arity));

    /// <summary>A node with its own way of evaluating its arguments.</summary>
    public void Form(string name, int arity, Func<BuiltinCall, Node> create) => _entries.Add((name, arity), create);

    public void Value(string name, Func<Run, JqValue, JqValue> apply)
    {
        var node = new ValueNode(apply);
        Form(name, 0, _ => node);
    }

    public void Value(string name, Func<Run, JqValue, JqValue, JqValue> apply) =>
        Form(name, 1, call => new ValueNode1(apply, call[0]));

    public void Value(string name, Func<Run, JqValue, JqValue, JqValue, JqValue> apply) =>
        Form(name, 2, call => new ValueNode2(apply, call[0], call[1]));

    public void Value(string name, Func<Run, JqValue, JqValue, JqValue, JqValue, JqValue> apply) =>
        Form(name, 3, call => new ValueNode3(apply, call[0], call[1], call[2]));

    private static FrozenDictionary<(string, int), Func<BuiltinCall, Node>> Build()
    {
        var registry = new Registry();
        ControlBuiltins.Register(registry);
        CollectionBuiltins.Register(registry);
        SortBuiltins.Register(registry);
        ConversionBuiltins.Register(registry);
        StringBuiltins.Register(registry);
        RegexBuiltins.Register(registry);
        DateBuiltins.Register(registry);
        MathBuiltins.Register(registry);
        PathBuiltins.Register(registry);
        return registry._entries.ToFrozenDictionary();
    }
}

internal sealed class ValueNode(Func<Run, JqValue, JqValue> apply) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input)
    {
        run.Scan(input);
        return apply(run, input);
    }
}

internal sealed class ValueNode1 : Node
{
    private readonly Func<Run, JqValue, JqValue, JqValue> _apply;
    private readonly Node _argument;

    public ValueNode1(Func<Run, JqValue, JqValue, JqValue> apply, Node argument)
    {
        _apply = apply;
        _argument = argument;
        Single = argument.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        var argument = _argument.Eval(run, env, input);
        return argument is null ? null : Apply(run, input, argument);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var argument in _argument.Stream(run, env, input))
        {
            run.Step();
            yield return Apply(run, input, argument);
        }
    }

    private JqValue Apply(Run run, JqValue input, JqValue argument)
    {
        run.Scan(input);
        run.Scan(argument);
        return _apply(run, input, argument);
    }
}

/// <summary>Of several arguments the last is the outer loop, as in jq.</summary>
internal sealed class ValueNode2 : Node
{
    private readonly Func<Run, JqValue, JqValue, JqValue, JqValue> _apply;
    private readonly Node _first;
    private readonly Node _second;

    public ValueNode2(Func<Run, JqValue, JqValue, JqValue, JqValue> apply, Node first, Node second)
    {
        _apply = apply;
        _first = first;
        _second = second;
        Single = first.Single && second.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var second = _second.Eval(run, env, input);
        var first = second is null ? null : _first.Eval(run, env, input);
        run.Scan(input);
        return first is null ? null : _apply(run, input, first, second!);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var second in _second.Stream(run, env, input))
        {
            foreach (var first in _first.Stream(run, env, input))
            {
                run.Step();
                run.Scan(input);
                yield return _apply(run, input, first, second);
            }
        }
    }
}

internal sealed class ValueNode3(
    Func<Run, JqValue, JqValue, JqValue, JqValue, JqValue> apply, Node first, Node second, Node third) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var c in third.Stream(run, env, input))
        {
            foreach (var b in second.Stream(run, env, input))
            {
                foreach (var a in first.Stream(run, env, input))
                {
                    run.Step();
                    yield return apply(run, input, a, b, c);
                }
            }
        }
    }
}
