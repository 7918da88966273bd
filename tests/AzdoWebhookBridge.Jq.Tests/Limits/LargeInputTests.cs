using System.Runtime.CompilerServices;

namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Small programs on inputs that are large in one place; and what stays in memory when all is over.</summary>
[Collection(HostileRuns.Name)]
public sealed class LargeInputTests
{
    [Theory]
    [InlineData("[range(10000) as $i | .] | map(-.) | length")]
    [InlineData("[range(300) as $i | .] | map(-. | -.) | length")]
    [InlineData("[range(2000) as $i | -.] | map(abs) | length")]
    [InlineData("[range(2000) as $i | -.] | map(length) | length")]
    public void LongLiteralThatIsCopied_CountsAsMemory(string program)
    {
        var input = JqValue.Parse(new string('9', 3_000_000));

        Assert.IsType<JqLimitException>(Hostile.Run(program, input));
    }

    [Theory]
    [InlineData("\"é\" * 1000000 | @uri | length")]
    [InlineData("[range(3000) | \"9\" * 1000 | tonumber] | sort | length")]
    [InlineData("[{a0:(1,2),a1:(1,2),a2:(1,2),a3:(1,2),a4:(1,2),a5:(1,2),a6:(1,2),a7:(1,2),a8:(1,2),a9:(1,2),b0:(1,2),b1:(1,2),b2:(1,2),b3:(1,2),b4:(1,2),b5:(1,2),b6:(1,2)}] | length")]
    [InlineData("reduce range(1000000) as $i ([]; . + [$i]) | length")]
    [InlineData("reduce range(1000000) as $i ({}; .[\"k\\($i)\"] = $i) | length")]
    public void LargeResult_IsRefusedInTime(string program) => Assert.IsType<JqLimitException>(Hostile.Run(program));

    [Fact]
    public void NamesOfInputs_DoNotStay()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);

        ParseManyWithLongNames();

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 32L * 1024 * 1024);
    }

    [Fact]
    public void TokenOfTheCaller_DoesNotStay()
    {
        var token = EvaluateWithToken();

        GC.Collect();

        Assert.False(token.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ParseManyWithLongNames()
    {
        var program = JqProgram.Compile(".a");
        var name = new string('k', 1_000_000);
        for (var i = 0; i < 200; i++)
        {
            program.First(JqValue.Parse($"{{\"{i}{name}\":1}}"));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference EvaluateWithToken()
    {
        using var source = new CancellationTokenSource();
        JqProgram.Compile(".").First(JqValue.Null, null, source.Token);
        return new WeakReference(source);
    }
}
