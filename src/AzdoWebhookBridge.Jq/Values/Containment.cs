using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// jq's <c>contains</c>: an object has all members of the other with values that contain theirs; an array has for every
/// element of the other one that contains it. With its own stack, because values may be deeper than the thread's.
/// </summary>
internal static class Containment
{
    public static bool Contains(Run run, JqValue whole, JqValue part)
    {
        var open = new Stack<Question>();
        var answer = Ask(run, whole, part, open);
        while (open.Count > 0)
        {
            var question = open.Pop();
            answer = question.Next(answer, out var child);
            if (answer is null)
            {
                open.Push(question);
                answer = Ask(run, child.Whole, child.Part, open);
            }
        }

        return answer!.Value;
    }

    /// <summary>The answer, or null when it takes further questions, the first of which is opened.</summary>
    private static bool? Ask(Run run, JqValue whole, JqValue part, Stack<Question> open)
    {
        run.Step();
        if (open.Count > JqValue.MaxWalk)
        {
            throw new JqRuntimeException("Containment check too deep");
        }

        if (whole.Kind != part.Kind)
        {
            return false;
        }

        switch (whole)
        {
            case ArrayValue or ObjectValue:
                open.Push(new Question(whole, part));
                return null;
            case StringValue text:
                return TextSearch.Contains(run, text.Text, ((StringValue)part).Text);
            default:
                return ValueOrder.AreEqual(whole, part);
        }
    }

    private struct Question(JqValue whole, JqValue part)
    {
        private int _wanted;
        private int _tried;

        /// <summary>Takes the answer about the last child, if one was asked; gives the whole answer or the next child.</summary>
        public bool? Next(bool? answer, out (JqValue Whole, JqValue Part) child)
        {
            child = default;
            return part is ArrayValue wanted ? NextElement(answer, wanted, ref child) : NextMember(answer, (ObjectValue)part, ref child);
        }

        private bool? NextElement(bool? answer, ArrayValue wanted, ref (JqValue Whole, JqValue Part) child)
        {
            if (answer is true)
            {
                _wanted++;
                _tried = 0;
            }
            else if (answer is false)
            {
                _tried++;
            }

            var own = (ArrayValue)whole;
            if (_wanted == wanted.Count)
            {
                return true;
            }

            if (_tried == own.Count)
            {
                return false;
            }

            child = (own.At(_tried), wanted.At(_wanted));
            return null;
        }

        private bool? NextMember(bool? answer, ObjectValue wanted, ref (JqValue Whole, JqValue Part) child)
        {
            if (answer is false || (answer is true && ++_wanted == wanted.Count))
            {
                return answer;
            }

            var own = (ObjectValue)whole;
            if (wanted.Count == 0 || !own.TryGet(wanted.Keys[_wanted], out var member))
            {
                return wanted.Count == 0;
            }

            child = (member, wanted.ValueAt(_wanted));
            return null;
        }
    }
}
