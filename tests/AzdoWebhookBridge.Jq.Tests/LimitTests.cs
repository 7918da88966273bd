using System.Diagnostics;
using System.Globalization;

namespace AzdoWebhookBridge.Jq.Tests;

/// <summary>Hostile programs and inputs end soon, with a named limit, and the process lives.</summary>
public sealed class LimitTests
{
    // Well above the quarter of a second a program may take on an idle machine: this is no benchmark.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("def f: f; f", JqLimit.Depth)]
    [InlineData("def f: 1, f; [f]", JqLimit.Depth)]
    [InlineData("def f: f | f; f", JqLimit.Depth)]
    [InlineData("def f: [f]; f", JqLimit.Depth)]
    [InlineData("def f: try f catch f; f", JqLimit.Depth)]
    [InlineData("def f: f // f; f", JqLimit.Depth)]
    [InlineData("def f: path(f); f", JqLimit.Depth)]
    [InlineData("def f: reduce f as $x (0; .); f", JqLimit.Depth)]
    [InlineData("def a(x): a(x); a(0)", JqLimit.Depth)]
    [InlineData("def a(x): a(x | x); a(0)", JqLimit.Depth)]
    [InlineData("def f(g): g; def h: f(h); h", JqLimit.Depth)]
    [InlineData("def f($n): f($n + 1); f(0)", JqLimit.Depth)]
    [InlineData("def f: {a: f}; f", JqLimit.Depth)]
    [InlineData("def f: \"\\(f)\"; f", JqLimit.Depth)]
    [InlineData("[recurse([.])]", JqLimit.Depth)]
    [InlineData("recurse(.)", JqLimit.Depth)]
    [InlineData("[range(1e9)]", JqLimit.Steps)]
    [InlineData("[limit(1e8; repeat(\"a\"))] | join(\"\")", JqLimit.Steps)]
    [InlineData("last(range(infinite))", JqLimit.Steps)]
    [InlineData("until(false; .)", JqLimit.Steps)]
    [InlineData("[while(true; .)]", JqLimit.Steps)]
    [InlineData("[repeat(empty)]", JqLimit.Steps)]
    [InlineData("reduce repeat(1) as $x (0; .)", JqLimit.Steps)]
    [InlineData("def f: try error(\"x\") catch .; [range(1e9) | f]", JqLimit.Steps)]
    [InlineData("[range(1e9) | try error catch .]", JqLimit.Steps)]
    [InlineData("[range(1e9) | tonumber?, (\"x\" | tonumber?)]", JqLimit.Steps)]
    [InlineData("[range(1e9) | label $out | break $out]", JqLimit.Steps)]
    [InlineData("first(range(1e9) | select(. < 0))", JqLimit.Steps)]
    [InlineData("[range(1000) as $a | range(1000) as $b | range(1000) as $c | select(false)]", JqLimit.Steps)]
    [InlineData("reduce range(1e6) as $i (0; . + ([range(100)] | length))", JqLimit.Steps)]
    [InlineData("\"x\" * 1e9", JqLimit.StringLength)]
    [InlineData("\"x\" * 2147483648", JqLimit.StringLength)]
    [InlineData("reduce range(100) as $i (\"x\"; . + .)", JqLimit.StringLength)]
    [InlineData("reduce range(100) as $i (\"ab\"; gsub(\"a\"; \"aaaa\") + .)", JqLimit.StringLength)]
    [InlineData("(\"x\" * 4000000) | @html, @json, explode", JqLimit.Steps)]
    [InlineData("setpath([1e9]; 1)", JqLimit.ArrayLength)]
    [InlineData(".[1e9] = 1", JqLimit.ArrayLength)]
    [InlineData(".[1e300] = 1", JqLimit.ArrayLength)]
    [InlineData("reduce range(100) as $i ([0]; . + .)", JqLimit.ArrayLength)]
    [InlineData("reduce range(100000) as $i ({}; .[$i | tostring] = $i)", JqLimit.Memory)]
    [InlineData("reduce range(100) as $i (0; [., .])", JqLimit.Memory)]
    [InlineData("reduce range(100) as $i (0; [., .]) | tojson", JqLimit.Steps)]
    [InlineData("reduce range(100) as $i (0; [., .]) | . == (. + [])", JqLimit.Steps)]
    [InlineData("reduce range(100) as $i (0; [., .]) | [..] | length", JqLimit.Steps)]
    [InlineData("reduce range(100) as $i (0; [., .]) | flatten", JqLimit.Steps)]
    [InlineData("reduce range(100) as $i (0; {a: ., b: .}) | . * .", JqLimit.Steps)]
    [InlineData("reduce range(100) as $i (0; [., .]) | [., .] | sort | unique", JqLimit.Steps)]
    [InlineData("reduce range(100) as $i (0; [., .]) | contains([1])", JqLimit.Steps)]
    [InlineData("reduce range(100000) as $i (0; [.])", JqLimit.Depth)]
    [InlineData("reduce range(100000) as $i (0; {a: .})", JqLimit.Depth)]
    [InlineData("setpath([range(65000) | \"a\"]; 1)", JqLimit.Depth)]
    [InlineData("setpath([range(65000) | 0]; 1)", JqLimit.Depth)]
    [InlineData("delpaths([[range(65000) | 0]])", null)]
    [InlineData("getpath([range(65000) | \"a\"])", null)]
    [InlineData("[1114112, -1, 55296, 1e300] | implode", null)]
    [InlineData("[range(100000)] | implode | length", null)]
    public void HostileProgram_EndsWithItsLimit(string program, JqLimit? expected)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var compiled = JqProgram.Compile(program);
        var exception = Record.Exception(() => compiled.Evaluate(JqValue.Null).ToList());
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(expected, (exception as JqLimitException)?.Limit);
        if (expected is null)
        {
            Assert.Null(exception);
        }

        Assert.True(watch.Elapsed < Patience, string.Create(CultureInfo.InvariantCulture, $"took {watch.Elapsed}"));
        Assert.True(allocated < 1_000_000_000, string.Create(CultureInfo.InvariantCulture, $"allocated {allocated}"));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("{a:", "}")]
    [InlineData("\"\\(", ")\"")]
    [InlineData("if 1 then ", " end")]
    [InlineData("def f: ", "; f")]
    [InlineData("1 as $x | ", "")]
    [InlineData("label $x | ", "")]
    [InlineData("try ", "")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    [InlineData("1 // ", "")]
    [InlineData(". | ", "")]
    [InlineData("first(", ")")]
    [InlineData(".[", "]")]
    [InlineData("reduce 1 as $x (0; ", ")")]
    public void DeeplyNestedProgram_IsRefused(string open, string close)
    {
        var text = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));

        Assert.Throws<JqCompileException>(() => JqProgram.Compile(text));
    }

    [Theory]
    [InlineData(".a")]
    [InlineData("[]")]
    [InlineData("?")]
    [InlineData(" + 1")]
    [InlineData(" | .")]
    [InlineData(" as [$x] | 1")]
    public void LongChain_IsRefusedOrWorks(string link)
    {
        var text = "." + string.Concat(Enumerable.Repeat(link, 100_000));

        Assert.Throws<JqCompileException>(() => JqProgram.Compile(text));
    }

    [Fact]
    public void LongList_Works()
    {
        var program = JqProgram.Compile("[" + string.Join(',', Enumerable.Range(0, 50_000)) + "] | length");

        Assert.Equal("50000", program.First(JqValue.Null)!.ToJson());
    }

    [Theory]
    [InlineData("..")]
    [InlineData("[..] | length")]
    [InlineData("[paths] | length")]
    [InlineData("[path(..)] | length")]
    [InlineData(". == .")]
    [InlineData("[., .] | sort")]
    [InlineData("tojson | fromjson? // 1")]
    [InlineData("flatten")]
    [InlineData("[tostream] | length")]
    [InlineData("walk(.)")]
    [InlineData(". * .")]
    [InlineData("contains(.)")]
    [InlineData("[leaf_paths] | length")]
    public void DeepInput_WorksOrEndsWithALimit(string program)
    {
        var depth = JqValue.MaxNesting - 1;
        foreach (var input in new[] { new string('[', depth) + new string(']', depth), Nested(depth) })
        {
            var value = JqValue.Parse(input, JqValue.MaxNesting);
            var exception = Record.Exception(() => JqProgram.Compile(program).Evaluate(value).ToList());

            Assert.True(exception is null or JqLimitException or JqRuntimeException, exception?.ToString());
        }
    }

    [Fact]
    public void DeepInputOnASmallStack_DoesNotOverflow()
    {
        var value = JqValue.Parse(Nested(JqValue.MaxNesting), JqValue.MaxNesting);
        Exception? failure = null;
        var thread = new Thread(
            () => failure = Record.Exception(() =>
            {
                foreach (var program in new[] { "walk(.)", "[.. | tojson]", ". == (. * .)", "def f: 1, f; [f]", "def f: f; f" })
                {
                    _ = Record.Exception(() => JqProgram.Compile(program).Evaluate(value).ToList());
                }
            }),
            maxStackSize: 384 * 1024);
        thread.Start();
        thread.Join();

        Assert.Null(failure);
    }

    [Theory]
    [InlineData("test(\"^(a+)+$\")")]
    [InlineData("test(\"^(a|a)*$\")")]
    [InlineData("[match(\"(a*)*b\"; \"g\")]")]
    [InlineData("gsub(\"(?<x>a+)+$\"; \"\")")]
    public void CatastrophicPattern_IsHarmless(string program)
    {
        var watch = Stopwatch.StartNew();
        var input = JqValue.From(new string('a', 40) + "!");

        _ = JqProgram.Compile(program).Evaluate(input).ToList();

        Assert.True(watch.Elapsed < Patience);
    }

    [Fact]
    public void PatternThatNeedsBacktracking_EndsWithTheRegexLimit()
    {
        var input = JqValue.From(new string('a', 40) + "!");
        var program = JqProgram.Compile("try test(\"^(?=(a+)+$)\") catch 1");

        var exception = Assert.Throws<JqLimitException>(() => program.First(input));

        Assert.Equal(JqLimit.RegexTime, exception.Limit);
    }

    [Fact]
    public void ManySlowMatches_ShareOneBudget()
    {
        var watch = Stopwatch.StartNew();
        var input = JqValue.From(new string('a', 24) + "!");
        var program = JqProgram.Compile("[range(1000) as $i | test(\"^(?=(a+)+$)\")]");

        _ = Record.Exception(() => program.First(input));

        Assert.True(watch.Elapsed < Patience);
    }

    [Fact]
    public void TooManyOutputs_EndWithTheOutputsLimit()
    {
        var exception = JqAssert.Exhausts("range(100)", limits: new JqLimits { Outputs = 10 });

        Assert.Equal(JqLimit.Outputs, exception.Limit);
    }

    [Fact]
    public void Limit_CannotBeCaughtInside()
    {
        var exception = JqAssert.Exhausts("try until(false; .) catch 1, (until(false; .) // 1), (until(false; .)?)");

        Assert.Equal(JqLimit.Steps, exception.Limit);
    }

    [Fact]
    public void Outputs_AreComputedOnDemand()
    {
        var outputs = JqProgram.Compile("1, 2, error(\"late\")").Evaluate(JqValue.Null).Take(2).Select(output => output.ToJson());

        Assert.Equal(["1", "2"], outputs);
        Assert.Equal("0", JqProgram.Compile("range(infinite)").First(JqValue.Null)!.ToJson());
    }

    [Fact]
    public void Cancellation_EndsTheEvaluation()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => JqProgram.Compile("until(false; .)").First(JqValue.Null, null, source.Token));
    }

    [Fact]
    public void RandomPrograms_NeverFailInAnotherWay()
    {
        const int Seed = 20_261_121;
        string[] words =
        [
            ".", "..", ".a", "[", "]", "(", ")", "{", "}", "|", ",", ":", ";", "\"x\"", "\"\\(", "1", "-", "+", "*", "/", "//", "=",
            "|=", "as", "$x", "def", "f", "reduce", "foreach", "if", "then", "else", "end", "try", "catch", "?", "?//", "label",
            "break", "recurse", "path", "map", "select", "@csv", "empty", "error", "limit", "first", "range", "del", "to_entries", "and",
        ];
        var random = new Random(Seed);
        var limits = new JqLimits { Steps = 2_000 };
        var input = JqValue.Parse("""{"a":[1,{"a":2}],"x":"y"}""");
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Join(' ', Enumerable.Range(0, random.Next(1, 14)).Select(_ => words[random.Next(words.Length)]));
            try
            {
                _ = JqProgram.Compile(text).Evaluate(input, limits).Count();
            }
            catch (Exception exception) when (exception is JqCompileException or JqRuntimeException or JqLimitException)
            {
                continue;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {Seed}, program {text}: {exception}");
            }
        }
    }

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
}
