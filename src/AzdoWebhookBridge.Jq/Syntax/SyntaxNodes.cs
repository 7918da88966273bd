namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>A parsed expression. <see cref="Depth"/> bounds every later recursion over the tree.</summary>
internal abstract class SyntaxNode
{
    protected SyntaxNode(Token at, params ReadOnlySpan<SyntaxNode?> children)
    {
        At = at;
        var deepest = 0;
        foreach (var child in children)
        {
            deepest = Math.Max(deepest, child?.Depth ?? 0);
        }

        Depth = deepest + 1;
    }

    public Token At { get; }

    public int Depth { get; }
}

internal sealed class IdentitySyntax(Token at) : SyntaxNode(at);

internal sealed class RecurseSyntax(Token at) : SyntaxNode(at);

/// <summary>An access below a target; <see cref="Optional"/> is a question mark right behind it, which covers this access only.</summary>
internal abstract class SuffixSyntax(Token at, params ReadOnlySpan<SyntaxNode?> children) : SyntaxNode(at, children)
{
    public bool Optional { get; set; }
}

internal sealed class FieldSyntax(Token at, SyntaxNode target, string name) : SuffixSyntax(at, target)
{
    public SyntaxNode Target => target;

    public string Name => name;
}

internal sealed class IndexSyntax(Token at, SyntaxNode target, SyntaxNode key) : SuffixSyntax(at, target, key)
{
    public SyntaxNode Target => target;

    public SyntaxNode Key => key;
}

internal sealed class SliceSyntax(Token at, SyntaxNode target, SyntaxNode? from, SyntaxNode? to) : SuffixSyntax(at, target, from, to)
{
    public SyntaxNode Target => target;

    public SyntaxNode? From => from;

    public SyntaxNode? To => to;
}

internal sealed class IterateSyntax(Token at, SyntaxNode target) : SuffixSyntax(at, target)
{
    public SyntaxNode Target => target;
}

internal sealed class LiteralSyntax(Token at, JqValue value) : SyntaxNode(at)
{
    public JqValue Value => value;
}

/// <summary>A string with interpolations; the plain parts are literals.</summary>
internal sealed class InterpolationSyntax(Token at, string? format, SyntaxNode[] parts) : SyntaxNode(at, parts)
{
    public string? Format => format;

    public SyntaxNode[] Parts => parts;
}

internal sealed class FormatSyntax(Token at) : SyntaxNode(at);

internal sealed class ArraySyntax(Token at, SyntaxNode? body) : SyntaxNode(at, body)
{
    public SyntaxNode? Body => body;
}

internal sealed class ObjectSyntax(Token at, SyntaxNode[] keys, SyntaxNode[] values)
    : SyntaxNode(at, [.. keys, .. values])
{
    public SyntaxNode[] Keys => keys;

    public SyntaxNode[] Values => values;
}

internal sealed class VariableSyntax(Token at) : SyntaxNode(at);

internal sealed class CallSyntax(Token at, string name, SyntaxNode[] arguments) : SyntaxNode(at, arguments)
{
    public string Name => name;

    public SyntaxNode[] Arguments => arguments;
}

internal sealed class PipeSyntax(Token at, SyntaxNode left, SyntaxNode right) : SyntaxNode(at, left, right)
{
    public SyntaxNode Left => left;

    public SyntaxNode Right => right;
}

internal sealed class CommaSyntax(Token at, SyntaxNode[] items) : SyntaxNode(at, items)
{
    public SyntaxNode[] Items => items;
}

/// <summary>Arithmetic, comparison, <c>and</c>, <c>or</c> and <c>//</c>.</summary>
internal sealed class BinarySyntax(Token at, string op, SyntaxNode left, SyntaxNode right) : SyntaxNode(at, left, right)
{
    public string Operator => op;

    public SyntaxNode Left => left;

    public SyntaxNode Right => right;

    /// <summary>Written in parentheses, so that its grouping is meant.</summary>
    public bool Parenthesized { get; set; }
}

internal sealed class AssignSyntax(Token at, string op, SyntaxNode left, SyntaxNode right) : SyntaxNode(at, left, right)
{
    public string Operator => op;

    public SyntaxNode Left => left;

    public SyntaxNode Right => right;
}

internal sealed class NegateSyntax(Token at, SyntaxNode operand) : SyntaxNode(at, operand)
{
    public SyntaxNode Operand => operand;
}

internal sealed class TrySyntax(Token at, SyntaxNode body, SyntaxNode? handler) : SyntaxNode(at, body, handler)
{
    public SyntaxNode Body => body;

    public SyntaxNode? Handler => handler;
}

internal sealed class IfSyntax(Token at, SyntaxNode condition, SyntaxNode then, SyntaxNode? otherwise)
    : SyntaxNode(at, condition, then, otherwise)
{
    public SyntaxNode Condition => condition;

    public SyntaxNode Then => then;

    public SyntaxNode? Otherwise => otherwise;
}

internal sealed class BindSyntax(Token at, SyntaxNode source, PatternSyntax[] patterns, SyntaxNode body)
    : SyntaxNode(at, source, body, new PatternDepth(at, patterns))
{
    public SyntaxNode Source => source;

    public PatternSyntax[] Patterns => patterns;

    public SyntaxNode Body => body;
}

internal sealed class ReduceSyntax(Token at, SyntaxNode source, PatternSyntax pattern, SyntaxNode initial, SyntaxNode update)
    : SyntaxNode(at, source, initial, update, pattern)
{
    public SyntaxNode Source => source;

    public PatternSyntax Pattern => pattern;

    public SyntaxNode Initial => initial;

    public SyntaxNode Update => update;
}

internal sealed class ForeachSyntax(
    Token at, SyntaxNode source, PatternSyntax pattern, SyntaxNode initial, SyntaxNode update, SyntaxNode? extract)
    : SyntaxNode(at, source, initial, update, extract, pattern)
{
    public SyntaxNode Source => source;

    public PatternSyntax Pattern => pattern;

    public SyntaxNode Initial => initial;

    public SyntaxNode Update => update;

    public SyntaxNode? Extract => extract;
}

/// <summary><c>def name(parameters): body; rest</c>. Value parameters keep their dollar sign.</summary>
internal sealed class FunctionSyntax(Token at, string name, string[] parameters, SyntaxNode body, SyntaxNode rest)
    : SyntaxNode(at, body, rest)
{
    public string Name => name;

    public string[] Parameters => parameters;

    public SyntaxNode Body => body;

    public SyntaxNode Rest => rest;
}

internal sealed class LabelSyntax(Token at, string name, SyntaxNode body) : SyntaxNode(at, body)
{
    public string Name => name;

    public SyntaxNode Body => body;
}

internal sealed class BreakSyntax(Token at, string name) : SyntaxNode(at)
{
    public string Name => name;
}

internal abstract class PatternSyntax(Token at, params ReadOnlySpan<SyntaxNode?> children) : SyntaxNode(at, children);

internal sealed class VariablePattern(Token at) : PatternSyntax(at)
{
    public string Name => At.Text;
}

internal sealed class ArrayPattern(Token at, PatternSyntax[] items) : PatternSyntax(at, new PatternDepth(at, items))
{
    public PatternSyntax[] Items => items;
}

/// <summary>Per entry: the key, the variable that binds the whole member (<c>$a</c>), the pattern below it.</summary>
internal sealed class ObjectPattern(Token at, (SyntaxNode Key, Token? Variable, PatternSyntax? Value)[] entries)
    : PatternSyntax(at, new PatternDepth(at, [.. entries.Select(entry => entry.Value)]))
{
    public (SyntaxNode Key, Token? Variable, PatternSyntax? Value)[] Entries => entries;
}

/// <summary>Carries the depth of several patterns.</summary>
internal sealed class PatternDepth(Token at, params PatternSyntax?[] patterns) : SyntaxNode(at, patterns);
