using System.Runtime.CompilerServices;

namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>
/// Recursive descent over jq's grammar: <c>|</c>, then <c>,</c>, then the binary operators by precedence, then terms
/// with their suffixes (<c>Parser.Terms.cs</c>). Nesting is counted; chains are loops.
/// </summary>
internal sealed partial class Parser
{
    private const int MaxNesting = 250;
    private const int MaxDepth = 1_000;
    private const int AssignmentPrecedence = 2;
    private const int ComparisonPrecedence = 5;
    private const int ProductPrecedence = 7;

    private readonly SourceText _source;
    private readonly List<Token> _tokens;
    private int _next;
    private int _nesting;

    private Parser(SourceText source)
    {
        _source = source;
        _tokens = Lexer.Read(source);
    }

    private Token Current => _tokens[_next];

    public static SyntaxNode Parse(SourceText source)
    {
        var parser = new Parser(source);
        var program = parser.ParseProgram();
        if (parser.Current.Kind != TokenKind.End)
        {
            throw parser.Unexpected("an operator or the end of the program", Hints.Missing(source.Text, parser.Current));
        }

        return program;
    }

    /// <summary>Parses definitions alone, as the built-in library has them.</summary>
    public static List<FunctionSyntax> ParseDefinitions(SourceText source)
    {
        var parser = new Parser(source);
        var definitions = new List<FunctionSyntax>();
        while (parser.Current.Kind != TokenKind.End)
        {
            definitions.Add(parser.ParseDefinition(static at => new IdentitySyntax(at)));
        }

        return definitions;
    }

    /// <summary>Nothing, or nothing behind definitions, is the identity.</summary>
    private SyntaxNode ParseProgram() => Current switch
    {
        { Kind: TokenKind.End } end => new IdentitySyntax(end),
        var at when at.Is("def") => ParseDefinition(_ => ParseProgram()),
        _ => ParsePipe(),
    };

    private SyntaxNode ParsePipe()
    {
        Enter();
        var stages = new List<SyntaxNode>();
        var bars = new List<Token>();
        while (true)
        {
            stages.Add(ParseComma());
            if (!Current.Is("|"))
            {
                break;
            }

            bars.Add(Take());
        }

        var result = stages[^1];
        for (var i = stages.Count - 2; i >= 0; i--)
        {
            result = Limit(new PipeSyntax(bars[i], stages[i], result));
        }

        _nesting--;
        return result;
    }

    private SyntaxNode ParseComma()
    {
        var first = ParseScope();
        if (!Current.Is(","))
        {
            return first;
        }

        var at = Current;
        var items = new List<SyntaxNode> { first };
        while (Current.Is(","))
        {
            Take();
            items.Add(ParseScope());
        }

        return Limit(new CommaSyntax(at, items.ToArray()));
    }

    /// <summary>An expression, or what introduces a name: <c>def</c>, <c>label</c>, <c>as</c>. The name's scope is the rest of the pipe.</summary>
    private SyntaxNode ParseScope()
    {
        if (Current.Is("def"))
        {
            return ParseDefinition(_ => ParsePipe());
        }

        if (Current.Is("label"))
        {
            var at = Take();
            var name = TakeKind(TokenKind.Variable, "a label's name such as $out");
            Expect("|");
            return Limit(new LabelSyntax(at, name.Text, ParsePipe()));
        }

        // The whole expression is bound, as since jq 1.8: "1 + 2 as $x" binds 3.
        var source = ParseBinary(1);
        if (!Current.Is("as"))
        {
            return source;
        }

        var asToken = Take();
        var patterns = ParsePatterns();
        Expect("|");
        return Limit(new BindSyntax(asToken, source, patterns, ParsePipe()));
    }

    private SyntaxNode ParseBinary(int minimum)
    {
        Enter();
        var left = ParsePostfix();
        while (true)
        {
            var at = Current;
            if (at.Is("?//") || at.Is("?//="))
            {
                // Without blanks ".a?//1" reads as one token; jq refuses it, the meaning is plain.
                left = SplitOptionalAlternative(left, at);
                continue;
            }

            var precedence = Precedence(at);
            if (precedence < minimum)
            {
                break;
            }

            Take();
            var right = ParseBinary(at.Is("//") ? precedence : precedence + 1);
            left = Limit<SyntaxNode>(precedence == AssignmentPrecedence
                ? new AssignSyntax(at, at.Text, left, right)
                : new BinarySyntax(at, at.Text, left, right));
            if (precedence is AssignmentPrecedence or ComparisonPrecedence && Precedence(Current) == precedence)
            {
                throw _source.Error($"Found '{Current.Text}' after '{at.Text}', expected parentheses: these operators do not chain", Current);
            }
        }

        _nesting--;
        return left;
    }

    private SyntaxNode SplitOptionalAlternative(SyntaxNode left, Token at)
    {
        _tokens[_next] = new Token(TokenKind.Operator, at.Text[1..], at.Offset + 1, at.Length - 1);
        if (left is SuffixSyntax { Optional: false } suffix)
        {
            suffix.Optional = true;
            return left;
        }

        return Limit(new TrySyntax(at with { Length = 1 }, left, handler: null));
    }

    private static int Precedence(Token token)
    {
        if (token.Kind is not (TokenKind.Operator or TokenKind.Keyword))
        {
            return 0;
        }

        return token.Text switch
        {
            "//" => 1,
            "=" or "|=" or "+=" or "-=" or "*=" or "/=" or "%=" or "//=" => AssignmentPrecedence,
            "or" => 3,
            "and" => 4,
            "==" or "!=" or "<" or "<=" or ">" or ">=" => ComparisonPrecedence,
            "+" or "-" => 6,
            "*" or "/" or "%" => ProductPrecedence,
            _ => 0,
        };
    }

    private FunctionSyntax ParseDefinition(Func<Token, SyntaxNode> parseRest)
    {
        var at = Take();
        var name = Current;
        if (name.Kind != TokenKind.Identifier)
        {
            throw Unexpected(name.Kind == TokenKind.Keyword ? "the name of a function, and no reserved word" : "the name of a function");
        }

        Take();
        var parameters = new List<string>();
        if (Current.Is("("))
        {
            Take();
            do
            {
                if (Current.Kind is not (TokenKind.Identifier or TokenKind.Variable))
                {
                    throw Unexpected("the name of a parameter");
                }

                var parameter = Take();
                parameters.Add(parameter.Kind == TokenKind.Variable ? "$" + parameter.Text : parameter.Text);
            }
            while (TakeIf(";"));
            Expect(")");
        }

        if (parameters.Count > 255)
        {
            throw _source.Error($"'{name.Text}' has {parameters.Count} parameters, at most 255 are allowed", name);
        }

        Expect(":");
        var body = ParsePipe();
        Expect(";");
        Enter();
        var rest = parseRest(Current);
        _nesting--;
        return Limit(new FunctionSyntax(at, name.Text, parameters.ToArray(), body, rest));
    }

    private PatternSyntax[] ParsePatterns()
    {
        var patterns = new List<PatternSyntax> { ParsePattern() };
        while (TakeIf("?//"))
        {
            patterns.Add(ParsePattern());
        }

        return patterns.ToArray();
    }

    private PatternSyntax ParsePattern()
    {
        Enter();
        var at = Current;
        PatternSyntax pattern;
        if (at.Kind == TokenKind.Variable)
        {
            pattern = new VariablePattern(Take());
        }
        else if (at.Is("["))
        {
            Take();
            var items = new List<PatternSyntax>();
            do
            {
                items.Add(ParsePattern());
            }
            while (TakeIf(","));
            Expect("]");
            pattern = new ArrayPattern(at, items.ToArray());
        }
        else if (at.Is("{"))
        {
            Take();
            var entries = new List<(SyntaxNode, Token?, PatternSyntax?)>();
            do
            {
                entries.Add(ParsePatternEntry());
            }
            while (TakeIf(","));
            Expect("}");
            pattern = new ObjectPattern(at, entries.ToArray());
        }
        else
        {
            throw Unexpected("a variable such as $x, '[' or '{'");
        }

        _nesting--;
        return Limit(pattern);
    }

    private (SyntaxNode Key, Token? Variable, PatternSyntax? Value) ParsePatternEntry()
    {
        var at = Current;
        if (at.Kind == TokenKind.Variable)
        {
            Take();
            return (new LiteralSyntax(at, JqValue.From(at.Text)), at, TakeIf(":") ? ParsePattern() : null);
        }

        SyntaxNode key;
        if (at.Kind is TokenKind.Identifier or TokenKind.Keyword)
        {
            key = new LiteralSyntax(Take(), JqValue.From(at.Text));
        }
        else if (AtString)
        {
            key = ParseString();
        }
        else if (at.Is("("))
        {
            key = ParseParenthesized();
        }
        else
        {
            throw Unexpected("a key: a name, a string, a variable or an expression in parentheses");
        }

        Expect(":");
        return (key, null, ParsePattern());
    }

    private void Enter()
    {
        if (++_nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw _source.Error("The program is nested too deeply", Current);
        }
    }

    private T Limit<T>(T node)
        where T : SyntaxNode =>
        node.Depth <= MaxDepth ? node : throw _source.Error("The program is nested too deeply", node.At);

    private Token Take() => _tokens[_next++];

    private bool TakeIf(string op)
    {
        if (!Current.Is(op))
        {
            return false;
        }

        _next++;
        return true;
    }

    private Token TakeKind(TokenKind kind, string expected) => Current.Kind == kind ? Take() : throw Unexpected(expected);

    private Token Expect(string op) => Current.Is(op) ? Take() : throw Unexpected($"'{op}'", op is ")" or "]" ? Hints.Missing(_source.Text, Current) : string.Empty);

    private JqCompileException Unexpected(string expected, string hint = "")
    {
        var at = Current;
        if (hint.Length == 0)
        {
            hint = at.Kind == TokenKind.End ? Unclosed() : Hints.At(_source.Text, at.Offset);
        }

        var found = at.Kind switch
        {
            TokenKind.End => "the end of the program",
            TokenKind.StringStart => "a string",
            TokenKind.InterpolationEnd => "')'",
            _ => $"'{_source.Text.Substring(at.Offset, Math.Min(at.Length, 40))}'",
        };
        return _source.Error($"Found {found}, expected {expected}{hint}", at);
    }

    /// <summary>The innermost bracket that the end of the program leaves open.</summary>
    private string Unclosed()
    {
        var open = new Stack<Token>();
        foreach (var token in _tokens)
        {
            if (token.Kind == TokenKind.Operator && token.Text is "(" or "[" or "{")
            {
                open.Push(token);
            }
            else if (token.Kind == TokenKind.Operator && token.Text is ")" or "]" or "}")
            {
                _ = open.TryPop(out _);
            }
        }

        if (!open.TryPeek(out var last))
        {
            return string.Empty;
        }

        var (line, column) = _source.Locate(last.Offset);
        return $"; the '{last.Text}' in line {line}, column {column} is still open";
    }
}
