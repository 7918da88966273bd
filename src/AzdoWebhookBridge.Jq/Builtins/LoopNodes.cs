using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary><c>limit(n; f)</c> asks f for n outputs and no more.</summary>
internal sealed class LimitNode(Node count, Node source) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var limit in count.Stream(run, env, input))
        {
            foreach (var value in Take(run, limit, source.Stream(run, env, input)))
            {
                yield return value;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var limit in count.Stream(run, env, at.Value))
        {
            foreach (var point in Take(run, limit, source.Paths(run, env, at)))
            {
                yield return point;
            }
        }
    }

    private static IEnumerable<T> Take<T>(Run run, JqValue limit, IEnumerable<T> items)
    {
        var left = SkipNode.Count(limit, "limit doesn't support negative count");
        if (left == 0)
        {
            yield break;
        }

        foreach (var item in items)
        {
            run.Step();
            yield return item;
            if (--left <= 0)
            {
                yield break;
            }
        }
    }
}

/// <summary><c>skip(n; f)</c>, and with <paramref name="firstOnly"/> <c>nth(n; f)</c>.</summary>
internal sealed class SkipNode(Node count, Node source, bool firstOnly) : StreamNode
{
    private readonly string _negative = firstOnly ? "nth doesn't support negative indices" : "skip doesn't support negative count";

    /// <summary>What is not a number is still ordered and counted down, with jq's errors for both.</summary>
    public static double Count(JqValue count, string negative)
    {
        if (ValueOrder.Compare(count, JqValue.From(0L)) < 0)
        {
            throw new JqRuntimeException(negative);
        }

        return count is NumberValue number ? number.Value : throw ErrorText.Binary(count, JqValue.From(1L), "subtracted");
    }

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var skipped in count.Stream(run, env, input))
        {
            foreach (var value in Skip(run, skipped, source.Stream(run, env, input)))
            {
                yield return value;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        foreach (var skipped in count.Stream(run, env, at.Value))
        {
            foreach (var point in Skip(run, skipped, source.Paths(run, env, at)))
            {
                yield return point;
            }
        }
    }

    private IEnumerable<T> Skip<T>(Run run, JqValue skipped, IEnumerable<T> items)
    {
        var left = Count(skipped, _negative);

        foreach (var item in items)
        {
            run.Step();
            if (--left >= 0)
            {
                continue;
            }

            yield return item;
            if (firstOnly)
            {
                yield break;
            }
        }
    }
}

internal sealed class UntilNode(Node condition, Node update) : SingleNode
{
    public override JqValue? Eval(Run run, Env env, JqValue input)
    {
        var value = input;
        while (value is not null)
        {
            run.Step();
            var holds = condition.Eval(run, env, value);
            if (holds is null || holds.IsTruthy)
            {
                return holds is null ? null : value;
            }

            value = update.Eval(run, env, value);
        }

        return null;
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        for (PathPoint? point = at; point is { } place; point = WhileNode.Next(run, env, update, place))
        {
            run.Step();
            var holds = condition.Eval(run, env, place.Value);
            if (holds is null or { IsTruthy: true })
            {
                return holds is null ? [] : [place];
            }
        }

        return [];
    }
}

internal sealed class WhileNode(Node condition, Node update) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var value = input;
        while (value is not null && condition.Eval(run, env, value) is { IsTruthy: true })
        {
            run.Step();
            yield return value;
            value = update.Eval(run, env, value);
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        PathPoint? point = at;
        while (point is { } place && condition.Eval(run, env, place.Value) is { IsTruthy: true })
        {
            run.Step();
            yield return place;
            point = Next(run, env, update, place);
        }
    }

    public static PathPoint? Next(Run run, Env env, Node update, PathPoint place)
    {
        if (update.IsSinglePath)
        {
            return update.Path(run, env, place);
        }

        foreach (var point in update.Paths(run, env, place))
        {
            return point;
        }

        return null;
    }
}

/// <summary>The outputs of f on the same input, over and over.</summary>
internal sealed class RepeatNode(Node body) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        while (true)
        {
            run.Step();
            foreach (var value in body.Stream(run, env, input))
            {
                run.Step();
                yield return value;
            }
        }
    }

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at)
    {
        while (true)
        {
            run.Step();
            foreach (var point in body.Paths(run, env, at))
            {
                run.Step();
                yield return point;
            }
        }
    }
}

/// <summary><c>range</c>. Only with a step may the bounds be anything that is ordered and added.</summary>
internal sealed class RangeNode(Node from, Node upTo, Node? by) : StreamNode
{
    private static readonly ConstantNode One = new(JqValue.From(1L));

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        foreach (var start in from.Stream(run, env, input))
        {
            foreach (var end in upTo.Stream(run, env, input))
            {
                foreach (var step in (by ?? One).Stream(run, env, input))
                {
                    if (start is not NumberValue first || end is not NumberValue last || step is not NumberValue distance)
                    {
                        foreach (var value in by is null ? throw new JqRuntimeException("Range bounds must be numeric") : Climb(run, start, end, step))
                        {
                            yield return value;
                        }

                        continue;
                    }

                    for (var i = first.Value; distance.Value > 0 ? i < last.Value : distance.Value < 0 && i > last.Value; i += distance.Value)
                    {
                        run.Step();
                        yield return NumberValue.Create(i);
                    }
                }
            }
        }
    }

    private static IEnumerable<JqValue> Climb(Run run, JqValue start, JqValue end, JqValue step)
    {
        var direction = ValueOrder.Compare(step, JqValue.From(0L));
        for (var value = start; direction != 0 && Math.Sign(ValueOrder.Compare(end, value)) == Math.Sign(direction); value = Operators.Add(run, value, step))
        {
            run.Step();
            yield return value;
        }
    }
}
