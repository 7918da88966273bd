namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>A call that is the last thing its caller does needs neither stack nor depth, as in jq.</summary>
public sealed class TailCallTests
{
    private static readonly JqLimits Patient = new() { Steps = 100_000_000, AllocatedBytes = 4_000_000_000, ArrayItems = 10_000_000 };

    [Theory]
    [InlineData("def f: if . >= 1000000 then . else . + 1 | f end; 0 | f", "1000000")]
    [InlineData("def f: if . >= 100000 then . else . + 1 | f end; [0 | f]", "[100000]")]
    [InlineData("def f: if . < 100000 then . + 1 | f end; 0 | f", "100000")]
    [InlineData("def f(x): if . >= x then . else . + 1 | f(x) end; 0 | f(100000)", "100000")]
    [InlineData("def f($n): if $n >= 100000 then $n else f($n + 1) end; f(0)", "100000")]
    [InlineData("def f: . as $x | if $x >= 100000 then $x else $x + 1 | f end; 0 | f", "100000")]
    [InlineData("def f: .done // (.n += 1 | .done = (if .n < 20000 then null else .n end) | f); {n: 0} | f", "20000")]
    [InlineData("def f: def g: if . >= 100000 then . else . + 1 | g end; g; 0 | f", "100000")]
    [InlineData("def w(c; u): if c then ., (u | w(c; u)) else empty end; [0 | w(. < 100000; . + 1)] | length", "100000")]
    [InlineData("def u(c; u): def _u: if c then . else (u | _u) end; _u; 0 | u(. >= 100000; . + 1)", "100000")]
    [InlineData("def r(f): def _r: ., (f | _r); _r; [limit(100000; 0 | r(. + 1))] | length", "100000")]
    [InlineData("def f: select(. < 100000) | . + 1 | ., f; last(0 | f)", "100000")]
    [InlineData("0 | until(. >= 100000; . + 1)", "100000")]
    [InlineData("[0 | while(. < 100000; . + 1)] | length", "100000")]
    [InlineData("[limit(100000; repeat(1))] | length", "100000")]
    [InlineData("[range(0; 100000; 1)] | length", "100000")]
    [InlineData("last(range(1e5))", "99999")]
    [InlineData("0 | last(recurse(if . < 100000 then . + 1 else empty end))", "100000")]
    [InlineData("0 | last(recurse(. + 1; . < 100000))", "99999")]
    public void Loop_NeedsNoDepth(string program, string expected)
    {
        var outputs = new List<string>();
        Exception? failure = null;
        var thread = new Thread(
            () => failure = Record.Exception(() =>
            {
                var compiled = JqProgram.Compile(program);
                outputs.AddRange(compiled.Evaluate(JqValue.Null, Patient with { Depth = 20 }).Select(output => output.ToJson()));
                outputs.Add(compiled.First(JqValue.Null, Patient with { Depth = 20 })!.ToJson());
            }),
            maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        Assert.Null(failure);
        Assert.Equal([expected, expected], outputs);
    }

    [Theory]
    [InlineData("def f: if . >= 10 then . else 1 + (. + 1 | f) end; 0 | f", "20")]
    [InlineData("def f: if . >= 3 then . else ., (. + 1 | f), . end; [0 | f] | tojson", "\"[0,1,2,3,2,1,0]\"")]
    [InlineData("def f(x): if . > 2 then x else . + 1 | f(x, .) end; [0 | f(.)] | tojson", "\"[3,3,3,3]\"")]
    [InlineData("def f: if . > 2 then error(\"e\") else . + 1 | f end; 0 | try f catch .", "\"e\"")]
    [InlineData("def f: if . > 2 then 1, 2 else (., 9) | . + 1 | f end; [limit(5; 0 | f)] | tojson", "\"[1,2,1,2,1]\"")]
    [InlineData("def fib: if . < 2 then . else (. - 1 | fib) + (. - 2 | fib) end; 15 | fib", "610")]
    [InlineData("label $out | def f: if . > 5 then ., break $out else . + 1 | f end; 0 | f", "6")]
    public void OtherRecursion_GivesTheSameAsBefore(string program, string expected) =>
        JqAssert.Outputs(program, "null", expected);

    [Fact]
    public void DepthOfCalls_DoesNotBoundValues()
    {
        var program = JqProgram.Compile("reduce range(5000) as $i (0; [.]) | flatten");

        Assert.Equal("[0]", program.First(JqValue.Null, new JqLimits { Depth = 5 })!.ToJson());
    }

    [Fact]
    public void Depth_CountsCallsThatWait()
    {
        var program = JqProgram.Compile("def f: if . <= 0 then . else 1 + (. - 1 | f) end; f");

        Assert.Equal("15", program.First(JqValue.From(15L), new JqLimits { Depth = 20 })!.ToJson());
        var exception = Assert.Throws<JqLimitException>(() => program.First(JqValue.From(25L), new JqLimits { Depth = 20 }));
        Assert.Equal(JqLimit.Depth, exception.Limit);
    }
}
