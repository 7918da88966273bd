namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>
/// How the body of a function ends: with at most one value, with a stream, or with the evaluation of another expression
/// in its place, which its caller goes on with so that loops written as recursion need no stack.
/// </summary>
internal readonly struct Tail
{
    private Tail(JqValue? value, IEnumerable<JqValue>? outputs, Node? next, Env? env)
    {
        Value = value;
        Outputs = outputs;
        Next = next;
        Env = env;
    }

    /// <summary>The only output, or the input of <see cref="Next"/>.</summary>
    public JqValue? Value { get; }

    /// <summary>The outputs; the last of them may be a <see cref="TailCall"/>.</summary>
    public IEnumerable<JqValue>? Outputs { get; }

    public Node? Next { get; }

    public Env? Env { get; }

    public static Tail Of(JqValue? value) => new(value, null, null, null);

    public static Tail Of(IEnumerable<JqValue> outputs) => new(null, outputs, null, null);

    public static Tail Call(Node next, Env env, JqValue input) => new(input, null, next, env);
}

/// <summary>Stands at the end of a stream for the outputs of a last expression. Only <see cref="TailCalls"/> ever sees it.</summary>
internal sealed class TailCall(Node node, Env env, JqValue input) : JqValue(JqKind.Null, 0, 0)
{
    public Tail Open(Run run) => node.ToTail(run, env, input);
}

/// <summary>Evaluates the bodies of functions: one level of depth each, however many calls in tail position follow.</summary>
internal static class TailCalls
{
    public static JqValue? First(Run run, Node body, Env env, JqValue input)
    {
        run.Enter();
        var tail = body.ToTail(run, env, input);
        while (true)
        {
            tail = Follow(run, tail);
            if (tail.Outputs is null)
            {
                run.Leave();
                return tail.Value;
            }

            using var outputs = tail.Outputs.GetEnumerator();
            var output = outputs.MoveNext() ? outputs.Current : null;
            if (output is not TailCall call)
            {
                run.Leave();
                return output;
            }

            tail = call.Open(run);
        }
    }

    /// <summary>Depth counts while the generator runs, not while it is suspended.</summary>
    public static IEnumerable<JqValue> Stream(Run run, Node body, Env env, JqValue input)
    {
        run.Enter();
        var tail = body.ToTail(run, env, input);
        while (true)
        {
            tail = Follow(run, tail);
            if (tail.Outputs is null)
            {
                run.Leave();
                if (tail.Value is not null)
                {
                    yield return tail.Value;
                }

                yield break;
            }

            TailCall? call = null;
            using (var outputs = tail.Outputs.GetEnumerator())
            {
                while (call is null && outputs.MoveNext())
                {
                    call = outputs.Current as TailCall;
                    if (call is null)
                    {
                        run.Leave();
                        yield return outputs.Current;
                        run.Enter();
                    }
                }
            }

            if (call is null)
            {
                run.Leave();
                yield break;
            }

            tail = call.Open(run);
        }
    }

    private static Tail Follow(Run run, Tail tail)
    {
        while (tail.Next is not null)
        {
            run.Step();
            tail = tail.Next.ToTail(run, tail.Env!, tail.Value!);
        }

        return tail;
    }
}
