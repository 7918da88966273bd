using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Generators, filters and loops.</summary>
internal static class ControlBuiltins
{
    public static void Register(Registry registry)
    {
        registry.Form("empty", 0, _ => EmptyNode.Instance);
        registry.Value("error", (run, input) => throw new JqRuntimeException(input));
        registry.Value("error", (run, _, value) => throw new JqRuntimeException(value));
        registry.Value("not", (_, input) => JqValue.From(!input.IsTruthy));
        registry.Form("env", 0, call => new ConstantNode(call.Compiler.Environment));
        registry.Value("halt_error", (_, input) => throw new HaltException(input));
        registry.Value("halt_error", (_, input, code) => throw (code is NumberValue
            ? new HaltException(input)
            : new JqRuntimeException($"{ErrorText.Describe(input)} halt_error/1: number required")));
        registry.Form("builtins", 0, _ => new ConstantNode(Known.Value));
        registry.Form("select", 1, call => new SelectNode(call[0]));
        registry.Form("map", 1, call => new MapNode(call[0]));
        registry.Form("map_values", 1, call => new UpdateNode(new IterateNode(IdentityNode.Instance, optional: false), call[0]));
        registry.Form("recurse", 0, _ => DescendNode.Instance);
        registry.Form("recurse", 1, call => new RecurseNode(call[0]));
        registry.Form("recurse", 2, call => new RecurseNode(new PipeNode(call[0], new SelectNode(call[1]))));
        registry.Form("walk", 1, call => new WalkNode(call[0]));
        registry.Form("tostream", 0, _ => ToStreamNode.Instance);
        registry.Form("first", 1, call => new FirstNode(call[0]));
        registry.Form("last", 1, call => new LastNode(call[0]));
        registry.Form("limit", 2, call => new LimitNode(call[0], call[1]));
        registry.Form("skip", 2, call => new SkipNode(call[0], call[1], firstOnly: false));
        registry.Form("nth", 2, call => new SkipNode(call[0], call[1], firstOnly: true));
        registry.Form("until", 2, call => call[0].Single && call[1].Single ? new UntilNode(call[0], call[1]) : call.Library("_until"));
        registry.Form("while", 2, call => call[0].Single && call[1].Single ? new WhileNode(call[0], call[1]) : call.Library("_while"));
        registry.Form("repeat", 1, call => new RepeatNode(call[0]));
        registry.Form("range", 1, call => new RangeNode(Zero, call[0], by: null));
        registry.Form("range", 2, call => new RangeNode(call[0], call[1], by: null));
        registry.Form("range", 3, call => new RangeNode(call[0], call[1], call[2]));
        registry.Form("isempty", 1, call => new IsEmptyNode(call[0]));
        registry.Form("any", 0, _ => new AnyNode(Each, IdentityNode.Instance, wanted: true));
        registry.Form("any", 1, call => new AnyNode(Each, call[0], wanted: true));
        registry.Form("any", 2, call => new AnyNode(call[0], call[1], wanted: true));
        registry.Form("all", 0, _ => new AnyNode(Each, IdentityNode.Instance, wanted: false));
        registry.Form("all", 1, call => new AnyNode(Each, call[0], wanted: false));
        registry.Form("all", 2, call => new AnyNode(call[0], call[1], wanted: false));
        registry.Form("add", 0, _ => new SumNode(Each));
        registry.Form("add", 1, call => new SumNode(call[0]));

        Kind(registry, "nulls", value => value.IsNull);
        Kind(registry, "booleans", value => value.Kind is JqKind.False or JqKind.True);
        Kind(registry, "numbers", value => value.Kind == JqKind.Number);
        Kind(registry, "strings", value => value.Kind == JqKind.String);
        Kind(registry, "arrays", value => value.Kind == JqKind.Array);
        Kind(registry, "objects", value => value.Kind == JqKind.Object);
        Kind(registry, "iterables", value => value.Kind >= JqKind.Array);
        Kind(registry, "scalars", value => value.Kind < JqKind.Array);
        Kind(registry, "values", value => !value.IsNull);
    }

    private static ConstantNode Zero { get; } = new(JqValue.From(0L));

    private static Lazy<JqValue> Known { get; } = new(() => JqValue.Array(Registry.Names.Concat(Library.Names)
        .Where(item => item.Name[0] != '_')
        .Select(item => JqValue.From($"{item.Name}/{item.Arity}"))
        .ToArray()));

    private static IterateNode Each { get; } = new(IdentityNode.Instance, optional: false);

    private static void Kind(Registry registry, string name, Func<JqValue, bool> accepts)
    {
        var node = new KindNode(accepts);
        registry.Form(name, 0, _ => node);
    }
}

internal sealed class EmptyNode : SingleNode
{
    public static readonly EmptyNode Instance = new();

    public override JqValue? Eval(Run run, Env env, JqValue input) => null;
}

internal sealed class KindNode(Func<JqValue, bool> accepts) : SingleNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input) => accepts(input) ? input : null;
}

internal sealed class SelectNode : Node
{
    private readonly Node _condition;

    public SelectNode(Node condition)
    {
        _condition = condition;
        Single = condition.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        return _condition.Eval(run, env, input) is { IsTruthy: true } ? input : null;
    }

    public override bool IsSingleIn(Env env) => Single || _condition.IsSingleIn(env);

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var condition in _condition.Stream(run, env, input))
        {
            run.Step();
            if (condition.IsTruthy)
            {
                yield return input;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var condition in _condition.Stream(run, env, at.Value))
        {
            run.Step();
            if (condition.IsTruthy)
            {
                yield return at;
            }
        }
    }
}

/// <summary><c>map(f)</c>, which is <c>[.[] | f]</c>.</summary>
internal sealed class MapNode(Node body) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input)
    {
        var children = input switch
        {
            ArrayValue array => array.Elements,
            ObjectValue obj => obj.Values,
            _ => throw ErrorText.Iterate(input),
        };
        var items = new List<JqValue>(body.Single ? children.Length : 0);
        foreach (var child in children)
        {
            run.Step();
            if (body.Single)
            {
                var only = body.Eval(run, env, child);
                if (only is not null)
                {
                    items.Add(only);
                }

                continue;
            }

            foreach (var item in body.Stream(run, env, child))
            {
                run.Add(items, item);
            }
        }

        return run.NewArrayOf(items);
    }
}

internal sealed class FirstNode(Node source) : SingleNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input) => source.Eval(run, env, input);

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at) => source.Paths(run, env, at).Take(1);
}

internal sealed class LastNode(Node source) : SingleNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (source.Single)
        {
            return source.Eval(run, env, input);
        }

        JqValue? last = null;
        foreach (var value in source.Stream(run, env, input))
        {
            run.Step();
            last = value;
        }

        return last;
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        PathPoint? last = null;
        foreach (var point in source.Paths(run, env, at))
        {
            run.Step();
            last = point;
        }

        if (last is { } found)
        {
            yield return found;
        }
    }
}

internal sealed class IsEmptyNode(Node source) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input) => JqValue.From(source.Eval(run, env, input) is null);
}

/// <summary><c>any</c> and <c>all</c>: stops at the first output that settles it.</summary>
internal sealed class AnyNode(Node source, Node condition, bool wanted) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input)
    {
        foreach (var value in source.Stream(run, env, input))
        {
            run.Step();
            foreach (var holds in condition.Stream(run, env, value))
            {
                if (holds.IsTruthy == wanted)
                {
                    return JqValue.From(wanted);
                }
            }
        }

        return JqValue.From(!wanted);
    }
}

/// <summary><c>add</c>. Appending to what is being built is cheap, so this is linear.</summary>
internal sealed class SumNode(Node source) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input)
    {
        var sum = JqValue.Null;
        foreach (var value in source.Stream(run, env, input))
        {
            run.Step();
            sum = Operators.Add(run, sum, value);
        }

        return sum;
    }
}
