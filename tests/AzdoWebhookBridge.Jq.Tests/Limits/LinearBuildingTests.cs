namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Building a value step by step takes time and memory in proportion, although values never change.</summary>
public sealed class LinearBuildingTests
{
    private static readonly JqLimits Patient = new() { Steps = 1_000_000_000, AllocatedBytes = 8_000_000_000 };

    [Theory]
    [InlineData("reduce range($n) as $i ([]; . + [$i]) | length")]
    [InlineData("reduce range($n) as $i ([]; . += [$i]) | length")]
    [InlineData("reduce range($n) as $i ([]; .[length] = $i) | length")]
    [InlineData("reduce range($n) as $i ([]; setpath([$i]; $i)) | length")]
    [InlineData("reduce range($n) as $i ([range($n)]; .[$i] += 1) | length")]
    [InlineData("reduce range($n) as $i ({}; . + {($i | tostring): $i}) | length")]
    [InlineData("reduce range($n) as $i ({}; .[$i | tostring] = $i) | length")]
    [InlineData("reduce range($n) as $i ({}; .[$i % 50 | tostring] += 1) | length")]
    [InlineData("reduce range($n) as $i ({}; .list += [$i]) | .list | length")]
    [InlineData("reduce range($n) as $i ({}; .text += \"xy\") | .text | length")]
    [InlineData("reduce range($n) as $i (\"\"; . + \"xy\") | length")]
    [InlineData("[range($n) | \"xy\"] | add | length")]
    [InlineData("[range($n) | [.]] | add | length")]
    [InlineData("[range($n) | {\"k\\(.)\": .}] | add | length")]
    [InlineData("last(foreach range($n) as $i ([]; . + [$i])) | length")]
    [InlineData("def f: if length >= $n then . else . + [1] | f end; [] | f | length")]
    public void TenTimesTheElements_TakeTenTimesTheMemory(string program)
    {
        _ = Allocated(program, 2_000);
        var few = Allocated(program, 2_000);
        var many = Allocated(program, 20_000);

        Assert.True(many < few * 14, $"{few} bytes for 2,000 elements, {many} bytes for 20,000");
    }

    /// <summary>Versions that were kept must not see what later ones changed.</summary>
    [Theory]
    [InlineData("[foreach range(40) as $i ([]; . + [$i])] | map(length) | . == [range(1; 41)]")]
    [InlineData("[foreach range(40) as $i ([range(40)]; .[$i] = \"x\")] | [range(40) as $i | .[$i] | map(select(. == \"x\")) | length] | . == [range(1; 41)]")]
    [InlineData("[foreach range(40) as $i ({}; .[\"k\\($i)\"] = $i)] | [range(40) as $i | .[$i] | keys | length] | . == [range(1; 41)]")]
    [InlineData("[foreach range(99) as $i ({}; .[\"k\\($i % 33)\"] = $i)] | [range(33; 99) as $i | .[$i] | [.[]] | max] | . == [range(33; 99)]")]
    [InlineData("[foreach range(40) as $i (\"a\" * 2000; . + \"\\($i % 10)\")] | [range(40) as $i | .[$i] | .[2000:]] | map(length) | . == [range(1; 41)]")]
    [InlineData("[range(40)] | (.[3] = \"x\") as $a | ($a | .[4] = \"y\") as $b | ($a | .[4] = \"z\") as $c | ($b | . + [1]) as $d | ($b | . + [2]) as $e | [$a[4], $b[4], $c[4], $d[-1], $e[-1], ($d | length), ($b | length)] == [4, \"y\", \"z\", 1, 2, 41, 40]")]
    [InlineData("reduce range(40) as $i ([range(40)]; .[0] = .) | [recurse(.[0] | arrays)] | length == 41")]
    [InlineData("reduce range(200) as $i ({n: 0}; .[\"k\\($i)\"] = .n | .n += 1) | [.n, .k0, .k199, length] == [200, 0, 199, 201]")]
    [InlineData("(\"a\" * 2000) as $x | ($x + \"1\") as $a | ($a + \"2\") as $b | ($a + \"3\") as $c | [$x, $a, $b, $c] | map(.[2000:]) == [\"\", \"1\", \"12\", \"13\"]")]
    public void OlderVersions_StayAsTheyWere(string program) => JqAssert.Outputs(program, "null", "true");

    [Fact]
    public void EmittedValues_StayAsTheyWere()
    {
        var outputs = JqProgram.Compile("foreach range(100) as $i ([range(20)]; .[$i % 20] = \"x\" | . + [$i])")
            .Evaluate(JqValue.Null).ToList();

        for (var i = 0; i < outputs.Count; i++)
        {
            Assert.Equal(21 + i, outputs[i].Items.Count);
            Assert.Equal(Math.Min(i + 1, 20), outputs[i].Items.Count(item => item.Kind == JqKind.String));
        }
    }

    [Fact]
    public async Task EmittedValues_CanBeReadWhileTheProgramGoesOn()
    {
        var program = JqProgram.Compile("foreach range(300) as $i ({}; .[\"k\\($i % 40)\"] = $i | .list += [$i])");
        var readers = new List<Task<string>>();
        var expected = new List<string>();
        foreach (var output in program.Evaluate(JqValue.Null, Patient))
        {
            readers.Add(Task.Run(output.ToJson));
            expected.Add(output.ToJson());
        }

        Assert.Equal(expected, await Task.WhenAll(readers));
    }

    [Fact]
    public void InputsAndConstants_AreNeverChanged()
    {
        var input = JqValue.Parse($"[{string.Join(',', Enumerable.Range(0, 50))}]");
        var before = input.ToJson();
        var program = JqProgram.Compile("(.[0] = 1 | .[1] = 2 | . + [3]), ([range(30)] | .[0] = 9 | .[1] = 9), .");

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(before, program.Evaluate(input).Last().ToJson());
            Assert.Equal(before, input.ToJson());
        }
    }

    private static long Allocated(string program, int elements)
    {
        var compiled = JqProgram.Compile(program, new JqCompileOptions
        {
            Variables = new Dictionary<string, JqValue> { ["n"] = JqValue.From((long)elements) },
        });
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = compiled.First(JqValue.Null, Patient);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
