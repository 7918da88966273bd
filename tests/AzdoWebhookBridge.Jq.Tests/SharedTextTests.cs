namespace AzdoWebhookBridge.Jq.Tests;

/// <summary>Texts that are parts of others, names that are found where they were before, first outputs of generators.</summary>
public sealed class SharedTextTests
{
    [Theory]
    [InlineData("split(\"/\")[0]", "\"a/bb//c\"", "\"a\"")]
    [InlineData("split(\"/\")[2]", "\"a/bb//c\"", "\"\"")]
    [InlineData("split(\"/\")[4]", "\"a/bb//c\"", "null")]
    [InlineData("split(\"/\") | last", "\"a/bb//c\"", "\"c\"")]
    [InlineData("split(\"aa\") | last", "\"aaa\"", "\"a\"")]
    [InlineData("split(\"/\") | last | split(\"-\") | first", "\"x/é-1\"", "\"é\"")]
    [InlineData("split(\"é\")[1] | .[1:]", "\"1é😀2\"", "\"2\"")]
    [InlineData("split(\"/\") | last", "\"\"", "null")]
    [InlineData("split(\", \")[1:] | join(\"+\") | ltrimstr(\"b\")", "\"a, b, c\"", "\"+c\"")]
    [InlineData(".[1:] | .[1:] | .[:1]", "\"abcd\"", "\"c\"")]
    [InlineData(".[1:-1] | @json", "\"abcd\"", "\"\\\"bc\\\"\"")]
    [InlineData("[.[2:4], .[2:4]] | unique", "\"abcd\"", "[\"cd\"]")]
    [InlineData(". + \"-\" + . + \"-\" + .", "\"x\"", "\"x-x-x\"")]
    [InlineData(". + null + .", "\"x\"", "\"xx\"")]
    [InlineData(". + [1] + . + []", "[0]", "[0,1,0]")]
    [InlineData("1 + . + 1", "0.5", "2.5")]
    [InlineData("def last: 7; split(\"/\") | last", "\"a/b\"", "7")]
    public void Text_IsWhatItWouldBeAsACopy(string program, string input, string expected) =>
        Assert.Equal(expected, JqProgram.Compile(program).First(JqValue.Parse(input))!.ToJson());

    [Theory]
    [InlineData("1 | split(\"/\")[0]", "split input and separator must be strings")]
    [InlineData("1 | split(\"/\") | last", "split input and separator must be strings")]
    [InlineData("\"a\" + \"b\" + 1", "string (\"ab\") and number (1) cannot be added")]
    public void Error_IsThatOfTheSingleSteps(string program, string expected) =>
        Assert.Equal(expected, Assert.Throws<JqRuntimeException>(() => JqProgram.Compile(program).First(JqValue.Null)).Message);

    [Fact]
    public void Name_IsFoundWhateverTheMakeOfTheObject()
    {
        var program = JqProgram.Compile(".b");
        string[] inputs = ["""{"b":1}""", """{"a":0,"b":2}""", """{"a":0}""", "{}", """{"a":0}""", """{"b":3,"a":0}""", """{"b":4,"b":5}""", "null"];

        var outputs = inputs.Concat(inputs).Select(input => program.First(JqValue.Parse(input))!.ToJson());

        string[] expected = ["1", "2", "null", "null", "null", "3", "5", "null"];
        Assert.Equal(expected.Concat(expected), outputs);
    }

    [Fact]
    public void FirstOutput_LeavesTheRestUncomputed()
    {
        var program = JqProgram.Compile("(.a, .b, error(\"too far\")) | select(. > 1) | . as $x | ($x, error(\"too far\"))");

        Assert.Equal("2", program.First(JqValue.Parse("""{"a":1,"b":2}"""))!.ToJson());
    }

    [Fact]
    public void PlainPathsAndComparisons_AllocateNothing()
    {
        var program = JqProgram.Compile(".body.kind == \"push\" and (.body.rev // 0) >= 2");
        var input = JqValue.Parse("""{"body":{"kind":"push","rev":3}}""");
        var limits = JqLimits.Default;
        Assert.Equal(JqValue.True, program.First(input, limits));

        var before = GC.GetAllocatedBytesForCurrentThread();
        program.First(input, limits);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
