namespace AzdoWebhookBridge.Jq.Syntax;

/// <summary>What somebody probably meant who made one of the usual slips, most of them habits from other languages.</summary>
internal static class Hints
{
    /// <summary>For a place where the text is no jq. Empty when there is no guess; otherwise begins with a semicolon.</summary>
    public static string At(string text, int offset)
    {
        var rest = text.AsSpan(offset);
        var before = text.AsSpan(0, offset).TrimEnd();
        var hint = rest switch
        {
            ['&', '&', ..] => "write 'and'",
            ['|', ..] when before is [.., '|'] => "write 'or', or '//' for a default",
            ['|', '|', ..] => "write 'or', or '//' for a default",
            ['=', ..] when before is [.., '=', '='] or [.., '!', '='] => "two characters are enough, '==' or '!='",
            ['=', ..] when before is [.., '=' or '!' or '<' or '>'] => "write the operator without a blank inside",
            ['>', ..] when before is [.., '='] => "write '>=', or ':' between a key and its value",
            ['=', ..] => "between a key and its value goes ':', and '==' compares",
            ['!', ..] => "write '| not' behind the condition",
            ['\'', ..] or ['`', ..] => "strings take double quotes",
            ['\u201C' or '\u201D' or '\u2018' or '\u2019' or '\u00AB' or '\u00BB', ..] => "strings take plain double quotes",
            ['/', '/', ..] or ['/', '*', ..] => "a comment begins with '#'",
            ['$', ..] => "a variable is '$' with a name right behind it",
            ['.', '.', ..] => "between names goes one dot; '..' means all values at any depth",
            [']' or '}' or ')', ..] when before is [.., ','] => "remove the comma before it",
            [']' or '}' or ')', ..] when before is [.., '|'] => "remove the '|' before it",
            ['(', ..] when before.Length > 0 => "only functions take arguments; a function is called behind a '|'",
            [';', ..] => "';' separates arguments and ends a definition",
            [':', ..] => "':' belongs between the key and the value of an object and in slices",
            _ when before is [.., '?'] => "for a choice write 'if … then … else … end'",
            _ => null,
        };
        return hint is null ? string.Empty : "; " + hint;
    }

    /// <summary>For an expression that begins where an operator was due.</summary>
    public static string Missing(string text, Token found) => found.Kind switch
    {
        _ when text.AsSpan(0, found.Offset).TrimEnd() is [.., '?'] => At(text, found.Offset),
        TokenKind.Identifier or TokenKind.StringStart or TokenKind.Variable or TokenKind.Format => "; is a '|' or an operator missing before it?",
        TokenKind.Number => "; is an operator missing before it?",
        TokenKind.Keyword when found.Text is "if" or "try" or "reduce" or "foreach" or "def" or "label" => "; is a '|' missing before it?",
        TokenKind.Keyword when found.Text is "then" or "else" or "elif" or "end" => "; there is no open 'if' it belongs to",
        _ => string.Empty,
    };

    /// <summary>For a name that is no function but stands where other spellings make sense.</summary>
    public static string Name(string text, Token name)
    {
        var before = text.AsSpan(0, name.Offset);
        var after = text.AsSpan(name.Offset + name.Length).TrimStart();
        if (before is [.., '-'])
        {
            var start = before.Length - 1;
            while (start > 0 && (char.IsAsciiLetterOrDigit(before[start - 1]) || before[start - 1] is '_' or '-'))
            {
                start--;
            }

            var end = name.Offset + name.Length;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_' or '-'))
            {
                end++;
            }

            if (start > 0 && start < before.Length - 1 && before[start - 1] == '.')
            {
                return $"; a name with a dash is written .\"{text.AsSpan(start, end - start)}\"";
            }
        }

        if (before.TrimEnd() is [.., '['] && after is [']', ..])
        {
            return $"; a field is .{name.Text} or .[\"{name.Text}\"], a variable ${name.Text}";
        }

        return after is ['(', ..] ? string.Empty : $"; a field is written .{name.Text}, a text \"{name.Text}\"";
    }
}
