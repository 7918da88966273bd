namespace AzdoWebhookBridge.Jq.Values;

/// <summary>jq's total order: null, false, true, numbers, strings, arrays, objects. No walk here recurses to the depth of the values.</summary>
internal sealed class ValueOrder : IComparer<JqValue>
{
    public static readonly ValueOrder Instance = new();

    // Hashing looks at that many levels only; equal values are equal there too.
    private const int HashedLevels = 8;

    int IComparer<JqValue>.Compare(JqValue? x, JqValue? y) =>
        x is null ? (y is null ? 0 : -1) : y is null ? 1 : CompareAny(x, y, int.MaxValue);

    /// <exception cref="JqRuntimeException">They are nested deeper than jq compares.</exception>
    public static int Compare(JqValue left, JqValue right) => CompareAny(left, right, JqValue.MaxWalk);

    public static bool AreEqual(JqValue left, JqValue right) => ValueEquality.AreEqual(left, right, int.MaxValue);

    public static int Hash(JqValue value) => Hash(value, HashedLevels);

    public static int CompareNumbers(NumberValue left, NumberValue right)
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

        // Two literals compare exactly, a computed number with anything as doubles.
        return left.Literal is null || right.Literal is null ? 0 : DecimalText.Compare(left.Literal, right.Literal);
    }

    private static int CompareAny(JqValue left, JqValue right, int deepest) =>
        left.Kind >= JqKind.Array && left.Kind == right.Kind
            ? CompareContainers(left, right, deepest)
            : CompareScalars(left, right);

    private static int CompareScalars(JqValue left, JqValue right)
    {
        if (left.Kind != right.Kind)
        {
            return left.Kind.CompareTo(right.Kind);
        }

        return left switch
        {
            NumberValue number => CompareNumbers(number, (NumberValue)right),
            StringValue text => CodePoints.Compare(text.Span, ((StringValue)right).Span),
            _ => 0,
        };
    }

    private static int CompareContainers(JqValue left, JqValue right, int deepest)
    {
        Stack<Pair>? outer = null;
        var pair = new Pair(left, right);
        while (true)
        {
            if (pair.Order is { } settled)
            {
                if (settled != 0 || outer is not { Count: > 0 })
                {
                    return settled;
                }

                pair = outer.Pop();
                continue;
            }

            if (outer?.Count >= deepest)
            {
                throw new JqRuntimeException("Comparison too deep");
            }

            var (x, y) = pair.Take();
            if (x.Kind >= JqKind.Array && x.Kind == y.Kind)
            {
                (outer ??= new Stack<Pair>()).Push(pair);
                pair = new Pair(x, y);
                continue;
            }

            var order = CompareScalars(x, y);
            if (order != 0)
            {
                return order;
            }
        }
    }

    private static int Hash(JqValue value, int levels)
    {
        switch (value)
        {
            case NumberValue number:
                return number.Value == 0 ? 0 : number.Value.GetHashCode();
            case StringValue text:
                return text.Text.GetHashCode(StringComparison.Ordinal);
            case ArrayValue array:
                var hash = new HashCode();
                hash.Add(array.Count);
                foreach (var element in levels > 0 ? array.Elements : [])
                {
                    hash.Add(Hash(element, levels - 1));
                }

                return hash.ToHashCode();
            case ObjectValue obj:
                var sum = obj.Count;
                for (var i = 0; levels > 0 && i < obj.Count; i++)
                {
                    // Addition: the order of members does not matter.
                    sum += HashCode.Combine(obj.Keys[i], Hash(obj.Values[i], levels - 1));
                }

                return sum;
            default:
                return (int)value.Kind;
        }
    }

    /// <summary>Two containers of one kind and how far they are compared. Objects compare by their sorted keys, then by value.</summary>
    private struct Pair
    {
        private readonly JqValue[] _left;
        private readonly JqValue[] _right;
        private readonly int _lengths;
        private readonly int _keys;
        private int _next;

        public Pair(JqValue left, JqValue right)
        {
            if (left is ArrayValue array)
            {
                _left = array.Elements;
                _right = ((ArrayValue)right).Elements;
            }
            else
            {
                var x = (ObjectValue)left;
                var y = (ObjectValue)right;
                var keys = x.SortedKeys();
                var others = y.SortedKeys();
                _keys = CompareKeys(keys, others);
                _left = _keys == 0 ? System.Array.ConvertAll(keys, x.Get) : [];
                _right = _keys == 0 ? System.Array.ConvertAll(keys, y.Get) : [];
            }

            _lengths = _left.Length.CompareTo(_right.Length);
        }

        /// <summary>Null while there are children to compare.</summary>
        public readonly int? Order => _keys != 0 ? _keys
            : _next < _left.Length && _next < _right.Length ? null
            : _lengths;

        public (JqValue Left, JqValue Right) Take() => (_left[_next], _right[_next++]);

        private static int CompareKeys(string[] left, string[] right)
        {
            for (var i = 0; i < left.Length && i < right.Length; i++)
            {
                var order = CodePoints.Compare(left[i], right[i]);
                if (order != 0)
                {
                    return order;
                }
            }

            return left.Length.CompareTo(right.Length);
        }
    }
}
