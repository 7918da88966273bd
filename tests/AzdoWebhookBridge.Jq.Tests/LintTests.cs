namespace AzdoWebhookBridge.Jq.Tests;

public sealed class LintTests
{
    [Theory]
    [InlineData(".a // .b | tostring", "null-to-string", 1, 12)]
    [InlineData(".x.id | tostring", "null-to-string", 1, 9)]
    [InlineData(".x\n  | tostring | ascii_downcase", "null-to-string", 2, 5)]
    [InlineData("\"p-\" + (.x | tostring)", "null-to-string", 1, 14)]
    [InlineData(".d // .a + \" \" + .b // .c", "alternative-with-plus", 1, 16)]
    [InlineData(".a + \"/\" // \"x\"", "alternative-with-plus", 1, 4)]
    [InlineData(".u | gsub(\"_release?releaseId=\"; \"\")", "regex-metacharacter", 1, 11)]
    [InlineData(".u | sub(\"f(\"; \"\")", "regex-metacharacter", 1, 10)]
    [InlineData(".u | test(\"C++ code\")", "regex-metacharacter", 1, 11)]
    [InlineData(".u | gsub(\"a+b\"; \"\")", "regex-metacharacter", 1, 11)]
    [InlineData(".u | sub(\"dev.azure.com\"; \"\")", "regex-metacharacter", 1, 10)]
    [InlineData("if .a = 1 then 2 end", "assignment-as-condition", 1, 7)]
    [InlineData(".[] | select(.a = 1)", "assignment-as-condition", 1, 17)]
    public void Trap_IsReported(string program, string code, int line, int column)
    {
        var warning = Assert.Single(JqProgram.Compile(program).Lint());

        Assert.Equal((code, line, column), (warning.Code, warning.Line, warning.Column));
        Assert.NotEmpty(warning.Message);
    }

    [Theory]
    [InlineData(".a // \"x\" | tostring")]
    [InlineData(".a | values | tostring")]
    [InlineData("(.a // empty) | tostring")]
    [InlineData("map(tostring)")]
    [InlineData("1 | tostring")]
    [InlineData(".a | length | tostring")]
    [InlineData("(.a // .b) + \"x\"")]
    [InlineData(".a // (.b + .c)")]
    [InlineData(".a | startswith(\"x\")")]
    [InlineData(".a | gsub(\"[^a-z]+\"; \"-\")")]
    [InlineData(".a | test(\"^https?://.+\")")]
    [InlineData(".a | sub(\"\\\\.[0-9]+Z$\"; \"Z\")")]
    [InlineData(".a | gsub(\"%20\"; \"-\") | gsub(\" \"; \"\")")]
    [InlineData(".a | test(\"colou?r\")")]
    [InlineData(".a | sub(\"(?<x>a)\"; .x)")]
    public void HarmlessProgram_IsNotReported(string program) => Assert.Empty(JqProgram.Compile(program).Lint());
}
