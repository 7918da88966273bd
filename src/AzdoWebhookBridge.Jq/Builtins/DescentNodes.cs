using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary><c>recurse(f)</c>: the input, then the same for each output of f. With a stack of its own.</summary>
internal sealed class RecurseNode(Node body) : StreamNode
{
    public override JqValue Eval(Run run, Env env, JqValue input) => input;

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input) => body.IsSingleIn(env)
        ? Chain(run, env, input)
        : Tree(run, input, value => body.Stream(run, env, value));

    public override IEnumerable<PathPoint> Paths(Run run, Env env, PathPoint at) =>
        Tree(run, at, point => body.Paths(run, env, point));

    private IEnumerable<JqValue> Chain(Run run, Env env, JqValue input)
    {
        for (var value = input; value is not null; value = body.Eval(run, env, value))
        {
            run.Step();
            yield return value;
        }
    }

    private static IEnumerable<T> Tree<T>(Run run, T root, Func<T, IEnumerable<T>> below)
    {
        var open = new Stack<IEnumerator<T>>();
        try
        {
            yield return root;
            open.Push(below(root).GetEnumerator());
            while (open.Count > 0)
            {
                run.Step();
                var items = open.Peek();
                if (!items.MoveNext())
                {
                    open.Pop().Dispose();
                    continue;
                }

                var item = items.Current;
                yield return item;
                run.Steps(4);
                open.Push(below(item).GetEnumerator());
            }
        }
        finally
        {
            foreach (var items in open)
            {
                items.Dispose();
            }
        }
    }
}

/// <summary>
/// <c>walk(f)</c>: f on everything, from the leaves up. Elements of arrays may become several or none, members of
/// objects one or none. With a stack of its own.
/// </summary>
internal sealed class WalkNode(Node body) : StreamNode
{
    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var outer = new Stack<Level>();
        var level = new Level([input]);
        while (true)
        {
            run.Step();
            if (level.IsDone)
            {
                if (outer.Count == 0)
                {
                    break;
                }

                var container = level.Build(run);
                level = outer.Pop();
                Apply(run, env, container, level);
                continue;
            }

            var child = level.Take();
            if (child.Kind >= JqKind.Array)
            {
                outer.Push(level);
                level = new Level(child);
            }
            else
            {
                Apply(run, env, child, level);
            }
        }

        foreach (var output in level.Made)
        {
            yield return output;
        }
    }

    private void Apply(Run run, Env env, JqValue value, Level parent)
    {
        if (parent.TakesOne || body.IsSingleIn(env))
        {
            parent.Add(run, body.Eval(run, env, value));
            return;
        }

        foreach (var output in body.Stream(run, env, value))
        {
            run.Step();
            parent.Add(run, output);
        }
    }

    /// <summary>A container whose children are being replaced. Left as it is when every child stays the same.</summary>
    private sealed class Level
    {
        private readonly JqValue? _container;
        private readonly JqValue[] _children;
        private List<string>? _keys;
        private int _next;
        private bool _changed;

        public Level(JqValue container)
            : this(container is ArrayValue array ? array.Elements : ((ObjectValue)container).Values) =>
            _container = container;

        /// <summary>What stands in for the container of the root.</summary>
        public Level(JqValue[] children) => _children = children;

        public List<JqValue> Made { get; } = [];

        public bool IsDone => _next == _children.Length;

        /// <summary>A member of an object has one value only.</summary>
        public bool TakesOne => _container is ObjectValue;

        public JqValue Take() => _children[_next++];

        public void Add(Run run, JqValue? made)
        {
            if (made is null)
            {
                return;
            }

            if (_container is ObjectValue obj)
            {
                (_keys ??= []).Add(obj.Keys[_next - 1]);
            }

            _changed |= Made.Count >= _children.Length || !ReferenceEquals(_children[Made.Count], made);
            run.Add(Made, made);
        }

        public JqValue Build(Run run)
        {
            if (!_changed && Made.Count == _children.Length)
            {
                return _container!;
            }

            if (_container is ArrayValue)
            {
                return run.NewArrayOf(Made);
            }

            if (Made.Count == 0)
            {
                return JqValue.EmptyObject;
            }

            run.Allocate(Made.Count * 16L);
            return run.Check(new ObjectValue(_keys!.ToArray(), Made.ToArray()));
        }
    }
}

/// <summary><c>tostream</c>: each leaf with its path, and for each container that is not empty the path of its last child.</summary>
internal sealed class ToStreamNode : StreamNode
{
    public static readonly ToStreamNode Instance = new();

    public override IEnumerable<JqValue> Stream(Run run, Env env, JqValue input)
    {
        var open = new Stack<(PathPoint At, int Next)>();
        if (IsLeaf(input))
        {
            yield return Leaf(run, new PathPoint(null, input));
            yield break;
        }

        open.Push((new PathPoint(null, input), 0));
        while (open.Count > 0)
        {
            run.Step();
            var (container, next) = open.Pop();
            var children = container.Value is ArrayValue array ? array.Elements : ((ObjectValue)container.Value).Values;
            if (next == children.Length)
            {
                var last = container.Child(IterateNode.KeyOf(container.Value, next - 1), children[next - 1]);
                yield return new ArrayValue([last.ToValue(run)]);
                continue;
            }

            open.Push((container, next + 1));
            var child = container.Child(IterateNode.KeyOf(container.Value, next), children[next]);
            if (IsLeaf(child.Value))
            {
                yield return Leaf(run, child);
            }
            else
            {
                open.Push((child, 0));
            }
        }
    }

    private static bool IsLeaf(JqValue value) => value switch
    {
        ArrayValue array => array.Count == 0,
        ObjectValue obj => obj.Count == 0,
        _ => true,
    };

    private static JqValue Leaf(Run run, PathPoint point) => run.Check(new ArrayValue([point.ToValue(run), point.Value]));
}
