using System.Buffers;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

internal sealed class ConstantNode(JqValue value) : SingleNode
{
    public JqValue Value => value;

    public override JqValue Eval(Run run, Env env, JqValue input) => value;
}

/// <summary>A computation on the outputs of two expressions; the right one is the outer loop, as in jq.</summary>
internal abstract class BinaryNode : Node
{
    private readonly Node _left;
    private readonly Node _right;

    protected BinaryNode(Node left, Node right)
    {
        _left = left;
        _right = right;
        Single = left.Single && right.Single;
    }

    protected Node[] Operands => [_left, _right];

    public sealed override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var right = _right.Eval(run, env, input);
        var left = right is null ? null : _left.Eval(run, env, input);
        return left is null ? null : Apply(run, left, right!);
    }

    public sealed override bool IsSingleIn(Env env) => Single || (_left.IsSingleIn(env) && _right.IsSingleIn(env));

    public sealed override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var right in _right.Stream(run, env, input))
        {
            foreach (var left in _left.Stream(run, env, input))
            {
                run.Step();
                yield return Apply(run, left, right);
            }
        }
    }

    protected abstract JqValue Apply(Run run, JqValue left, JqValue right);
}

internal sealed class ArithmeticNode(Node left, Node right, Func<Run, JqValue, JqValue, JqValue> apply) : BinaryNode(left, right)
{
    protected override JqValue Apply(Run run, JqValue left, JqValue right) => apply(run, left, right);
}

internal sealed class AddNode(Node left, Node right) : BinaryNode(left, right)
{
    /// <summary>Sums of several terms, each with at most one output, are computed at once.</summary>
    public static Node Create(Node left, Node right) => !left.Single || !right.Single ? new AddNode(left, right)
        : left is SumOfTermsNode sum ? sum.Plus(right)
        : left is AddNode add ? new SumOfTermsNode([.. add.Operands, right])
        : new AddNode(left, right);

    protected override JqValue Apply(Run run, JqValue left, JqValue right) => Operators.Add(run, left, right);
}

/// <summary><c>a + b + c</c>: texts are put together once, without the sums on the way.</summary>
internal sealed class SumOfTermsNode(Node[] terms) : SingleNode
{
    public SumOfTermsNode Plus(Node term) => new([.. terms, term]);

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        var values = ArrayPool<JqValue>.Shared.Rent(terms.Length);
        try
        {
            // The right operand comes first, as in jq.
            for (var i = terms.Length - 1; i >= 0; i--)
            {
                if (terms[i].Eval(run, env, input) is not { } value)
                {
                    return null;
                }

                values[i] = value;
            }

            return Sum(run, values.AsSpan(0, terms.Length));
        }
        finally
        {
            ArrayPool<JqValue>.Shared.Return(values, clearArray: true);
        }
    }

    private static JqValue Sum(Run run, ReadOnlySpan<JqValue> values)
    {
        var kind = values[0].Kind;
        var length = 0L;
        foreach (var value in values)
        {
            if (value.Kind != kind || kind is not (JqKind.String or JqKind.Array))
            {
                return OneByOne(run, values);
            }

            length += value is StringValue text ? text.Length : ((ArrayValue)value).Count;
        }

        // What has become long may be built step by step, and then adding to it is cheap.
        if (length >= (kind == JqKind.String ? TextBuffer.MinLength : Slots.SmallCount))
        {
            return OneByOne(run, values);
        }

        if (kind == JqKind.String)
        {
            run.AllocateString(length);
            return StringValue.Concat(values, (int)length);
        }

        run.AllocateArray(length);
        var elements = new JqValue[length];
        var next = 0;
        foreach (var value in values)
        {
            var part = ((ArrayValue)value).Elements;
            part.CopyTo(elements, next);
            next += part.Length;
        }

        return length == 0 ? values[0] : run.Check(new ArrayValue(elements));
    }

    private static JqValue OneByOne(Run run, ReadOnlySpan<JqValue> values)
    {
        var sum = values[0];
        foreach (var value in values[1..])
        {
            sum = Operators.Add(run, sum, value);
        }

        return sum;
    }
}

internal sealed class EqualNode(Node left, Node right, bool negated) : BinaryNode(left, right)
{
    protected override JqValue Apply(Run run, JqValue left, JqValue right)
    {
        run.Walk(left, right);
        return ValueEquality.Check(left, right) != negated ? JqValue.True : JqValue.False;
    }
}

internal enum Comparison
{
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

internal sealed class CompareNode(Node left, Node right, Comparison comparison) : BinaryNode(left, right)
{
    protected override JqValue Apply(Run run, JqValue left, JqValue right)
    {
        run.Walk(left, right);

        // jq: nan is below everything, so "nan > nan" asks whether nan is below nan the other way round.
        var holds = comparison switch
        {
            Comparison.Less => ValueOrder.Compare(left, right) < 0,
            Comparison.LessOrEqual => ValueOrder.Compare(left, right) <= 0,
            Comparison.Greater => ValueOrder.Compare(left, right) > 0,
            _ => ValueOrder.Compare(left, right) >= 0,
        };
        return holds ? JqValue.True : JqValue.False;
    }
}

internal sealed class NegateNode : Node
{
    private readonly Node _operand;

    public NegateNode(Node operand)
    {
        _operand = operand;
        Single = operand.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        var value = _operand.Eval(run, env, input);
        return value is null ? null : Operators.Negate(run, value);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var value in _operand.Stream(run, env, input))
        {
            yield return Operators.Negate(run, value);
        }
    }
}

/// <summary><c>and</c>, <c>or</c>: the left side is the outer loop and may settle the result alone.</summary>
internal sealed class LogicNode : Node
{
    private readonly Node _left;
    private readonly Node _right;
    private readonly bool _settledBy;

    public LogicNode(Node left, Node right, bool isOr)
    {
        _left = left;
        _right = right;
        _settledBy = isOr;
        Single = left.Single && right.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!Single)
        {
            return FirstOfStream(run, env, input);
        }

        var left = _left.Eval(run, env, input);
        if (left is null)
        {
            return null;
        }

        if (left.IsTruthy == _settledBy)
        {
            return JqValue.From(_settledBy);
        }

        var right = _right.Eval(run, env, input);
        return right is null ? null : JqValue.From(right.IsTruthy);
    }

    public override bool IsSingleIn(Env env) => Single || (_left.IsSingleIn(env) && _right.IsSingleIn(env));

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var left in _left.Stream(run, env, input))
        {
            run.Step();
            if (left.IsTruthy == _settledBy)
            {
                yield return JqValue.From(_settledBy);
                continue;
            }

            foreach (var right in _right.Stream(run, env, input))
            {
                run.Step();
                yield return JqValue.From(right.IsTruthy);
            }
        }
    }
}

/// <summary><c>a // b</c>: the truthy outputs of a, or those of b when there are none. An error in a stays an error.</summary>
internal sealed class AlternativeNode : Node
{
    private readonly Node _left;
    private readonly Node _right;

    public AlternativeNode(Node left, Node right)
    {
        _left = left;
        _right = right;
        Single = left.Single && right.Single;
    }

    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        if (!_left.Single)
        {
            return FirstOfStream(run, env, input);
        }

        return Left(run, env, input) ?? _right.Eval(run, env, input);
    }

    public override Tail ToTail(Run run, Env env, JqValue input)
    {
        if (!_left.IsSingleIn(env))
        {
            return Tail.Of(Stream(run, env, input));
        }

        return Left(run, env, input) is { } value ? Tail.Of(value) : _right.ToTail(run, env, input);
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var any = false;
        foreach (var value in _left.Stream(run, env, input))
        {
            if (value.IsTruthy)
            {
                any = true;
                yield return value;
            }
        }

        if (any)
        {
            yield break;
        }

        foreach (var value in _right.Stream(run, env, input))
        {
            yield return value;
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        var any = false;
        foreach (var point in _left.Paths(run, env, at))
        {
            if (point.Value.IsTruthy)
            {
                any = true;
                yield return point;
            }
        }

        if (any)
        {
            yield break;
        }

        foreach (var point in _right.Paths(run, env, at))
        {
            yield return point;
        }
    }

    private JqValue? Left(Run run, Env env, JqValue input) =>
        _left.Eval(run, env, input) is { IsTruthy: true } value ? value : null;
}

/// <summary>Enumerates until an error of the source, which it swallows or hands over. Errors of the consumer pass by.</summary>
internal static class GuardedStream
{
    public static IEnumerable<T> Of<T>(Run run, IEnumerable<T> source, Action<JqRuntimeException>? onError)
    {
        using var items = source.GetEnumerator();
        while (true)
        {
            var depth = run.Depth;
            T item;
            try
            {
                if (!items.MoveNext())
                {
                    yield break;
                }

                item = items.Current;
            }
            catch (JqRuntimeException exception) when (exception is not HaltException)
            {
                run.Depth = depth;
                run.ErrorCaught();
                onError?.Invoke(exception);
                yield break;
            }

            yield return item;
        }
    }
}
