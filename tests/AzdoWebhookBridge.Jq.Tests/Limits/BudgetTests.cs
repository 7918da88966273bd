namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>What the budgets mean to the caller and to the program.</summary>
[Collection(HostileRuns.Name)]
public sealed class BudgetTests
{
    [Fact]
    public void TooManyOutputs_EndWithTheOutputsLimit()
    {
        var exception = JqAssert.Exhausts("range(100)", limits: new JqLimits { Outputs = 10 });

        Assert.Equal(JqLimit.Outputs, exception.Limit);
    }

    [Fact]
    public void Outputs_AreComputedOnDemand()
    {
        var outputs = JqProgram.Compile("1, 2, error(\"late\")").Evaluate(JqValue.Null).Take(2).Select(output => output.ToJson());

        Assert.Equal(["1", "2"], outputs);
        Assert.Equal("0", JqProgram.Compile("range(infinite)").First(JqValue.Null)!.ToJson());
    }

    /// <summary>Nothing of the language catches a limit.</summary>
    [Theory]
    [InlineData("try until(false; .) catch 1")]
    [InlineData("until(false; .)?")]
    [InlineData("until(false; .) // 1")]
    [InlineData("first(until(false; .), 1)")]
    [InlineData("limit(1; until(false; .), 1)")]
    [InlineData("label $out | until(false; .), break $out")]
    [InlineData(". as [$a] ?// $a | until(false; .)")]
    [InlineData("isvalid(until(false; .))")]
    [InlineData("any(until(false; .), true; .)")]
    [InlineData("isempty(until(false; .))")]
    [InlineData("path(until(false; .))")]
    [InlineData("reduce until(false; .) as $x (0; 1)")]
    [InlineData("(.a |= until(false; .))?")]
    [InlineData("[.[]?, (try until(false; .) catch empty)]")]
    [InlineData("try (try until(false; .) catch error) catch 1")]
    [InlineData("(try error(\"x\") catch until(false; .))? // 2")]
    public void Limit_CannotBeCaughtInside(string program)
    {
        var exception = Assert.IsType<JqLimitException>(Hostile.Run(program));

        Assert.Equal(JqLimit.Steps, exception.Limit);
    }

    [Theory]
    [InlineData("try ([range(1e9)] | length) catch 1", JqLimit.ArrayLength, 1_000, 8_000_000)]
    [InlineData("(\"x\" * 100000)? // 1", JqLimit.StringLength, 1_000_000, 1_000)]
    public void SmallBudgets_AreKept(string program, JqLimit expected, int items, int text)
    {
        var exception = JqAssert.Exhausts(program, limits: new JqLimits { ArrayItems = items, StringBytes = text });

        Assert.Equal(expected, exception.Limit);
    }

    [Fact]
    public void Memory_IsWhatTheRuntimeCounts()
    {
        var limits = new JqLimits { AllocatedBytes = 2_000_000 };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = JqAssert.Exhausts("last(range(1e6) | [., .] | {a: .} | tojson)", limits: limits);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(JqLimit.Memory, exception.Limit);
        Assert.InRange(allocated, 1_900_000, 4_000_000);
    }

    [Fact]
    public void MemoryOfTheConsumer_DoesNotCount()
    {
        var limits = new JqLimits { AllocatedBytes = 1_000_000 };
        var count = 0;
        foreach (var output in JqProgram.Compile("range(2000)").Evaluate(JqValue.Null, limits))
        {
            count += new byte[10_000].Length / 10_000;
        }

        Assert.Equal(2_000, count);
    }

    [Theory]
    [InlineData("until(false; .)")]
    [InlineData("def f: f; f")]
    [InlineData("[range(1e9)]")]
    [InlineData("[repeat(\"x\" * 1000 | explode | implode)]")]
    [InlineData("last(range(1e9) | tojson)")]
    [InlineData("try until(false; .) catch 1")]
    public void Cancellation_EndsTheEvaluation(string program)
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var compiled = JqProgram.Compile(program);

        Assert.Throws<OperationCanceledException>(() => compiled.First(JqValue.Null, null, source.Token));
        Assert.Throws<OperationCanceledException>(() => compiled.Evaluate(JqValue.Null, null, source.Token).ToList());
    }

    [Fact]
    public void CancellationOnTheWay_EndsTheEvaluationSoon()
    {
        using var source = new CancellationTokenSource();
        var outputs = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var output in JqProgram.Compile("repeat(1)").Evaluate(JqValue.Null, null, source.Token))
            {
                outputs++;
                source.Cancel();
            }
        });

        Assert.InRange(outputs, 1, 2_000);
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
}
