using System.Runtime.CompilerServices;
using AzdoWebhookBridge.Jq.Builtins;
using AzdoWebhookBridge.Jq.Syntax;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Evaluation;

/// <summary>Syntax to nodes: resolves names to levels of the environment, folds constants, picks direct forms.</summary>
internal sealed class Compiler(SourceText source, JqCompileOptions options)
{
    private readonly Dictionary<(string, int), Function> _library = [];

    /// <summary>What <c>env</c> and <c>$ENV</c> give: the variables that were allowed, and nothing of the process.</summary>
    public JqValue Environment { get; } = options.Environment is null
        ? JqValue.EmptyObject
        : JqValue.Object(options.Environment.Select(variable => KeyValuePair.Create(variable.Key, JqValue.From(variable.Value))));

    public Node Compile(SyntaxNode program) => Compile(program, new Place(null, 0));

    /// <summary>A call of a function of the built-in library that is written in jq.</summary>
    public Node CallLibrary(string name, Node[] arguments, int depth)
    {
        var key = (name, arguments.Length);
        if (!_library.TryGetValue(key, out var function))
        {
            function = new Function(name);
            _library.Add(key, function);
            CompileBody(Library.Find(name, arguments.Length)!, function, new Place(null, 0));
        }

        return new CallNode(function, depth, arguments);
    }

    private Node Compile(SyntaxNode node, Place place)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw source.Error("The program is nested too deeply", node.At);
        }

        var compiled = CompileNode(node, place);
        return node.Depth % GuardNode.Interval == 0 ? new GuardNode(compiled) : compiled;
    }

    private Node CompileNode(SyntaxNode node, Place place)
    {
        switch (node)
        {
            case IdentitySyntax:
                return IdentityNode.Instance;
            case RecurseSyntax:
                return DescendNode.Instance;
            case LiteralSyntax literal:
                return new ConstantNode(literal.Value);
            case FieldSyntax field:
                return new FieldNode(Compile(field.Target, place), field.Name, field.Optional);
            case IndexSyntax index:
                return CompileIndex(Compile(index.Target, place), Compile(index.Key, place), index.Optional);
            case SliceSyntax slice:
                return CompileSlice(slice, place);
            case IterateSyntax iterate:
                return new IterateNode(Compile(iterate.Target, place), iterate.Optional);
            case PipeSyntax pipe:
                return CompilePipe(Compile(pipe.Left, place), Compile(pipe.Right, place));
            case CommaSyntax comma:
                return new CommaNode(CompileAll(comma.Items, place));
            case ArraySyntax array:
                return CompileArray(Compile(array.Body!, place));
            case ObjectSyntax obj:
                return CompileObject(obj, place);
            case VariableSyntax variable:
                return CompileVariable(variable, place);
            case CallSyntax call:
                return CompileCall(call, place);
            case FormatSyntax format:
                return Formats.Create(source, format.At);
            case InterpolationSyntax interpolation:
                return CompileInterpolation(interpolation, place);
            case BinarySyntax binary:
                return CompileBinary(binary, place);
            case AssignSyntax assign:
                return CompileAssign(assign, place);
            case NegateSyntax negate:
                return Compile(negate.Operand, place) switch
                {
                    ConstantNode { Value: NumberValue number } => new ConstantNode(number.Negate()),
                    var operand => new NegateNode(operand),
                };
            case TrySyntax attempt:
                return new TryNode(Compile(attempt.Body, place), attempt.Handler is null ? null : Compile(attempt.Handler, place));
            case IfSyntax choice:
                return new IfNode(
                    Compile(choice.Condition, place),
                    Compile(choice.Then, place),
                    choice.Otherwise is null ? IdentityNode.Instance : Compile(choice.Otherwise, place));
            case BindSyntax bind:
                return CompileBind(bind, place);
            case ReduceSyntax reduce:
                return CompileReduce(reduce, place);
            case ForeachSyntax each:
                return CompileForeach(each, place);
            case FunctionSyntax function:
                return CompileFunction(function, place);
            case LabelSyntax label:
                return new LabelNode(Compile(label.Body, place.BindLabel(label.Name)));
            case BreakSyntax jump:
                return CompileBreak(jump, place);
            default:
                throw source.Error("This expression is not supported", node.At);
        }
    }

    private Node[] CompileAll(SyntaxNode[] nodes, Place place)
    {
        var compiled = new Node[nodes.Length];
        for (var i = 0; i < nodes.Length; i++)
        {
            compiled[i] = Compile(nodes[i], place);
        }

        return compiled;
    }

    private static Node CompilePipe(Node left, Node right)
    {
        if (left is IdentityNode)
        {
            return right;
        }

        if (right is IdentityNode)
        {
            return left;
        }

        var pipe = new PipeNode(left, right);
        return right is PipeNode longer && SplitPieceNode.TryCreate(left, longer.Left, new PipeNode(left, longer.Left)) is { } first
            ? new PipeNode(first, longer.Right)
            : (Node?)SplitPieceNode.TryCreate(left, right, pipe) ?? pipe;
    }

    private static Node CompileIndex(Node target, Node key, bool optional)
    {
        var index = new IndexNode(target, key, optional);
        return key is ConstantNode ? (Node?)SplitPieceNode.TryCreate(target, key, index) ?? index : index;
    }

    private static Node CompileArray(Node body)
    {
        if (body is ConstantNode constant)
        {
            return new ConstantNode(new ArrayValue([constant.Value]));
        }

        return body is CommaNode comma && comma.Constants() is { } items
            ? new ConstantNode(new ArrayValue(items))
            : new CollectNode(body);
    }

    private Node CompileObject(ObjectSyntax obj, Place place)
    {
        var keys = CompileAll(obj.Keys, place);
        var values = CompileAll(obj.Values, place);
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] is ConstantNode { Value: not StringValue } key)
            {
                throw source.Error($"Cannot use {ErrorText.Describe(key.Value)} as object key, expected a string", obj.Keys[i].At);
            }
        }

        if (!keys.All(key => key is ConstantNode) || !values.All(value => value is ConstantNode))
        {
            return new ObjectNode(keys, values);
        }

        var builder = new ObjectBuilder();
        for (var i = 0; i < keys.Length; i++)
        {
            builder.Set(((ConstantNode)keys[i]).Value.AsString(), ((ConstantNode)values[i]).Value);
        }

        return new ConstantNode(builder.Build());
    }

    private IndexNode CompileSlice(SliceSyntax slice, Place place)
    {
        Node from = slice.From is null ? new ConstantNode(JqValue.Null) : Compile(slice.From, place);
        Node to = slice.To is null ? new ConstantNode(JqValue.Null) : Compile(slice.To, place);
        Node key = from is ConstantNode first && to is ConstantNode last
            ? new ConstantNode(new ObjectValue(["start", "end"], [first.Value, last.Value]))
            : new SliceKeyNode(from, to);
        return new IndexNode(Compile(slice.Target, place), key, slice.Optional);
    }

    private InterpolationNode CompileInterpolation(InterpolationSyntax interpolation, Place place)
    {
        if (interpolation.Format is not null)
        {
            _ = Formats.Create(source, interpolation.At with { Text = interpolation.Format });
        }

        return new InterpolationNode(CompileAll(interpolation.Parts, place));
    }

    private ConstantOrVariable Resolve(VariableSyntax variable, Place place)
    {
        var name = variable.At.Text;
        if (Scope.Find(place.Names, NameKind.Variable, name) is { } found)
        {
            return new ConstantOrVariable(null, place.Depth - found.Level);
        }

        if (options.Variables is not null && options.Variables.TryGetValue(name, out var value))
        {
            return new ConstantOrVariable(value, 0);
        }

        return name == "ENV"
            ? new ConstantOrVariable(Environment, 0)
            : throw source.Error($"Found the variable ${name}, which is not defined{Suggestions.ForVariable(name, place.Names, options.Variables)}", variable.At);
    }

    private Node CompileVariable(VariableSyntax variable, Place place)
    {
        var resolved = Resolve(variable, place);
        return resolved.Value is null ? new VariableNode(resolved.Up) : new ConstantNode(resolved.Value);
    }

    private Node CompileCall(CallSyntax call, Place place)
    {
        var name = call.Name;
        var arity = call.Arguments.Length;
        if (Scope.FindCallable(place.Names, name, arity) is { } found)
        {
            return found.Kind == NameKind.Closure
                ? new ClosureNode(place.Depth - found.Level)
                : new CallNode(found.Function!, place.Depth - found.Level, CompileAll(call.Arguments, place));
        }

        if (Registry.Find(name, arity) is { } create)
        {
            return create(new BuiltinCall(this, CompileAll(call.Arguments, place), place.Depth));
        }

        if (Library.Find(name, arity) is not null)
        {
            return CallLibrary(name, CompileAll(call.Arguments, place), place.Depth);
        }

        throw source.Error(Refused.Reason(name) ?? Suggestions.ForFunction(call, place.Names, source.Text), call.At);
    }

    private Node CompileBinary(BinarySyntax binary, Place place)
    {
        var left = Compile(binary.Left, place);
        var right = Compile(binary.Right, place);
        return binary.Operator switch
        {
            "+" => AddNode.Create(left, right),
            "-" => new ArithmeticNode(left, right, Operators.Subtract),
            "*" => new ArithmeticNode(left, right, Operators.Multiply),
            "/" => new ArithmeticNode(left, right, Operators.Divide),
            "%" => new ArithmeticNode(left, right, Operators.Remainder),
            "==" => new EqualNode(left, right, negated: false),
            "!=" => new EqualNode(left, right, negated: true),
            "<" => new CompareNode(left, right, Comparison.Less),
            "<=" => new CompareNode(left, right, Comparison.LessOrEqual),
            ">" => new CompareNode(left, right, Comparison.Greater),
            ">=" => new CompareNode(left, right, Comparison.GreaterOrEqual),
            "and" => new LogicNode(left, right, isOr: false),
            "or" => new LogicNode(left, right, isOr: true),
            _ => new AlternativeNode(left, right),
        };
    }

    private Node CompileAssign(AssignSyntax assign, Place place)
    {
        var left = Compile(assign.Left, place);
        var right = Compile(assign.Right, place);
        return assign.Operator switch
        {
            "=" => new AssignNode(left, right),
            "|=" => new UpdateNode(left, right),
            "+=" => new ArithmeticUpdateNode(left, right, Operators.Add),
            "-=" => new ArithmeticUpdateNode(left, right, Operators.Subtract),
            "*=" => new ArithmeticUpdateNode(left, right, Operators.Multiply),
            "/=" => new ArithmeticUpdateNode(left, right, Operators.Divide),
            "%=" => new ArithmeticUpdateNode(left, right, Operators.Remainder),
            _ => new ArithmeticUpdateNode(left, right, static (_, old, value) => old.IsTruthy ? old : value),
        };
    }

    private Node CompileBind(BindSyntax bind, Place place)
    {
        var from = Compile(bind.Source, place);
        if (bind.Patterns is [VariablePattern variable])
        {
            return new BindNode(from, Compile(bind.Body, place.BindVariable(variable.Name)));
        }

        if (bind.Patterns.Length == 1)
        {
            var (pattern, inner) = CompilePattern(bind.Patterns[0], place);
            return new DestructureNode(from, [new Destructuring(pattern, 0, null)], Compile(bind.Body, inner));
        }

        var (alternatives, bound) = CompileAlternatives(bind.Patterns, place);
        return new DestructureNode(from, alternatives, Compile(bind.Body, bound));
    }

    private ReduceNode CompileReduce(ReduceSyntax reduce, Place place)
    {
        var (pattern, inner) = CompilePattern(reduce.Pattern, place);
        return new ReduceNode(
            Compile(reduce.Source, place), new Destructuring(pattern, 0, null), Compile(reduce.Initial, place), Compile(reduce.Update, inner));
    }

    private ForeachNode CompileForeach(ForeachSyntax each, Place place)
    {
        var (pattern, inner) = CompilePattern(each.Pattern, place);
        return new ForeachNode(
            Compile(each.Source, place),
            new Destructuring(pattern, 0, null),
            Compile(each.Initial, place),
            Compile(each.Update, inner),
            each.Extract is null ? IdentityNode.Instance : Compile(each.Extract, inner));
    }

    private (Destructuring[] Patterns, Place Inner) CompileAlternatives(PatternSyntax[] patterns, Place place)
    {
        var all = new List<string>();
        var compiled = new List<(PatternNode Pattern, List<string> Names)>();
        foreach (var syntax in patterns)
        {
            var names = new List<string>();
            var (pattern, inner) = CompilePattern(syntax, place);
            for (var scope = inner.Names; !ReferenceEquals(scope, place.Names); scope = scope!.Parent)
            {
                names.Insert(0, scope!.Name);
            }

            compiled.Add((pattern, names));
            all.AddRange(names.Where(name => !all.Contains(name)));
        }

        var bound = all.Aggregate(place, (current, name) => current.BindVariable(name));
        var destructurings = compiled.Select(item => new Destructuring(
            item.Pattern, item.Names.Count, all.Select(name => item.Names.LastIndexOf(name)).ToArray()));
        return (destructurings.ToArray(), bound);
    }

    private (PatternNode Pattern, Place Inner) CompilePattern(PatternSyntax syntax, Place place)
    {
        switch (syntax)
        {
            case VariablePattern variable:
                return (VariablePatternNode.Instance, place.BindVariable(variable.Name));
            case ArrayPattern array:
                var items = new PatternNode[array.Items.Length];
                for (var i = 0; i < items.Length; i++)
                {
                    (items[i], place) = CompilePattern(array.Items[i], place);
                }

                return (new ArrayPatternNode(items), place);
            default:
                var entries = ((ObjectPattern)syntax).Entries;
                var compiled = new (Node, bool, PatternNode?)[entries.Length];
                for (var i = 0; i < entries.Length; i++)
                {
                    var key = Compile(entries[i].Key, place);
                    if (key is ConstantNode { Value: not StringValue } constant)
                    {
                        throw source.Error($"Cannot use {ErrorText.Describe(constant.Value)} as object key, expected a string", entries[i].Key.At);
                    }

                    PatternNode? value = null;
                    if (entries[i].Variable is { } member)
                    {
                        place = place.BindVariable(member.Text);
                    }

                    if (entries[i].Value is { } below)
                    {
                        (value, place) = CompilePattern(below, place);
                    }

                    compiled[i] = (key, entries[i].Variable is not null, value);
                }

                return (new ObjectPatternNode(compiled), place);
        }
    }

    private Node CompileFunction(FunctionSyntax definition, Place place)
    {
        var function = new Function(definition.Name);
        CompileBody(definition, function, place);
        return Compile(definition.Rest, place.Define(definition.Name, definition.Parameters.Length, function));
    }

    private void CompileBody(FunctionSyntax definition, Function function, Place place)
    {
        var inner = place.Define(definition.Name, definition.Parameters.Length, function);
        var closures = new List<int>();
        foreach (var parameter in definition.Parameters)
        {
            inner = inner.BindClosure(parameter.TrimStart('$'));
            closures.Add(inner.Depth);
        }

        // "def f($a): body" is "def f(a): a as $a | body".
        var values = new List<Node>();
        for (var i = 0; i < closures.Count; i++)
        {
            if (definition.Parameters[i][0] == '$')
            {
                values.Add(new ClosureNode(inner.Depth - closures[i]));
                inner = inner.BindVariable(definition.Parameters[i][1..]);
            }
        }

        var body = Compile(definition.Body, inner);
        for (var i = values.Count - 1; i >= 0; i--)
        {
            body = new BindNode(values[i], body);
        }

        function.Body = body;
    }

    private BreakNode CompileBreak(BreakSyntax jump, Place place)
    {
        var label = Scope.Find(place.Names, NameKind.Label, jump.Name)
            ?? throw source.Error($"Found 'break ${jump.Name}' outside of 'label ${jump.Name}'", jump.At);
        return new BreakNode(place.Depth - label.Level);
    }

    private readonly record struct ConstantOrVariable(JqValue? Value, int Up);
}
