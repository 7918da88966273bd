using System.Text;
using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary><c>split("…")</c> with a separator that is known and not empty.</summary>
internal sealed class SplitNode(StringValue separator) : SingleNode
{
    private readonly byte[]? _ascii = Ascii.IsValid(separator.Span) ? Encoding.ASCII.GetBytes(separator.Text) : null;

    public override JqValue Eval(Run run, Env env, JqValue input) => StringBuiltins.Split(run, input, separator);

    /// <summary>What <c>split("…")[index]</c> gives, without the other pieces; of a negative index the last piece.</summary>
    public JqValue Piece(Run run, JqValue input, int index)
    {
        if (input is not StringValue whole)
        {
            return Eval(run, Env.Root, input);
        }

        run.Steps((whole.Length >> 3) + 1);
        if (whole.Length == 0)
        {
            return JqValue.Null;
        }

        return _ascii is not null && whole.TryGetAscii(out var bytes)
            ? Piece<byte>(run, whole, bytes, _ascii, index)
            : Piece(run, whole, whole.Span, separator.Span, index);
    }

    private static JqValue Piece<T>(Run run, StringValue whole, ReadOnlySpan<T> text, ReadOnlySpan<T> by, int index)
        where T : IEquatable<T>
    {
        if (index < 0)
        {
            // From the start, as jq does it: "aaa" by "aa" ends with "a".
            index = text.Count(by);
        }

        var start = 0;
        while (true)
        {
            var length = text[start..].IndexOf(by);
            if (index == 0)
            {
                return run.NewPart(whole, start, length < 0 ? whole.Length - start : length);
            }

            if (length < 0)
            {
                return JqValue.Null;
            }

            start += length + by.Length;
            index--;
        }
    }
}

/// <summary>One piece of a split text, which mappings often want: <c>split("/")[0]</c>, <c>split("/") | last</c>.</summary>
internal sealed class SplitPieceNode(SplitNode split, int index, Node written) : SingleNode
{
    /// <summary>The node for an element of what <paramref name="source"/> gives, when it is a split; else null.</summary>
    /// <param name="source">Where the element is from.</param>
    /// <param name="element">What takes the element.</param>
    /// <param name="written">Both, as they are evaluated otherwise.</param>
    public static SplitPieceNode? TryCreate(Node source, Node element, Node written) => source is not SplitNode split ? null
        : ReferenceEquals(element, LastElement) ? new SplitPieceNode(split, -1, written)
        : element is ConstantNode { Value: NumberValue { Value: >= 0 and < 1_000 } number } && double.IsInteger(number.Value)
            ? new SplitPieceNode(split, (int)number.Value, written)
            : null;

    /// <summary>The builtin <c>last</c>.</summary>
    public static Node LastElement { get; } = new IndexNode(IdentityNode.Instance, new ConstantNode(JqValue.From(-1L)), optional: false);

    public override JqValue Eval(Run run, Env env, JqValue input) => split.Piece(run, input, index);

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at) => written.Paths(run, env, at);
}
