using System.Runtime.CompilerServices;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>jq's total order: null, false, true, numbers, strings, arrays, objects.</summary>
internal sealed class ValueOrder : IComparer<JqValue>
{
    public static readonly ValueOrder Instance = new();

    int IComparer<JqValue>.Compare(JqValue? x, JqValue? y) =>
        x is null ? (y is null ? 0 : -1) : y is null ? 1 : Compare(x, y);

    public static int Compare(JqValue left, JqValue right)
    {
        if (left.Kind != right.Kind)
        {
            return left.Kind.CompareTo(right.Kind);
        }

        return left switch
        {
            NumberValue number => CompareNumbers(number, (NumberValue)right),
            StringValue text => CodePoints.Compare(text.Span, ((StringValue)right).Span),
            ArrayValue array => CompareArrays(array.Elements, ((ArrayValue)right).Elements),
            ObjectValue obj => CompareObjects(obj, (ObjectValue)right),
            _ => 0,
        };
    }

    public static bool AreEqual(JqValue left, JqValue right)
    {
        if (left.Kind != right.Kind)
        {
            return false;
        }

        switch (left)
        {
            case NumberValue number:
                return CompareNumbers(number, (NumberValue)right) == 0;
            case StringValue text:
                return text.HasSameText((StringValue)right);
            case ArrayValue array:
                return ArraysEqual(array.Elements, ((ArrayValue)right).Elements);
            case ObjectValue obj:
                return ObjectsEqual(obj, (ObjectValue)right);
            default:
                return true;
        }
    }

    public static int Hash(JqValue value)
    {
        switch (value)
        {
            case NumberValue number:
                return number.Value == 0 ? 0 : number.Value.GetHashCode();
            case StringValue text:
                return text.Text.GetHashCode(StringComparison.Ordinal);
            case ArrayValue array:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                var hash = new HashCode();
                foreach (var element in array.Elements)
                {
                    hash.Add(Hash(element));
                }

                return hash.ToHashCode();
            case ObjectValue obj:
                RuntimeHelpers.EnsureSufficientExecutionStack();
                var sum = obj.Count;
                for (var i = 0; i < obj.Count; i++)
                {
                    // Addition: the order of members does not matter.
                    sum += HashCode.Combine(obj.Keys[i], Hash(obj.Values[i]));
                }

                return sum;
            default:
                return (int)value.Kind;
        }
    }

    private static int CompareNumbers(NumberValue left, NumberValue right)
    {
        var x = left.Value;
        var y = right.Value;

        // jq: nan is below every number, itself included.
        if (x < y || double.IsNaN(x))
        {
            return -1;
        }

        if (x != y)
        {
            return 1;
        }

        return left.Literal is null && right.Literal is null ? 0 : DecimalText.Compare(left.Print(), right.Print());
    }

    private static int CompareArrays(JqValue[] left, JqValue[] right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var common = Math.Min(left.Length, right.Length);
        for (var i = 0; i < common; i++)
        {
            var order = Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static int CompareObjects(ObjectValue left, ObjectValue right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var leftKeys = left.SortedKeys();
        var rightKeys = right.SortedKeys();
        var common = Math.Min(leftKeys.Length, rightKeys.Length);
        for (var i = 0; i < common; i++)
        {
            var order = CodePoints.Compare(leftKeys[i], rightKeys[i]);
            if (order != 0)
            {
                return order;
            }
        }

        if (leftKeys.Length != rightKeys.Length)
        {
            return leftKeys.Length.CompareTo(rightKeys.Length);
        }

        foreach (var key in leftKeys)
        {
            var order = Compare(left.Get(key), right.Get(key));
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static bool ArraysEqual(JqValue[] left, JqValue[] right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (!AreEqual(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ObjectsEqual(ObjectValue left, ObjectValue right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            var other = right.IndexOf(left.Keys[i]);
            if (other < 0 || !AreEqual(left.Values[i], right.Values[other]))
            {
                return false;
            }
        }

        return true;
    }
}
