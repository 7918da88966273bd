using System.Numerics;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>Reading, writing and deleting by key and by path.</summary>
internal static class PathOperations
{
    /// <summary>The greatest index that jq accepts when an array is written to.</summary>
    private const int MaxIndex = int.MaxValue >> 2;

    /// <summary>jq's <c>.[key]</c>. False when that kind of value does not take that kind of key.</summary>
    public static bool TryIndex(Run run, JqValue target, JqValue key, out JqValue value)
    {
        value = JqValue.Null;
        switch (target)
        {
            case ObjectValue obj when key is StringValue name:
                value = obj.Get(name.Text);
                return true;
            case ArrayValue array when key is NumberValue number:
                value = ElementAt(array, number.Value);
                return true;
            case ArrayValue array when key is ObjectValue slice:
                value = Slice(run, array, slice);
                return true;
            case StringValue text when key is ObjectValue slice:
                value = Slice(run, text, slice);
                return true;
            case ArrayValue array when key is ArrayValue wanted:
                value = Builtins.CollectionBuiltins.IndicesOfArray(run, array, wanted);
                return true;
            default:
                return target.IsNull && (key.Kind is JqKind.String or JqKind.Number or JqKind.Object);
        }
    }

    public static JqRuntimeException IndexError(JqValue target, JqValue key) => ErrorText.Index(target, key);

    public static JqValue GetPath(Run run, JqValue value, JqValue[] path)
    {
        CheckLength(path);
        run.Steps(path.Length);
        foreach (var key in path)
        {
            if (!TryIndex(run, value, key, out var next))
            {
                throw IndexError(value, key);
            }

            value = next;
        }

        return value;
    }

    public static JqValue SetPath(Run run, JqValue value, JqValue[] path, JqValue replacement)
    {
        if (path.Length != 1)
        {
            return UpdatePath(run, value, path, path.Length, _ => replacement);
        }

        // By far the most frequent one.
        run.Step();
        _ = Child(value, run, path[0]);
        return SetKey(run, value, path[0], replacement);
    }

    /// <summary>Puts what <paramref name="update"/> makes of the value at the first keys of the path in its place.</summary>
    private static JqValue UpdatePath(Run run, JqValue value, JqValue[] path, int length, Func<JqValue, JqValue?> update)
    {
        CheckLength(path);
        run.Steps(length);
        var containers = new JqValue[length];
        for (var i = 0; i < length; i++)
        {
            containers[i] = value;
            value = Child(value, run, path[i]);
        }

        var updated = update(value);
        for (var i = length - 1; i >= 0 && updated is not null; i--)
        {
            updated = SetKey(run, containers[i], path[i], updated);
        }

        return updated ?? (length == 0 ? value : containers[0]);
    }

    private static JqValue Child(JqValue value, Run run, JqValue key) =>
        TryIndex(run, value, key, out var child) ? child : throw IndexError(value, key);

    private static void CheckLength(JqValue[] path)
    {
        if (path.Length > JqValue.MaxWalk)
        {
            throw new JqRuntimeException("Path too deep");
        }
    }

    public static JqValue SetKey(Run run, JqValue target, JqValue key, JqValue value)
    {
        switch (key)
        {
            case StringValue name when target is ObjectValue obj:
                return run.Check(obj.With(run, name.Text, value));
            case StringValue name when target.IsNull:
                run.Allocate(96);
                return run.Check(new ObjectValue([name.Text], [value]));
            case NumberValue number when target is ArrayValue or { IsNull: true }:
                return SetElement(run, target as ArrayValue, number.Value, value);
            case ObjectValue slice when target is ArrayValue or { IsNull: true }:
                return SetSlice(run, target as ArrayValue, slice, value);
            case ObjectValue when target is StringValue:
                throw new JqRuntimeException("Cannot update string slices");
            default:
                throw new JqRuntimeException($"Cannot update field at {key.KindName} index of {target.KindName}");
        }
    }

    /// <summary>Deletes all the paths. In each container what lies deeper goes first, then its own keys in one step.</summary>
    public static JqValue DeletePaths(Run run, JqValue value, List<JqValue[]> paths)
    {
        if (paths.Count == 0)
        {
            return value;
        }

        var keys = 0L;
        foreach (var path in paths)
        {
            CheckLength(path);
            keys += path.Length + 4;
        }

        run.Steps((keys >> 4) * (1 + BitOperations.Log2((uint)paths.Count + 1)));
        run.AllocateArray(paths.Count * 2L);
        var sorted = StableSort.Sort(run, paths.ToArray(), ComparePaths);
        return sorted[0].Length == 0 ? JqValue.Null : Delete(run, value, sorted, 0);
    }

    private static int ComparePaths(JqValue[] left, JqValue[] right)
    {
        var common = Math.Min(left.Length, right.Length);
        for (var i = 0; i < common; i++)
        {
            var order = ValueOrder.Compare(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length - right.Length;
    }

    /// <summary>The paths are sorted, have the same keys before that level, and at least one more.</summary>
    private static JqValue Delete(Run run, JqValue value, ReadOnlySpan<JqValue[]> paths, int level)
    {
        if (paths.Length == 1)
        {
            // The usual case, and the only one that may be very deep. Nothing is deleted below null, and nothing put in its place.
            var path = paths[0];
            var last = path.Length - 1;
            return UpdatePath(run, value, path[level..], last - level, container => container.IsNull ? null : DeleteKeys(run, container, [path[last]]));
        }

        Run.EnsureStack();
        var keys = new List<JqValue>();
        while (!paths.IsEmpty)
        {
            run.Step();
            var key = paths[0][level];
            var count = 1;
            while (count < paths.Length && ValueOrder.AreEqual(key, paths[count][level]))
            {
                count++;
            }

            if (paths[0].Length == level + 1)
            {
                // The key goes as a whole, so that longer paths through it say nothing more.
                keys.Add(key);
            }
            else if (!TryIndex(run, value, key, out var child))
            {
                throw IndexError(value, key);
            }
            else if (!child.IsNull)
            {
                value = SetKey(run, value, key, Delete(run, child, paths[..count], level + 1));
            }

            paths = paths[count..];
        }

        return keys.Count == 0 || value.IsNull ? value : DeleteKeys(run, value, keys);
    }

    private static JqValue DeleteKeys(Run run, JqValue value, List<JqValue> keys)
    {
        switch (value)
        {
            case ObjectValue obj:
                var drop = new bool[obj.Count];
                foreach (var key in keys)
                {
                    if (key is not StringValue name)
                    {
                        throw new JqRuntimeException($"Cannot delete {key.KindName} field of object");
                    }

                    var index = obj.IndexOf(name.Text);
                    if (index >= 0)
                    {
                        drop[index] = true;
                    }
                }

                run.AllocateArray(obj.Count * 2L);
                return obj.Without(drop);
            case ArrayValue array:
                return DeleteElements(run, array, keys);
            default:
                throw new JqRuntimeException($"Cannot delete fields from {value.KindName}");
        }
    }

    private static JqValue DeleteElements(Run run, ArrayValue array, List<JqValue> keys)
    {
        run.Steps(array.Count >> 5);
        run.Allocate(array.Count * 9L);
        var drop = new bool[array.Count];
        foreach (var key in keys)
        {
            switch (key)
            {
                case NumberValue number:
                    var position = Position(number.Value, array.Count);
                    if (position >= 0 && position < array.Count)
                    {
                        drop[(int)position] = true;
                    }

                    break;
                case ObjectValue slice:
                    var (start, end) = Range(slice, array.Count);
                    run.Steps((end - start) >> 3);
                    for (var i = start; i < end; i++)
                    {
                        drop[i] = true;
                    }

                    break;
                default:
                    throw new JqRuntimeException($"Cannot delete {key.KindName} element of array");
            }
        }

        var kept = new List<JqValue>(array.Count);
        for (var i = 0; i < drop.Length; i++)
        {
            if (!drop[i])
            {
                kept.Add(array.Elements[i]);
            }
        }

        return run.NewArrayOf(kept);
    }

    private static JqValue ElementAt(ArrayValue array, double index)
    {
        var position = Position(index, array.Count);
        return position >= 0 && position < array.Count ? array.At((int)position) : JqValue.Null;
    }

    /// <summary>Index from the start; still negative when it lies before the first element. nan is before everything.</summary>
    private static double Position(double index, int count)
    {
        var whole = double.IsNaN(index) ? double.NegativeInfinity : Math.Truncate(index);
        return whole < 0 ? whole + count : whole;
    }

    private static JqValue SetElement(Run run, ArrayValue? array, double index, JqValue value)
    {
        if (double.IsNaN(index))
        {
            throw new JqRuntimeException("Cannot set array element at NaN index");
        }

        var count = array?.Count ?? 0;
        var position = Position(index, count);
        if (position < 0)
        {
            throw new JqRuntimeException("Out of bounds negative array index");
        }

        if (position > MaxIndex)
        {
            throw new JqRuntimeException("Array index too large");
        }

        if (position < count)
        {
            return run.Check(array!.Replace(run, (int)position, value));
        }

        // jq's own bound is an error; ours is lower and a limit, so that it cannot be caught.
        run.AllocateArray((long)position + 1 - count);
        var added = new JqValue[(int)position + 1 - count];
        added.AsSpan().Fill(JqValue.Null);
        added[^1] = value;
        return run.Check(array is null ? new ArrayValue(added) : array.Append(run, added));
    }

    private static JqValue SetSlice(Run run, ArrayValue? array, ObjectValue slice, JqValue value)
    {
        if (value is not ArrayValue replacement)
        {
            throw new JqRuntimeException("A slice of an array can only be assigned another array");
        }

        var elements = array?.Elements ?? [];
        var (start, end) = Range(slice, elements.Length);
        return run.NewArray([.. elements.AsSpan(0, start), .. replacement.Elements, .. elements.AsSpan(end)]);
    }

    private static JqValue Slice(Run run, ArrayValue array, ObjectValue slice)
    {
        var (start, end) = Range(slice, array.Count);
        return start == 0 && end == array.Count ? array : run.NewArray(array.Elements[start..end]);
    }

    private static JqValue Slice(Run run, StringValue text, ObjectValue slice)
    {
        run.Steps(text.Length >> 6);
        var (start, end) = Range(slice, CodePoints.Count(text.Span));
        if (CodePoints.HasSurrogates(text.Span))
        {
            start = CodePoints.Offset(text.Text, start);
            end = CodePoints.Offset(text.Text, end);
        }

        return run.NewPart(text, start, end - start);
    }

    /// <summary>Start rounds down, end rounds up, negative counts from the end, all is cut to the length. nan is an open end.</summary>
    private static (int Start, int End) Range(ObjectValue slice, int count)
    {
        var start = Bound(slice, "start", 0, count, Math.Floor);
        var end = Bound(slice, "end", count, count, Math.Ceiling);
        return (start, Math.Max(start, end));
    }

    private static int Bound(ObjectValue slice, string name, int open, int count, Func<double, double> round)
    {
        var stated = slice.TryGet(name, out var bound);
        if (stated && (bound.IsNull || bound is NumberValue { Value: double.NaN }))
        {
            return open;
        }

        if (bound is not NumberValue number)
        {
            throw new JqRuntimeException("Array/string slice indices must be integers");
        }

        var value = number.Value < 0 ? number.Value + count : number.Value;
        return (int)Math.Clamp(round(value), 0, count);
    }
}
