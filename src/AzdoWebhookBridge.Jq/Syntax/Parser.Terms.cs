using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Syntax;

internal sealed partial class Parser
{
    private SyntaxNode ParsePostfix()
    {
        Enter();
        var first = Current;
        var term = ParseTerm();
        var bare = !first.Is("(");
        while (true)
        {
            var at = Current;
            if (at.Is("?"))
            {
                Take();
                if (bare && term is SuffixSyntax { Optional: false } suffix)
                {
                    suffix.Optional = true;
                }
                else
                {
                    term = Limit(new TrySyntax(at, term, handler: null));
                }

                continue;
            }

            bare = true;
            if (at.Kind == TokenKind.Field)
            {
                Take();
                term = new FieldSyntax(at, term, at.Text);
            }
            else if (at.Is("."))
            {
                Take();
                if (AtString)
                {
                    term = StringIndex(at, term, ParseString());
                }
                else if (Current.Is("["))
                {
                    term = ParseBracket(term);
                }
                else
                {
                    throw Unexpected("a string or '[' after '.'");
                }
            }
            else if (at.Is("["))
            {
                term = ParseBracket(term);
            }
            else
            {
                break;
            }

            Limit(term);
        }

        _nesting--;
        return term;
    }

    private SyntaxNode ParseTerm()
    {
        var at = Current;
        switch (at.Kind)
        {
            case TokenKind.Field:
                Take();
                return new FieldSyntax(at, new IdentitySyntax(at), at.Text);
            case TokenKind.Number:
                Take();
                return new LiteralSyntax(at, NumberValue.FromLiteral(at.Text));
            case TokenKind.StringStart:
                return ParseString();
            case TokenKind.Format:
                return AtString ? ParseString() : new FormatSyntax(Take());
            case TokenKind.Variable:
                Take();
                return at.Text == "__loc__" ? Location(at) : new VariableSyntax(at);
            case TokenKind.Identifier:
                return ParseCall();
            case TokenKind.Operator:
                return ParseOperatorTerm(at);
            case TokenKind.Keyword:
                return ParseKeywordTerm(at);
            default:
                throw Unexpected("an expression");
        }
    }

    private LiteralSyntax Location(Token at)
    {
        var place = new ObjectBuilder();
        place.AddDistinct("file", JqValue.From("<top-level>"));
        place.AddDistinct("line", JqValue.From(_source.Locate(at.Offset).Line));
        return new LiteralSyntax(at, place.Build());
    }

    private SyntaxNode ParseOperatorTerm(Token at)
    {
        switch (at.Text)
        {
            case ".":
                Take();
                return AtString ? StringIndex(at, new IdentitySyntax(at), ParseString()) : new IdentitySyntax(at);
            case "..":
                Take();
                return new RecurseSyntax(at);
            case "(":
                return ParseParenthesized();
            case "[":
                Take();
                if (TakeIf("]"))
                {
                    return new LiteralSyntax(at, JqValue.EmptyArray);
                }

                var body = ParsePipe();
                Expect("]");
                return Limit(new ArraySyntax(at, body));
            case "{":
                return ParseObject();
            case "-":
                return ParseNegation();
            default:
                throw Unexpected("an expression");
        }
    }

    /// <summary>The minus takes one term with its suffixes: <c>-.a.b</c> negates what is found there.</summary>
    private SyntaxNode ParseNegation()
    {
        var at = Take();
        var operand = ParsePostfix();
        return operand is LiteralSyntax { Value: NumberValue number }
            ? new LiteralSyntax(at, number.Negate())
            : Limit(new NegateSyntax(at, operand));
    }

    private SyntaxNode ParseParenthesized()
    {
        Expect("(");
        var inner = ParsePipe();
        Expect(")");
        if (inner is BinarySyntax binary)
        {
            binary.Parenthesized = true;
        }

        return inner;
    }

    private SyntaxNode ParseKeywordTerm(Token at)
    {
        switch (at.Text)
        {
            case "if":
                Take();
                return ParseIf(at);
            case "try":
                Take();
                var body = ParsePostfix();
                return Limit(new TrySyntax(at, body, TakeIf("catch") ? ParsePostfix() : null));
            case "reduce":
                return ParseReduce(Take());
            case "foreach":
                return ParseForeach(Take());
            case "break":
                Take();
                return new BreakSyntax(at, TakeKind(TokenKind.Variable, "the name of a label such as $out").Text);
            case "def" or "label":
                throw Unexpected($"an expression: put parentheses around '{at.Text} …' here");
            case "import" or "include" or "module":
                throw _source.Error(Builtins.Refused.Reason(at.Text)!, at);
            default:
                throw Unexpected("an expression");
        }
    }

    private IfSyntax ParseIf(Token at)
    {
        Enter();
        var condition = ParsePipe();
        Expect("then");
        var then = ParsePipe();
        SyntaxNode? otherwise = null;
        if (Current.Is("elif"))
        {
            otherwise = ParseIf(Take());
        }
        else
        {
            if (TakeIf("else"))
            {
                otherwise = ParsePipe();
            }

            if (!Current.Is("end"))
            {
                // "else if" opens a second 'if', whose 'end' has just been taken.
                throw Unexpected(
                    otherwise is null ? "'else', 'elif' or 'end' of 'if'" : "'end' of 'if'",
                    otherwise is IfSyntax { At.Text: "if" } ? "; write 'elif' for 'else if', or one 'end' for each 'if'" : string.Empty);
            }

            Take();
        }

        _nesting--;
        return Limit(new IfSyntax(at, condition, then, otherwise));
    }

    private ReduceSyntax ParseReduce(Token at)
    {
        var (source, pattern) = ParseLoopSource();
        Expect("(");
        var initial = ParsePipe();
        Expect(";");
        var update = ParsePipe();
        Expect(")");
        return Limit(new ReduceSyntax(at, source, pattern, initial, update));
    }

    private ForeachSyntax ParseForeach(Token at)
    {
        var (source, pattern) = ParseLoopSource();
        Expect("(");
        var initial = ParsePipe();
        Expect(";");
        var update = ParsePipe();
        var extract = TakeIf(";") ? ParsePipe() : null;
        Expect(")");
        return Limit(new ForeachSyntax(at, source, pattern, initial, update, extract));
    }

    /// <summary>
    /// <c>f as $x</c> of a loop. Alternatives are matched before the loop: <c>f as [$a] ?// $a</c> becomes
    /// <c>(f as [$a] ?// $a | [$a]) as [$a]</c>.
    /// </summary>
    private (SyntaxNode Source, PatternSyntax Pattern) ParseLoopSource()
    {
        var source = ParseBinary(1);
        var at = Expect("as");
        var patterns = ParsePatterns();
        if (patterns.Length == 1)
        {
            return (source, patterns[0]);
        }

        var variables = patterns.SelectMany(Variables).DistinctBy(variable => variable.Text).ToArray();
        var values = new CommaSyntax(at, System.Array.ConvertAll(variables, variable => (SyntaxNode)new VariableSyntax(variable)));
        var matched = Limit(new BindSyntax(at, source, patterns, new ArraySyntax(at, values)));
        return (matched, new ArrayPattern(at, System.Array.ConvertAll(variables, variable => (PatternSyntax)new VariablePattern(variable))));
    }

    private static IEnumerable<Token> Variables(PatternSyntax? pattern) => pattern switch
    {
        VariablePattern variable => [variable.At],
        ArrayPattern array => array.Items.SelectMany(Variables),
        ObjectPattern obj => obj.Entries.SelectMany(entry =>
            entry.Variable is { } member ? Variables(entry.Value).Prepend(member) : Variables(entry.Value)),
        _ => [],
    };

    private SyntaxNode ParseCall()
    {
        var at = Take();
        if (!TakeIf("("))
        {
            return at.Text switch
            {
                "null" => new LiteralSyntax(at, JqValue.Null),
                "true" => new LiteralSyntax(at, JqValue.True),
                "false" => new LiteralSyntax(at, JqValue.False),
                _ => new CallSyntax(at, at.Text, []),
            };
        }

        var arguments = new List<SyntaxNode>();
        do
        {
            arguments.Add(ParsePipe());
        }
        while (TakeIf(";"));
        Expect(")");
        return Limit(new CallSyntax(at, at.Text, arguments.ToArray()));
    }

    private SyntaxNode ParseBracket(SyntaxNode target)
    {
        var at = Expect("[");
        if (TakeIf("]"))
        {
            return new IterateSyntax(at, target);
        }

        if (TakeIf(":"))
        {
            var to = ParsePipe();
            Expect("]");
            return new SliceSyntax(at, target, from: null, to);
        }

        var key = ParsePipe();
        if (TakeIf(":"))
        {
            var to = Current.Is("]") ? null : ParsePipe();
            Expect("]");
            return new SliceSyntax(at, target, key, to);
        }

        if (!Current.Is("]"))
        {
            throw Unexpected("']' or ':'");
        }

        Take();
        return key is LiteralSyntax { Value: StringValue text } ? new FieldSyntax(at, target, text.Text) : new IndexSyntax(at, target, key);
    }

    private static SyntaxNode StringIndex(Token at, SyntaxNode target, SyntaxNode key) =>
        key is LiteralSyntax literal ? new FieldSyntax(at, target, literal.Value.AsString()) : new IndexSyntax(at, target, key);

    /// <summary>A string, or a format in front of one.</summary>
    private bool AtString => Current.Kind == TokenKind.StringStart
        || (Current.Kind == TokenKind.Format && _tokens[_next + 1].Kind == TokenKind.StringStart);

    private SyntaxNode ParseString()
    {
        var format = Current.Kind == TokenKind.Format ? Take().Text : null;
        var at = Take();
        var parts = new List<SyntaxNode>();
        var interpolated = false;
        while (Current.Kind != TokenKind.StringEnd)
        {
            var token = Take();
            if (token.Kind == TokenKind.StringText)
            {
                parts.Add(new LiteralSyntax(token, JqValue.From(token.Text)));
                continue;
            }

            interpolated = true;
            var inner = ParsePipe();
            if (Current.Kind != TokenKind.InterpolationEnd)
            {
                throw Unexpected("')' to close the interpolation");
            }

            Take();
            parts.Add(new PipeSyntax(token, inner, new FormatSyntax(token with { Kind = TokenKind.Format, Text = format ?? "text" })));
        }

        Take();
        return interpolated
            ? Limit(new InterpolationSyntax(at, format, parts.ToArray()))
            : new LiteralSyntax(at, parts.Count == 0 ? StringValue.Empty : ((LiteralSyntax)parts[0]).Value);
    }

    private SyntaxNode ParseObject()
    {
        var at = Take();
        if (TakeIf("}"))
        {
            return new LiteralSyntax(at, JqValue.EmptyObject);
        }

        var keys = new List<SyntaxNode>();
        var values = new List<SyntaxNode>();
        do
        {
            ParseMember(keys, values);
        }
        while (TakeIf(",") && !Current.Is("}"));

        if (!Current.Is("}"))
        {
            throw Unexpected("',' or '}'");
        }

        Take();
        return Limit(new ObjectSyntax(at, keys.ToArray(), values.ToArray()));
    }

    private void ParseMember(List<SyntaxNode> keys, List<SyntaxNode> values)
    {
        var at = Current;
        SyntaxNode key;
        SyntaxNode? shorthand = null;
        switch (at.Kind)
        {
            case TokenKind.Variable:
                Take();
                shorthand = at.Text == "__loc__" ? Location(at) : new VariableSyntax(at);

                // "{$x}" is {x: $x}, but "{$x: 1}" has the value of $x as its key.
                key = Current.Is(":") ? shorthand : new LiteralSyntax(at, JqValue.From(at.Text));
                break;
            case TokenKind.Identifier or TokenKind.Keyword:
                Take();
                key = new LiteralSyntax(at, JqValue.From(at.Text));
                shorthand = new FieldSyntax(at, new IdentitySyntax(at), at.Text);
                break;
            case TokenKind.StringStart or TokenKind.Format when AtString:
                key = ParseString();
                shorthand = StringIndexOf(at, key);
                break;
            case TokenKind.Number:
                throw _source.Error($"Found the number {at.Text} as a key, expected a name or a string: keys are strings", at);
            default:
                if (!at.Is("("))
                {
                    throw Unexpected("a key: a name, a string, a variable or an expression in parentheses");
                }

                key = ParseParenthesized();
                break;
        }

        keys.Add(key);
        if (TakeIf(":"))
        {
            values.Add(ParseMemberValue());
        }
        else
        {
            values.Add(shorthand ?? throw Unexpected("':'"));
        }
    }

    private static SyntaxNode StringIndexOf(Token at, SyntaxNode key) => key is LiteralSyntax literal
        ? new FieldSyntax(at, new IdentitySyntax(at), literal.Value.AsString())
        : new IndexSyntax(at, new IdentitySyntax(at), key);

    /// <summary>Everything but a comma, which ends the member. jq wants parentheses around operators here; we read what is meant.</summary>
    private SyntaxNode ParseMemberValue()
    {
        var value = ParseBinary(1);
        if (!Current.Is("|"))
        {
            return value;
        }

        var at = Take();
        Enter();
        var rest = ParseMemberValue();
        _nesting--;
        return Limit(new PipeSyntax(at, value, rest));
    }
}
