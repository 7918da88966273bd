using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>Arithmetic on values.</summary>
internal static class Operators
{
    public static JqValue Add(Run run, JqValue left, JqValue right)
    {
        switch (left)
        {
            case NumberValue x when right is NumberValue y:
                return NumberValue.Create(x.Value + y.Value);
            case StringValue x when right is StringValue y:
                return x.Length == 0 ? y : x.Append(run, y);
            case ArrayValue x when right is ArrayValue y:
                if (x.Count == 0 || y.Count == 0)
                {
                    return x.Count == 0 ? y : x;
                }

                return run.Check(x.Append(run, y.Elements));
            case ObjectValue x when right is ObjectValue y:
                return Merge(run, x, y);
            default:
                if (left.IsNull)
                {
                    return right;
                }

                return right.IsNull ? left : throw ErrorText.Binary(left, right, "added");
        }
    }

    public static JqValue Subtract(Run run, JqValue left, JqValue right)
    {
        switch (left)
        {
            case NumberValue x when right is NumberValue y:
                return NumberValue.Create(x.Value - y.Value);
            case ArrayValue x when right is ArrayValue y:
                run.Steps(((long)x.Count * y.Count) + (y.Weight >> 3));
                var kept = new List<JqValue>(x.Count);
                foreach (var item in x.Elements)
                {
                    if (!Contains(y.Elements, item))
                    {
                        kept.Add(item);
                    }
                }

                return run.NewArrayOf(kept);
            default:
                throw ErrorText.Binary(left, right, "subtracted");
        }
    }

    public static JqValue Multiply(Run run, JqValue left, JqValue right)
    {
        switch (left)
        {
            case NumberValue x when right is NumberValue y:
                return NumberValue.Create(x.Value * y.Value);
            case StringValue x when right is NumberValue y:
                return Repeat(run, x.Text, y.Value);
            case NumberValue x when right is StringValue y:
                return Repeat(run, y.Text, x.Value);
            case ObjectValue x when right is ObjectValue y:
                return DeepMerge.Apply(run, x, y);
            default:
                throw ErrorText.Binary(left, right, "multiplied");
        }
    }

    public static JqValue Divide(Run run, JqValue left, JqValue right)
    {
        switch (left)
        {
            case NumberValue x when right is NumberValue y:
                if (y.Value == 0)
                {
                    throw ErrorText.Binary(left, right, "divided because the divisor is zero");
                }

                return NumberValue.Create(x.Value / y.Value);
            case StringValue x when right is StringValue y:
                return Builtins.StringBuiltins.Split(run, x, y.Text);
            default:
                throw ErrorText.Binary(left, right, "divided");
        }
    }

    public static JqValue Remainder(Run run, JqValue left, JqValue right)
    {
        _ = run;
        if (left is not NumberValue x || right is not NumberValue y)
        {
            throw ErrorText.Binary(left, right, "divided (remainder)");
        }

        if (double.IsNaN(x.Value) || double.IsNaN(y.Value))
        {
            return NumberValue.Create(double.NaN);
        }

        var divisor = ToInteger(y.Value);
        if (divisor == 0)
        {
            throw ErrorText.Binary(left, right, "divided (remainder) because the divisor is zero");
        }

        // The sign is the dividend's. The least integer has no absolute value, hence the unsigned detour.
        var dividend = ToInteger(x.Value);
        var remainder = (long)(Magnitude(dividend) % Magnitude(divisor));
        return NumberValue.Create((double)(dividend < 0 ? -remainder : remainder));
    }

    public static JqValue Negate(Run run, JqValue value) => value is NumberValue number
        ? Negate(run, number)
        : throw new JqRuntimeException($"{ErrorText.Describe(value)} cannot be negated");

    /// <summary>A literal is copied, and may be as long as the input.</summary>
    public static NumberValue Negate(Run run, NumberValue number)
    {
        if (number.Weight > 256)
        {
            run.AllocateString(number.Weight);
            run.Steps(number.Weight >> 6);
        }

        return number.Negate();
    }

    public static JqValue Merge(Run run, ObjectValue left, ObjectValue right)
    {
        if (left.Count == 0 || right.Count == 0)
        {
            return left.Count == 0 ? right : left;
        }

        if (right.Count <= left.Count >> 3)
        {
            // Few members into many: the object may be in the making.
            JqValue merged = left;
            for (var i = 0; i < right.Count; i++)
            {
                run.Step();
                merged = ((ObjectValue)merged).With(run, right.Keys[i], right.Values[i]);
            }

            return run.Check(merged);
        }

        run.Steps((left.Count + right.Count) >> 3);
        run.Allocate((left.Count + right.Count) * 16L);
        var builder = new ObjectBuilder();
        for (var i = 0; i < left.Count; i++)
        {
            builder.AddDistinct(left.Keys[i], left.Values[i]);
        }

        for (var i = 0; i < right.Count; i++)
        {
            builder.Set(right.Keys[i], right.Values[i]);
        }

        return run.Check(builder.Build());
    }

    /// <summary>jq 1.8: nothing for negative counts and nan, "" below one, whole repetitions otherwise.</summary>
    private static JqValue Repeat(Run run, string text, double count)
    {
        if (double.IsNaN(count) || count < 0)
        {
            return JqValue.Null;
        }

        var whole = Math.Floor(count);
        if (whole < 1 || text.Length == 0)
        {
            return StringValue.Empty;
        }

        if (text.Length * whole >= int.MaxValue)
        {
            throw new JqRuntimeException("Repeat string result too long");
        }

        run.AllocateString((long)(text.Length * whole));
        var times = (int)whole;
        return StringValue.Trusted(string.Create(text.Length * times, (text, times), static (target, state) =>
        {
            for (var i = 0; i < state.times; i++)
            {
                state.text.CopyTo(target[(i * state.text.Length)..]);
            }
        }));
    }

    private static bool Contains(JqValue[] items, JqValue wanted)
    {
        foreach (var item in items)
        {
            if (ValueEquality.Check(item, wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong Magnitude(long value) => value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;

    /// <summary>Saturating, as jq converts for <c>%</c>.</summary>
    private static long ToInteger(double value) => value switch
    {
        >= 9_223_372_036_854_775_807d => long.MaxValue,
        <= -9_223_372_036_854_775_808d => long.MinValue,
        _ => (long)value,
    };
}
