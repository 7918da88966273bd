using System.Text;

namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Program texts that are deep, long or strange compile, or are refused; never does a stack overflow.</summary>
[Collection(HostileRuns.Name)]
public sealed class DeepProgramTests
{
    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{a:", "}")]
    [InlineData("{(", "): 1}")]
    [InlineData("\"\\(", ")\"")]
    [InlineData("@json \"\\(", ")\"")]
    [InlineData("if 1 then ", " end")]
    [InlineData("if (", ") then 1 end")]
    [InlineData("if 1 then 2 elif ", " then 1 end")]
    [InlineData("def f: ", "; f")]
    [InlineData("1 as $x | ", "")]
    [InlineData("label $x | ", "")]
    [InlineData("try ", "")]
    [InlineData("try error catch ", "")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    [InlineData("1 // ", "")]
    [InlineData(". | ", "")]
    [InlineData("first(", ")")]
    [InlineData("path(", ")")]
    [InlineData(".[", "]")]
    [InlineData("reduce 1 as $x (0; ", ")")]
    [InlineData("foreach 1 as $x (0; ", ")")]
    public void DeeplyNestedProgram_IsRefused(string open, string close)
    {
        foreach (var levels in new[] { 10, 100, 300, 1_000, 20_000 })
        {
            var text = string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
            var exception = Compile(text, runToo: levels <= 300);

            Assert.True(levels < 1_000 ? exception is null or JqCompileException : exception is JqCompileException, exception?.ToString());
        }
    }

    [Theory]
    [InlineData(".a")]
    [InlineData("[]")]
    [InlineData("[0]")]
    [InlineData("[1:2]")]
    [InlineData("?")]
    [InlineData(" + 1")]
    [InlineData(" * 2")]
    [InlineData(" and 1")]
    [InlineData(" // 1")]
    [InlineData(" | .")]
    [InlineData(" | . + 1")]
    [InlineData(" as [$x] | 1")]
    public void LongChain_IsRefusedOrWorks(string link)
    {
        foreach (var length in new[] { 200, 900, 50_000 })
        {
            var exception = Compile("." + string.Concat(Enumerable.Repeat(link, length)), runToo: length <= 900);

            Assert.True(exception is null or JqCompileException, exception?.ToString());
        }
    }

    [Theory]
    [InlineData(". as ", "[", "$x", "]", " | $x")]
    [InlineData(". as ", "{a:", "$x", "}", " | $x")]
    public void DeepPattern_IsRefused(string start, string open, string middle, string close, string end)
    {
        foreach (var levels in new[] { 10, 100, 10_000 })
        {
            var text = start + string.Concat(Enumerable.Repeat(open, levels)) + middle + string.Concat(Enumerable.Repeat(close, levels)) + end;
            var exception = Compile(text, runToo: true);

            Assert.True(levels < 1_000 ? exception is null or JqCompileException : exception is JqCompileException, exception?.ToString());
        }
    }

    [Fact]
    public void WideProgram_WorksOrIsRefused()
    {
        string[] programs =
        [
            $"[{Join(50_000, ",", i => $"{i}")}] | length",
            $"{{{Join(5_000, ",", i => $"\"k{i}\": {i}")}}} | length",
            $"1 as $v | {{{Join(5_000, ",", i => $"\"k{i}\": $v")}}} | length",
            $"first({{{Join(5_000, ",", i => $"\"k{i}\": (1, 2)")}}}) | length",
            $"first(\"{Join(5_000, string.Empty, _ => "\\(1, 2)")}\")",
            $"\"{Join(5_000, string.Empty, _ => "\\(1)")}\"",
            $"[] as [{Join(5_000, ",", i => $"$k{i}")}] | $k0",
            $"[] as {{{Join(5_000, ",", i => $"k{i}: $k{i}")}}} | $k0",
            $". as [$a] {Join(2_000, " ", _ => "?// [$a]")} | $a",
            $"def f({Join(10_000, ";", i => $"a{i}")}): 1; 1",
            $"def f({Join(255, ";", i => $"$a{i}")}): $a0; f({Join(255, ";", i => $"{i}")})",
            Join(100_000, " ", i => $"def a{i}: 1;") + "1",
            Join(100_000, " ", i => $"1 as $a{i} |") + "1",
            Join(200, " ", i => i == 0 ? "def a0: 1;" : $"def a{i}: a{i - 1}, a{i - 1};") + "last(a199)",
        ];
        foreach (var program in programs)
        {
            var exception = Compile(program, runToo: true);

            Assert.True(exception is null or JqCompileException or JqLimitException or JqRuntimeException, exception?.ToString());
        }
    }

    [Theory]
    [InlineData('1')]
    [InlineData('.')]
    [InlineData('(')]
    [InlineData(' ')]
    [InlineData('#')]
    [InlineData('"')]
    [InlineData('-')]
    public void LongText_IsRefused(char unit)
    {
        Assert.IsType<JqCompileException>(Compile(new string(unit, 10_000_000), runToo: false));
        var exception = Compile(new string(unit, 450_000), runToo: true);
        Assert.True(exception is null or JqCompileException, exception?.ToString());
    }

    [Theory]
    [InlineData("1e999999999")]
    [InlineData("-1e999999999")]
    [InlineData("1e-999999999")]
    [InlineData("1e99999999999999999999")]
    public void HugeExponents_AreNumbers(string literal)
    {
        Assert.Null(Hostile.Run($"{literal} | ., . + 1, . == ., tojson, floor?"));
        Assert.Null(Hostile.Run("., . + 1, tojson", JqValue.Parse(literal)));
    }

    [Fact]
    public void ManyDigits_AreKeptInTime()
    {
        var digits = new string('7', 450_000);

        Assert.Null(Hostile.Run($"{digits} | ., . + 1, . < 1"));
        Assert.Null(Hostile.OnSmallStack(() => Assert.Equal(digits, JqValue.Parse(digits).ToJson())));
        Assert.Null(Hostile.OnSmallStack(() => JqValue.Parse($"0.{new string('0', 900_000)}1").ToJson()));
    }

    [Fact]
    public void NulAndLoneSurrogates_AreHarmless()
    {
        Assert.Throws<JqCompileException>(() => JqProgram.Compile("\0"));
        Assert.Equal(["\"a\\u0000b\""], JqAssert.Run("\"a\0b\""));
        Assert.Equal(["3"], JqAssert.Run("length", "\"a\\u0000b\""));
        Assert.Equal(["\"\uFFFD\""], JqAssert.Run("\"\\ud800\""));
        Assert.Equal(["[97,0]"], JqAssert.Run("explode", "\"a\\u0000\""));
        Assert.Equal(["true"], JqAssert.Run("test(\"a\\u0000\")", "\"a\\u0000\""));
    }

    private static Exception? Compile(string text, bool runToo) => Hostile.OnSmallStack(() =>
    {
        var program = JqProgram.Compile(text);
        _ = program.Lint();
        if (runToo)
        {
            _ = Record.Exception(() => program.First(JqValue.Null)) is { } first && first is not (JqLimitException or JqRuntimeException)
                ? throw first
                : program.Evaluate(JqValue.Null).Take(10).ToList();
        }
    }) switch
    {
        JqLimitException or JqRuntimeException => null,
        var exception => exception,
    };

    private static string Join(int count, string separator, Func<int, string> part)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(i > 0 ? separator : string.Empty).Append(part(i));
        }

        return text.ToString();
    }
}
