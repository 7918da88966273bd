using System.Numerics;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Everything that orders: sort, group, unique, min, max, reverse.</summary>
internal static class SortBuiltins
{
    public static void Register(Registry registry)
    {
        registry.Value("sort", (run, input) => Values(run, Sorted(run, Elements(input), element => element)));
        registry.Value("unique", (run, input) => Unique(run, Sorted(run, Elements(input), element => element)));
        registry.Value("min", (run, input) => Extreme(run, Iterable(input), element => element, lowest: true));
        registry.Value("max", (run, input) => Extreme(run, Iterable(input), element => element, lowest: false));
        registry.Value("reverse", Reverse);
        By(registry, "sort_by", (run, input, key) => Values(run, Sorted(run, input, key)));
        By(registry, "group_by", (run, input, key) => Group(run, Sorted(run, input, key)));
        By(registry, "unique_by", (run, input, key) => Unique(run, Sorted(run, input, key)));
        By(registry, "min_by", (run, input, key) => Extreme(run, input, key, lowest: true), "iterated over");
        By(registry, "max_by", (run, input, key) => Extreme(run, input, key, lowest: false), "iterated over");
    }

    private static void By(
        Registry registry,
        string name,
        Func<Run, ArrayValue, Func<JqValue, JqValue?>, JqValue> apply,
        string what = "sorted, as they are not both arrays") =>
        registry.Form(name, 1, call => new ByNode(call[0], apply, what));

    private static ArrayValue Elements(JqValue input) => input as ArrayValue
        ?? throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be sorted, as it is not an array");

    private static ArrayValue Iterable(JqValue input) => input as ArrayValue ?? throw ErrorText.Binary(input, input, "iterated over");

    private static (JqValue? Key, JqValue Value)[] Sorted(Run run, ArrayValue input, Func<JqValue, JqValue?> key)
    {
        var elements = input.Elements;
        run.AllocateArray(elements.Length * 2L);

        // Comparing looks at what the keys weigh, each time.
        run.Walk(input);
        var pairs = new (JqValue? Key, JqValue Value)[elements.Length];
        var heavy = 0L;
        for (var i = 0; i < pairs.Length; i++)
        {
            run.Step();
            pairs[i] = (key(elements[i]), elements[i]);
            heavy += Math.Max(0, (pairs[i].Key?.Weight ?? 0) - 64);
        }

        // Small keys are compared in no time; long literals and texts are not.
        run.Steps((heavy >> 4) * BitOperations.Log2((uint)pairs.Length + 1));

        return StableSort.Sort(run, pairs, static (x, y) => CompareKeys(x.Key, y.Key));
    }

    /// <summary>An element without a key comes before all others.</summary>
    private static int CompareKeys(JqValue? left, JqValue? right)
    {
        if (left is null || right is null)
        {
            return (left is null ? 0 : 1) - (right is null ? 0 : 1);
        }

        return ValueOrder.Compare(left, right);
    }

    private static JqValue Values(Run run, (JqValue? Key, JqValue Value)[] pairs) =>
        run.NewArray(System.Array.ConvertAll(pairs, pair => pair.Value));

    private static JqValue Unique(Run run, (JqValue? Key, JqValue Value)[] pairs)
    {
        var kept = new List<JqValue>();
        for (var i = 0; i < pairs.Length; i++)
        {
            if (i == 0 || CompareKeys(pairs[i - 1].Key, pairs[i].Key) != 0)
            {
                kept.Add(pairs[i].Value);
            }
        }

        return run.NewArrayOf(kept);
    }

    private static JqValue Group(Run run, (JqValue? Key, JqValue Value)[] pairs)
    {
        var groups = new List<JqValue>();
        var group = new List<JqValue>();
        for (var i = 0; i < pairs.Length; i++)
        {
            if (i > 0 && CompareKeys(pairs[i - 1].Key, pairs[i].Key) != 0)
            {
                groups.Add(run.NewArrayOf(group));
                group.Clear();
            }

            group.Add(pairs[i].Value);
        }

        if (group.Count > 0)
        {
            groups.Add(run.NewArrayOf(group));
        }

        return run.NewArrayOf(groups);
    }

    /// <summary>Of equals, min takes the first and max the last.</summary>
    private static JqValue Extreme(Run run, ArrayValue input, Func<JqValue, JqValue?> key, bool lowest)
    {
        run.Walk(input);
        var best = JqValue.Null;
        JqValue? bestKey = null;
        var elements = input.Elements;
        for (var i = 0; i < elements.Length; i++)
        {
            run.Step();
            var own = key(elements[i]);
            if (i == 0 || (CompareKeys(own, bestKey) < 0 == lowest))
            {
                best = elements[i];
                bestKey = own;
            }
        }

        return best;
    }

    private static JqValue Reverse(Run run, JqValue input)
    {
        if (input is not ArrayValue array)
        {
            // What has a length is indexed from its end, which fails unless the length is 0.
            var length = CollectionBuiltins.Length(run, input);
            return length.AsDouble() > 0 ? throw ErrorText.Index(input, JqValue.From(length.AsDouble() - 1)) : JqValue.EmptyArray;
        }

        var reversed = (JqValue[])array.Elements.Clone();
        System.Array.Reverse(reversed);
        return run.NewArray(reversed);
    }
}

/// <summary>Several outputs of the key expression make one composite key.</summary>
internal sealed class ByNode(Node key, Func<Run, ArrayValue, Func<JqValue, JqValue?>, JqValue> apply, string what) : SingleNode
{
    public override JqValue Eval(Run run, Env env, JqValue input) => input switch
    {
        ArrayValue array => apply(run, array, element => Key(run, env, element)),
        ObjectValue obj => throw ErrorText.Binary(input, run.NewArray(System.Array.ConvertAll(obj.Values, value => All(run, env, value))), what),
        _ => throw ErrorText.Iterate(input),
    };

    private JqValue? Key(Run run, Env env, JqValue element)
    {
        if (key.IsSingleIn(env))
        {
            var only = key.Eval(run, env, element);
            run.Walk(only ?? JqValue.Null);
            return only;
        }

        var composite = All(run, env, element);
        run.Walk(composite);
        return composite;
    }

    private JqValue All(Run run, Env env, JqValue element)
    {
        var parts = new List<JqValue>();
        foreach (var part in key.Stream(run, env, element))
        {
            run.Add(parts, part);
        }

        return run.NewArrayOf(parts);
    }
}
