using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Arrays and objects, and what is asked of any value.</summary>
internal static class CollectionBuiltins
{
    public static void Register(Registry registry)
    {
        registry.Value("length", Length);
        registry.Value("keys", (run, input) => Keys(run, input, sorted: true));
        registry.Value("keys_unsorted", (run, input) => Keys(run, input, sorted: false));
        registry.Value("has", Has);
        registry.Value("contains", (run, input, part) => input.Kind == part.Kind
            ? JqValue.From(Containment.Contains(run, input, part))
            : throw new JqRuntimeException($"{ErrorText.Describe(input)} and {ErrorText.Describe(part)} cannot have their containment checked"));
        registry.Value("to_entries", ToEntries);
        registry.Value("from_entries", FromEntries);
        registry.Form("first", 0, _ => new IndexNode(IdentityNode.Instance, new ConstantNode(JqValue.From(0L)), optional: false));
        registry.Form("last", 0, _ => SplitPieceNode.LastElement);
        registry.Form("nth", 1, call => new IndexNode(IdentityNode.Instance, call[0], optional: false));
        registry.Value("flatten", (run, input) => Flatten(run, input, JqValue.From((long)JqValue.MaxNesting)));
        registry.Value("flatten", Flatten);
        registry.Value("transpose", Transpose);
        registry.Value("indices", (run, input, wanted) => Indices(run, input, wanted));
        registry.Value("_strindices", (run, input, wanted) => input is not StringValue text
            ? throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be searched, as it is not a string")
            : wanted is StringValue part
                ? IndicesOfText(run, text.Text, part.Text)
                : throw new JqRuntimeException($"{ErrorText.Describe(wanted)} is not a string"));
        registry.Value("index", (run, input, wanted) => At(run, Indices(run, input, wanted), 0));
        registry.Value("rindex", (run, input, wanted) => At(run, Indices(run, input, wanted), -1));
        registry.Value("toarray", (run, input) => input.Kind == JqKind.Array ? input : run.NewArray([input]));
        registry.Value("bsearch", Search);
    }

    public static JqValue IndicesOfArray(Run run, ArrayValue array, ArrayValue wanted)
    {
        if (wanted.Count == 0)
        {
            return JqValue.EmptyArray;
        }

        run.Steps((long)array.Count * wanted.Count);
        var found = new List<JqValue>();
        for (var i = 0; i <= array.Count - wanted.Count; i++)
        {
            var equal = true;
            for (var j = 0; equal && j < wanted.Count; j++)
            {
                run.Walk(array.Elements[i + j], wanted.Elements[j]);
                equal = ValueEquality.Check(array.Elements[i + j], wanted.Elements[j]);
            }

            if (equal)
            {
                run.Add(found, JqValue.From((long)i));
            }
        }

        return run.NewArrayOf(found);
    }

    public static JqValue Length(Run run, JqValue input) => input switch
    {
        StringValue text => JqValue.From((long)text.CodePointCount),
        ArrayValue array => JqValue.From((long)array.Count),
        ObjectValue obj => JqValue.From((long)obj.Count),
        NumberValue number => double.IsNegative(number.Value) ? Operators.Negate(run, number) : number,
        _ => input.IsNull ? JqValue.From(0L) : throw new JqRuntimeException($"{ErrorText.Describe(input)} has no length"),
    };

    private static JqValue Keys(Run run, JqValue input, bool sorted)
    {
        switch (input)
        {
            case ObjectValue obj:
                run.Steps(obj.Count);
                var keys = sorted ? obj.SortedKeys() : obj.Keys;
                return run.NewArray(System.Array.ConvertAll(keys, key => (JqValue)StringValue.Trusted(key)));
            case ArrayValue array:
                run.Steps(array.Count);
                var indices = new JqValue[array.Count];
                for (var i = 0; i < indices.Length; i++)
                {
                    indices[i] = JqValue.From((long)i);
                }

                return run.NewArray(indices);
            default:
                throw new JqRuntimeException($"{ErrorText.Describe(input)} has no keys");
        }
    }

    private static JqValue Has(Run run, JqValue input, JqValue key) => input switch
    {
        ObjectValue obj when key is StringValue name => JqValue.From(obj.IndexOf(name.Text) >= 0),
        ArrayValue array when key is NumberValue index => JqValue.From(index.Value > -1 && index.Value < array.Count),
        { IsNull: true } => JqValue.False,
        _ => throw new JqRuntimeException($"Cannot check whether {input.KindName} has a {key.KindName} key"),
    };

    private static JqValue ToEntries(Run run, JqValue input)
    {
        if (input is not (ObjectValue or ArrayValue))
        {
            throw new JqRuntimeException($"{ErrorText.Describe(input)} has no keys");
        }

        var children = Children(input);
        run.Steps(children.Length);
        run.Allocate(children.Length * 128L);
        var entries = new JqValue[children.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new ObjectValue(["key", "value"], [IterateNode.KeyOf(input, i), children[i]]);
        }

        return run.NewArray(entries);
    }

    /// <summary>The first spelling of the key that is neither null nor false, and of the value the first that is there.</summary>
    private static JqValue FromEntries(Run run, JqValue input)
    {
        var builder = new ObjectBuilder();
        foreach (var entry in Children(input))
        {
            run.Steps(4);
            if (entry is not ObjectValue && !entry.IsNull)
            {
                throw ErrorText.Index(entry, JqValue.From("key"));
            }

            if (KeyOf(entry) is not StringValue key)
            {
                throw new JqRuntimeException($"Cannot use {ErrorText.Describe(KeyOf(entry))} as object key");
            }

            builder.Set(key.Text, entry.TryGet("value", out var value) ? value : entry["Value"]);
        }

        return run.NewObject(builder);
    }

    private static JqValue KeyOf(JqValue entry)
    {
        foreach (var spelling in (ReadOnlySpan<string>)["key", "Key", "name"])
        {
            if (entry[spelling] is { IsTruthy: true } key)
            {
                return key;
            }
        }

        return entry["Name"];
    }

    private static JqValue[] Children(JqValue input) => input switch
    {
        ArrayValue array => array.Elements,
        ObjectValue obj => obj.Values,
        _ => throw ErrorText.Iterate(input),
    };

    public static JqValue At(Run run, JqValue input, int index)
    {
        var key = JqValue.From((long)index);
        return PathOperations.TryIndex(run, input, key, out var value) ? value : throw PathOperations.IndexError(input, key);
    }

    private static JqValue Flatten(Run run, JqValue input, JqValue depth)
    {
        if (ValueOrder.Compare(depth, JqValue.From(0L)) < 0)
        {
            throw new JqRuntimeException("flatten depth must not be negative");
        }

        var children = Children(input);
        if (depth is not NumberValue levels)
        {
            // Not a number, which shows only when it is counted down.
            return children.Any(child => child.Kind == JqKind.Array)
                ? throw ErrorText.Binary(depth, JqValue.From(1L), "subtracted")
                : run.NewArray([.. children]);
        }

        var items = new List<JqValue>();
        var outer = new Stack<(JqValue[] Children, int Next)>();
        var next = 0;
        while (true)
        {
            if (next < children.Length)
            {
                var child = children[next++];
                if (child is ArrayValue array && levels.Value - outer.Count != 0)
                {
                    run.Step();
                    outer.Push((children, next));
                    (children, next) = (array.Elements, 0);
                }
                else
                {
                    run.Add(items, child);
                }
            }
            else if (outer.Count > 0)
            {
                (children, next) = outer.Pop();
            }
            else
            {
                return run.NewArrayOf(items);
            }
        }
    }

    private static JqValue Transpose(Run run, JqValue input)
    {
        var rows = Children(input);
        var width = 0;
        foreach (var row in rows)
        {
            width = (int)Math.Max(width, Math.Min(Length(run, row).AsDouble(), int.MaxValue));
        }

        // What is not an array goes unnoticed while nothing is read from it.
        var odd = width == 0 ? null : System.Array.Find(rows, row => row is not ArrayValue && !row.IsNull);
        if (odd is not null)
        {
            throw ErrorText.Index(odd, JqValue.From(0L));
        }

        run.Steps((long)width * rows.Length);
        run.Allocate((long)width * rows.Length * 8);
        var columns = new JqValue[width];
        for (var i = 0; i < width; i++)
        {
            columns[i] = new ArrayValue(System.Array.ConvertAll(rows, row => row[i]));
        }

        return run.NewArray(columns);
    }

    private static JqValue Indices(Run run, JqValue input, JqValue wanted)
    {
        switch (input)
        {
            case StringValue text when wanted is StringValue part:
                return IndicesOfText(run, text.Text, part.Text);
            case ArrayValue array when wanted is ArrayValue part:
                return IndicesOfArray(run, array, part);
            case ArrayValue array:
                return IndicesOfArray(run, array, new ArrayValue([wanted]));
            default:
                return PathOperations.TryIndex(run, input, wanted, out var value) ? value : throw PathOperations.IndexError(input, wanted);
        }
    }

    private static JqValue IndicesOfText(Run run, string text, string part)
    {
        if (part.Length == 0)
        {
            return JqValue.EmptyArray;
        }

        var found = new List<JqValue>();
        var search = new TextSearch(run, part);
        var surrogates = CodePoints.HasSurrogates(text);
        var (counted, points) = (0, 0);
        for (var at = search.IndexIn(text, 0); at >= 0; at = search.IndexIn(text, at + 1))
        {
            points += surrogates ? CodePoints.Count(text.AsSpan(counted..at)) : at - counted;
            counted = at;
            run.Steps(part.Length >> 6);
            run.Add(found, JqValue.From((long)points));
        }

        return run.NewArrayOf(found);
    }

    private static JqValue Search(Run run, JqValue input, JqValue wanted)
    {
        if (input is not ArrayValue array)
        {
            throw new JqRuntimeException($"{ErrorText.Describe(input)} cannot be searched from");
        }

        run.Walk(wanted);
        var low = 0;
        var end = array.Count;
        while (low < end)
        {
            run.Step();
            var middle = low + ((end - low) / 2);
            var order = ValueOrder.Compare(array.Elements[middle], wanted);
            if (order == 0)
            {
                return JqValue.From((long)middle);
            }

            (low, end) = order < 0 ? (middle + 1, end) : (low, middle);
        }

        return JqValue.From(-1L - low);
    }
}
