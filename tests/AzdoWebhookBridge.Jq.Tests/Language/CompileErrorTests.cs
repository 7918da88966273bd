namespace AzdoWebhookBridge.Jq.Tests.Language;

/// <summary>Slips that people make, and whether the message helps.</summary>
public sealed class CompileErrorTests
{
    [Theory]
    [InlineData(".a && .b", "write 'and'")]
    [InlineData(".a || .b", "write 'or', or '//' for a default")]
    [InlineData("null || 1", "write 'or', or '//' for a default")]
    [InlineData("!.a", "write '| not'")]
    [InlineData(".a === 1", "two characters are enough")]
    [InlineData(".a !== 1", "two characters are enough")]
    [InlineData(".a < = 1", "without a blank inside")]
    [InlineData("{a = 1}", "between a key and its value goes ':'")]
    [InlineData("'x'", "strings take double quotes")]
    [InlineData("\u201Cx\u201D", "plain double quotes")]
    [InlineData("// note", "a comment begins with '#'")]
    [InlineData(". | /* note */ .", "a comment begins with '#'")]
    [InlineData("$ x", "a variable is '$' with a name right behind it")]
    [InlineData(".a..b", "between names goes one dot")]
    [InlineData("[1, 2,]", "remove the comma")]
    [InlineData("(. | )", "remove the '|'")]
    [InlineData(".a(1)", "only functions take arguments")]
    [InlineData(".a;", "';' separates arguments and ends a definition")]
    [InlineData(".a ? 1 : 2", "write 'if … then … else … end'")]
    [InlineData("\"abc", "to close the string that begins in line 1, column 1")]
    [InlineData("\"a\" +\n \"b\\(\"c\")", "to close the string that begins in line 2, column 2")]
    [InlineData("[.a | {b: (1", "the '(' in line 1, column 11 is still open")]
    [InlineData("[.a | (1)", "the '[' in line 1, column 1 is still open")]
    [InlineData("if .a then 1 else 2", "'end' of 'if'")]
    [InlineData("if .a then 1 else if .b then 2 else 3 end", "write 'elif' for 'else if'")]
    [InlineData(".a end", "no open 'if'")]
    [InlineData(".a .b c", "is a '|' or an operator missing")]
    [InlineData("split \",\"", "is a '|' or an operator missing")]
    [InlineData("(.a 1)", "is an operator missing")]
    [InlineData(". if .a then 1 end", "is a '|' missing")]
    [InlineData(".foo-bar", ".\"foo-bar\"")]
    [InlineData(".a.x-y-z", ".\"x-y-z\"")]
    [InlineData(".[foo]", "a field is .foo or .[\"foo\"], a variable $foo")]
    [InlineData("title1", "a field is written .title1")]
    [InlineData("lenght", "did you mean length?")]
    [InlineData("1 as $count | $counts", "did you mean $count?")]
    [InlineData("sub(\"a\", \"b\")", "arguments are separated by ';'")]
    [InlineData("limit(1)", "limit takes 2 arguments")]
    [InlineData("add(1;2;3)", "add takes no argument or 1 argument")]
    [InlineData("def if: 1; .", "no reserved word")]
    [InlineData("1 + def f: 1; f", "put parentheses around 'def …'")]
    [InlineData("1 | def f: 2;", "expected an expression")]
    [InlineData("@foo", "expected one of @text")]
    [InlineData("{(1): 2}", "Cannot use number (1) as object key")]
    [InlineData(". as {(true): $x} | $x", "Cannot use boolean (true) as object key")]
    [InlineData(".a | debug", "no place to write messages to")]
    [InlineData("input", "one input")]
    [InlineData("[inputs]", "one input")]
    [InlineData("input_line_number", "one input")]
    [InlineData("halt", "cannot end the process")]
    [InlineData("import \"a\" as b; 1", "cannot read files or modules")]
    [InlineData("include \"a\"; 1", "cannot read files or modules")]
    [InlineData("get_search_list", "cannot read files or modules")]
    public void Slip_IsNamed(string program, string hint)
    {
        var exception = Assert.Throws<JqCompileException>(() => JqProgram.Compile(program));

        Assert.Contains(hint, exception.Message.Split('\n')[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".a &", "    .a &", "       ^")]
    [InlineData("1 |\n\t.b lenght |\n2", "     .b lenght |", "        ^^^^^^")]
    [InlineData("[1", "    [1", "      ^")]
    public void Place_IsShown(string program, string line, string carets)
    {
        var exception = Assert.Throws<JqCompileException>(() => JqProgram.Compile(program));

        Assert.Equal([line, carets], exception.Message.Split('\n')[1..]);
    }

    [Fact]
    public void LongLine_IsCutAroundThePlace()
    {
        var exception = Assert.Throws<JqCompileException>(() => JqProgram.Compile(new string(' ', 5_000) + "&" + new string(' ', 5_000)));

        Assert.All(exception.Message.Split('\n')[1..], line => Assert.InRange(line.Length, 1, 130));
        Assert.Equal(5_001, exception.Column);
    }

    [Fact]
    public void Environment_IsWhatWasAllowed()
    {
        var options = new JqCompileOptions { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["STAGE"] = "test" } };

        Assert.Equal(["\"test\"", "\"test\"", "null", "[\"STAGE\"]"], JqAssert.Run("env.STAGE, $ENV.STAGE, $ENV.PATH, (env | keys)", options: options));
        Assert.Equal(["{}", "{}"], JqAssert.Run("env, $ENV"));
    }

    [Fact]
    public void HaltError_PassesEveryTry()
    {
        var exception = JqAssert.Fails("try ({code: 5} | halt_error) catch 1 // 2, (.[]? | 3)");

        Assert.Equal("""{"code":5}""", exception.Value.ToJson());
        Assert.Equal("stop", JqAssert.Fails("(\"stop\" | halt_error(1))?").Message);
    }
}
