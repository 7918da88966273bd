namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// Equality of values of any depth: recursion for some levels, and what lies deeper is put off until the stack is free
/// again. The order of the comparisons does not matter, all of them must hold.
/// </summary>
internal static class ValueEquality
{
    private const int LevelsAtOnce = 64;

    /// <summary>jq's <c>==</c>.</summary>
    /// <exception cref="JqRuntimeException">They are nested deeper than jq compares.</exception>
    public static bool Check(JqValue left, JqValue right) => AreEqual(left, right, JqValue.MaxWalk);

    public static bool AreEqual(JqValue left, JqValue right, int deepest)
    {
        if (left.Kind < JqKind.Array || left.Kind != right.Kind)
        {
            return ScalarsEqual(left, right);
        }

        Stack<(JqValue Left, JqValue Right, int Depth)>? later = null;
        if (!ContainersEqual(left, right, 0, deepest, ref later))
        {
            return false;
        }

        while (later is { Count: > 0 })
        {
            var (x, y, depth) = later.Pop();
            if (!ContainersEqual(x, y, depth, deepest, ref later))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ScalarsEqual(JqValue left, JqValue right) => left.Kind == right.Kind && left switch
    {
        NumberValue number => ValueOrder.CompareNumbers(number, (NumberValue)right) == 0,
        StringValue text => text.HasSameText((StringValue)right),
        _ => true,
    };

    private static bool ContainersEqual(
        JqValue left, JqValue right, int depth, int deepest, ref Stack<(JqValue Left, JqValue Right, int Depth)>? later)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left is ArrayValue array)
        {
            var elements = array.Elements;
            var others = ((ArrayValue)right).Elements;
            if (elements.Length != others.Length)
            {
                return false;
            }

            for (var i = 0; i < elements.Length; i++)
            {
                if (!ChildrenEqual(elements[i], others[i], depth + 1, deepest, ref later))
                {
                    return false;
                }
            }

            return true;
        }

        var obj = (ObjectValue)left;
        var other = (ObjectValue)right;
        if (obj.Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < obj.Count; i++)
        {
            var index = other.IndexOf(obj.Keys[i]);
            if (index < 0 || !ChildrenEqual(obj.Values[i], other.ValueAt(index), depth + 1, deepest, ref later))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ChildrenEqual(
        JqValue left, JqValue right, int depth, int deepest, ref Stack<(JqValue Left, JqValue Right, int Depth)>? later)
    {
        if (depth > deepest)
        {
            throw new JqRuntimeException("Equality check too deep");
        }

        if (left.Kind < JqKind.Array || left.Kind != right.Kind)
        {
            return ScalarsEqual(left, right);
        }

        if (depth % LevelsAtOnce != 0)
        {
            return ContainersEqual(left, right, depth, deepest, ref later);
        }

        (later ??= new Stack<(JqValue, JqValue, int)>()).Push((left, right, depth));
        return true;
    }
}
