namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Values 10,000 levels deep work; what is deeper is refused as jq refuses it; no stack overflows.</summary>
[Collection(HostileRuns.Name)]
public sealed class DeepValueTests
{
    private const string Deep = "(reduce range(10000) as $i (1; [.]))";
    private const string DeepObject = "(reduce range(10000) as $i (1; {a: .}))";

    [Theory]
    [InlineData("reduce range(9999) as $i ([]; [.]) | tojson | fromjson | flatten", "[]")]
    [InlineData("reduce range(10000) as $i ([]; [.]) | tojson | contains(\"<skipped: too deep>\")", "false")]
    [InlineData("reduce range(10001) as $i ([]; [.]) | tojson | contains(\"<skipped: too deep>\")", "true")]
    [InlineData("reduce range(10000) as $i ([]; [.]) | tojson | try fromjson catch (. | startswith(\"Exceeds depth limit for parsing\"))", "true")]
    [InlineData("setpath([range(10000) | 0]; 0) | flatten", "[0]")]
    [InlineData("getpath([range(10000) | 0])", "null")]
    [InlineData("delpaths([[range(10000) | 0]])", "null")]
    [InlineData("try setpath([range(10001) | 0]; 0) catch .", "\"Path too deep\"")]
    [InlineData("try getpath([range(10001) | 0]) catch .", "\"Path too deep\"")]
    [InlineData("try delpaths([[range(10001) | 0]]) catch .", "\"Path too deep\"")]
    [InlineData("reduce range(10000) as $i ([]; [.]) | contains([[]])", "true")]
    [InlineData("reduce range(10000) as $i ([]; [.]) as $x | $x | contains($x)", "true")]
    [InlineData("reduce range(10001) as $i ([]; [.]) as $x | try ($x | contains($x)) catch .", "\"Containment check too deep\"")]
    [InlineData("reduce range(10000) as $i ({}; {a: .}) as $x | $x * $x | length", "1")]
    [InlineData("reduce range(10001) as $i ({}; {a: .}) as $x | try ($x * $x) catch .", "\"Object merge too deep\"")]
    [InlineData("reduce range(10000) as $i ([]; [.]) as $x | reduce range(10000) as $i ([]; [.]) as $y | $x == $y", "true")]
    [InlineData("reduce range(10001) as $i ([]; [.]) as $x | reduce range(10001) as $i ([]; [.]) as $y | try ($x == $y) catch .", "\"Equality check too deep\"")]
    [InlineData("reduce range(10001) as $i ([]; [.]) as $x | try ([$x, $x] | sort) catch .", "\"Comparison too deep\"")]
    [InlineData("reduce range(10001) as $i ({}; {a: .}) as $x | try ([$x, $x] | unique) catch .", "\"Comparison too deep\"")]
    [InlineData(Deep + " as $x | " + Deep + " as $y | [$x, $y] | unique | length", "1")]
    [InlineData(Deep + " | flatten", "[1]")]
    [InlineData(Deep + " | walk(if type == \"number\" then . + 1 else . end) | flatten", "[2]")]
    [InlineData(Deep + " | (.. | numbers) = 2 | flatten", "[2]")]
    [InlineData(Deep + " | last(..)", "1")]
    [InlineData(Deep + " | [..] | length", "10001")]
    [InlineData(Deep + " | [recurse(.[]?)] | length", "10001")]
    [InlineData(Deep + " | @json, @text | length", "20001", "20001")]
    [InlineData(Deep + " | [.] | . - [.[0]]", "[]")]
    [InlineData(DeepObject + " | [leaf_paths] | .[0] | length", "10000")]
    [InlineData(DeepObject + " | map_values(.) | length", "1")]
    [InlineData(DeepObject + " as $x | " + DeepObject + " as $y | $x == $y", "true")]
    [InlineData(DeepObject + " | walk(.) | length", "1")]
    [InlineData("(reduce range(1000) as $i (1; [.])) | fromstream(tostream) | flatten", "[1]")]
    public void DeepValue_WorksAsInJq(string program, params string[] expected)
    {
        var outputs = new List<string>();
        var exception = Hostile.OnSmallStack(() =>
        {
            outputs.Clear();
            outputs.AddRange(JqProgram.Compile(program).Evaluate(JqValue.Null).Select(output => output.ToJson()));
        });

        Assert.Null(exception);
        Assert.Equal(expected, outputs);
    }

    [Theory]
    [InlineData("reduce range(100000) as $i (0; [.])")]
    [InlineData("reduce range(100000) as $i (0; {a: .})")]
    [InlineData("reduce range(100000) as $i (0; {} + {a: .})")]
    [InlineData("reduce range(100000) as $i ([]; .[0] = .)")]
    public void EverDeeperValue_EndsWithTheNesting(string program)
    {
        var exception = Assert.IsType<JqLimitException>(Hostile.Run(program));

        Assert.Equal(JqLimit.Nesting, exception.Limit);
    }

    [Fact]
    public void Nesting_IsABudget()
    {
        var exception = JqAssert.Exhausts("[[[[.]]]]", limits: new JqLimits { Nesting = 3 });

        Assert.Equal(JqLimit.Nesting, exception.Limit);
    }

    /// <summary>All that takes time in the square of the depth ends with a limit.</summary>
    [Theory]
    [InlineData("[paths] | length")]
    [InlineData("[tostream] | length")]
    [InlineData("del(..)")]
    [InlineData("(.. |= .) | length")]
    [InlineData("[getpath(paths)] | length")]
    [InlineData("[.. | tojson] | length")]
    public void QuadraticWorkOnDeepValue_EndsWithALimit(string program) =>
        Assert.IsType<JqLimitException>(Hostile.Run($"{Deep} | {program}"));

    [Theory]
    [InlineData("[", "1", "]")]
    [InlineData("{\"a\":", "1", "}")]
    [InlineData("[{\"a\":", "1", "}]")]
    public void DeepText_IsReadAndWritten(string open, string middle, string close)
    {
        var levels = 10_000 / open.Count(unit => unit is '[' or '{');
        var text = string.Concat(Enumerable.Repeat(open, levels)) + middle + string.Concat(Enumerable.Repeat(close, levels));
        var exception = Hostile.OnSmallStack(() =>
        {
            var value = JqValue.Parse(text, 10_000);
            var same = JqValue.Parse(text, 10_000);

            Assert.Equal(text, value.ToJson());
            Assert.Equal(text, value.ToCanonicalJson());
            Assert.True(value.Equals(same));
            Assert.Equal(0, JqValue.Order.Compare(value, same));
            Assert.Equal(value.GetHashCode(), same.GetHashCode());
            Assert.Throws<JqParseException>(() => JqValue.Parse($"[{text}]", 20_000));
        });

        Assert.Null(exception);
    }

    [Fact]
    public void EqualityFromOutside_KnowsNoDepth()
    {
        var program = JqProgram.Compile("reduce range(10200) as $i (1; [.])");
        var value = program.First(JqValue.Null)!;
        var same = program.First(JqValue.Null)!;

        Assert.True(value.Equals(same));
        Assert.Equal(0, JqValue.Order.Compare(value, same));
    }
}
