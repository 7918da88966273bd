namespace AzdoWebhookBridge.Jq.Tests.Language;

/// <summary><c>a // b</c> replaces what is missing, null or false. It does not replace errors; <c>a? // b</c> does.</summary>
public sealed class AlternativeTests
{
    [Theory]
    [InlineData("[(1, null, false, 2) // 3]", "[1,2]")]
    [InlineData("[try ((1, error(\"x\")) // 3) catch .]", "[1,\"x\"]")]
    [InlineData("try (error(\"x\") // 3) catch .", "\"x\"")]
    [InlineData("try ((null, error(\"x\")) // 3) catch .", "\"x\"")]
    [InlineData("first((1, error(\"x\")) // 3)", "1")]
    [InlineData("(\"s\" | .a?) // 3, (\"s\" | .a? // 4)", "3", "4")]
    [InlineData("\"s\" | [.[]? // empty]", "[]")]
    [InlineData("{a: 1} | [path(.b // .a)], [path(.a // .b)], (.c // .b) = 2", "[[\"a\"]]", "[[\"a\"]]", "{\"a\":1,\"b\":2}")]
    [InlineData("try error(\"x\") catch . // 3", "\"x\"")]
    public void Default_StandsForNothing(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("error(\"x\") // 1", "x")]
    [InlineData("[(1, error(\"x\")) // 3]", "x")]
    [InlineData("(null, error(\"x\")) // 3", "x")]
    [InlineData("\"s\" | .[].a? // empty", "Cannot iterate over string (\"s\")")]
    [InlineData("\"s\" | (.a // .b) = 1", "Cannot index string with string (\"a\")")]
    [InlineData("\"s\" | .a.b // \"none\"", "Cannot index string with string (\"a\")")]
    [InlineData("def f: .a // (.b | f); \"s\" | f", "Cannot index string with string (\"a\")")]
    public void Error_StaysAnError(string program, string message) => Assert.Equal(message, JqAssert.Fails(program).Message);
}
