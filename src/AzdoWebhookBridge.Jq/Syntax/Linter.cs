using System.Buffers;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>Finds the traps that mappings fall into. Few false alarms matter more than finding all.</summary>
internal sealed class Linter
{
    // With any of these a text is meant as a pattern.
    private static readonly SearchValues<char> PatternOnly = SearchValues.Create(@"\[]^$|*{}");

    private readonly SourceText _source;
    private readonly List<JqWarning> _warnings = [];

    private Linter(SourceText source)
    {
        _source = source;
    }

    public static IReadOnlyList<JqWarning> Check(SourceText source, SyntaxNode program)
    {
        var linter = new Linter(source);
        linter.Visit(program);
        linter._warnings.Sort((left, right) => (left.Line, left.Column).CompareTo((right.Line, right.Column)));
        return linter._warnings;
    }

    private void Visit(SyntaxNode? node)
    {
        switch (node)
        {
            case PipeSyntax pipe:
                CheckToString(pipe);
                break;
            case BinarySyntax binary:
                CheckAlternative(binary);
                break;
            case CallSyntax call:
                CheckRegex(call);
                CheckCondition(call is { Name: "select", Arguments: [var condition] } ? condition : null);
                break;
            case IfSyntax choice:
                CheckCondition(choice.Condition);
                break;
            default:
                break;
        }

        foreach (var child in SyntaxChildren.Of(node))
        {
            Visit(child);
        }
    }

    /// <summary><c>.a // .b | tostring</c> and <c>.a | tostring</c>: a missing value becomes the text "null".</summary>
    private void CheckToString(PipeSyntax pipe)
    {
        // "a | b | tostring" is parsed as "a | (b | tostring)".
        var next = pipe.Right is PipeSyntax more ? more.Left : pipe.Right;
        if (next is CallSyntax { Name: "tostring", Arguments.Length: 0 } call && MayBeMissing(pipe.Left))
        {
            Warn("null-to-string", "A missing value becomes the text \"null\" here; put '| values' before '| tostring', or a default with '//'.", call.At);
        }
    }

    /// <summary>Below an operator of higher precedence: <c>.a // .b + .c</c> is <c>.a // (.b + .c)</c>.</summary>
    private void CheckAlternative(BinarySyntax binary)
    {
        if (binary.Operator != "//")
        {
            return;
        }

        foreach (var side in new[] { binary.Left, binary.Right })
        {
            if (side is BinarySyntax { Operator: "+", Parenthesized: false } sum)
            {
                Warn("alternative-with-plus", "'//' binds weaker than '+', so a default covers the whole sum, and null + text is not null; put parentheses.", sum.At);
                return;
            }
        }
    }

    /// <summary><c>if .a = 1 then</c> assigns, and what it gives is true for any object.</summary>
    private void CheckCondition(SyntaxNode? condition)
    {
        if (condition is AssignSyntax { Operator: "=" } assign)
        {
            Warn("assignment-as-condition", "'=' assigns; write '==' to compare.", assign.At);
        }
    }

    /// <summary>Text with a metacharacter that makes no sense as one, in a place that takes a pattern.</summary>
    private void CheckRegex(CallSyntax call)
    {
        if (call.Name is not ("sub" or "gsub" or "test") || call.Arguments.Length == 0
            || call.Arguments[0] is not LiteralSyntax { Value: StringValue pattern } literal)
        {
            return;
        }

        if (PlainTextTrap(pattern.Text) is { } trap)
        {
            Warn("regex-metacharacter", $"'{trap}' is special in a regular expression; write '\\\\{trap}' for the character itself.", literal.At);
        }
    }

    /// <summary>A metacharacter in what otherwise looks like text: no class, no escape, no other construct of a pattern.</summary>
    private static char? PlainTextTrap(string pattern)
    {
        if (pattern.AsSpan().ContainsAny(PatternOnly) || pattern.Contains("(?", StringComparison.Ordinal))
        {
            return null;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            var before = i == 0 ? '\0' : pattern[i - 1];
            var after = i == pattern.Length - 1 ? '\0' : pattern[i + 1];
            switch (pattern[i])
            {
                case '?' when char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after) && pattern.Contains('=', StringComparison.Ordinal):
                case '(' when !pattern.Contains(')', StringComparison.Ordinal):
                case '+' when before is '\0' or ' ' || after is ' ' || (char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after)):
                case '.' when IsDottedName(pattern):
                    return pattern[i];
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>Like "refs.heads" or "visualstudio.com": letters around each dot, and dots are the only special characters.</summary>
    private static bool IsDottedName(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny("?+()") >= 0)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '.' && (i == 0 || i == pattern.Length - 1 || !char.IsLetterOrDigit(pattern[i - 1]) || !char.IsLetterOrDigit(pattern[i + 1])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A path that reads a field, and alternatives whose last resort is one.</summary>
    private static bool MayBeMissing(SyntaxNode node) => node switch
    {
        FieldSyntax field => IsPath(field.Target),
        BinarySyntax { Operator: "//" } alternative => MayBeMissing(alternative.Right)
            || alternative.Right is LiteralSyntax { Value.IsNull: true },
        _ => false,
    };

    private static bool IsPath(SyntaxNode node) => node switch
    {
        IdentitySyntax or VariableSyntax => true,
        FieldSyntax field => IsPath(field.Target),
        IndexSyntax { Key: LiteralSyntax } index => IsPath(index.Target),
        _ => false,
    };

    private void Warn(string code, string message, Token at)
    {
        var (line, column) = _source.Locate(at.Offset);
        _warnings.Add(new JqWarning(code, message, line, column));
    }
}
