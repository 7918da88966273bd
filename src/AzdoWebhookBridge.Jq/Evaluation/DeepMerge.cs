using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary><c>*</c> of two objects: members that are objects on both sides are merged in turn. With a stack of its own.</summary>
internal static class DeepMerge
{
    public static JqValue Apply(Run run, ObjectValue left, ObjectValue right)
    {
        var outer = new Stack<Level>();
        var level = new Level(run, left, right);
        while (true)
        {
            if (level.Next < right.Count)
            {
                run.Step();
                var key = right.Keys[level.Next];
                var value = right.Values[level.Next++];
                if (value is ObjectValue inner && level.Merged.TryGet(key, out var existing) && existing is ObjectValue old)
                {
                    if (outer.Count >= JqValue.MaxWalk)
                    {
                        throw new JqRuntimeException("Object merge too deep");
                    }

                    outer.Push(level);
                    right = inner;
                    level = new Level(run, old, inner);
                    continue;
                }

                level.Merged.Set(key, value);
                continue;
            }

            var merged = run.Check(level.Merged.Build());
            if (outer.Count == 0)
            {
                return merged;
            }

            level = outer.Pop();
            right = level.Right;
            level.Merged.Set(right.Keys[level.Next - 1], merged);
        }
    }

    private sealed class Level
    {
        public Level(Run run, ObjectValue left, ObjectValue right)
        {
            run.Steps(4 + (left.Count >> 3));
            run.Allocate(((left.Count + right.Count) * 16L) + 96);
            Right = right;
            for (var i = 0; i < left.Count; i++)
            {
                Merged.AddDistinct(left.Keys[i], left.Values[i]);
            }
        }

        public ObjectBuilder Merged { get; } = new();

        public ObjectValue Right { get; }

        public int Next { get; set; }
    }
}
