namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Patterns: no exponential time where the engine can do without backtracking, a time-out where it cannot.</summary>
[Collection(HostileRuns.Name)]
public sealed class RegexLimitTests
{
    private const string Prey = "(\"a\" * 40 + \"!\") | ";

    [Theory]
    [InlineData(Prey + "test(\"^(a+)+$\")")]
    [InlineData(Prey + "test(\"^(a|a)*$\")")]
    [InlineData(Prey + "test(\"^(a|aa)+$\")")]
    [InlineData(Prey + "[match(\"(a*)*b\"; \"g\")]")]
    [InlineData(Prey + "gsub(\"(?<x>a+)+$\"; \"\")")]
    [InlineData(Prey + "[splits(\"(a+)+b\")]")]
    [InlineData("(\"x\" * 100000) | test(\"(x+x+)+y\")")]
    [InlineData("(\"x\" * 30000) | test(\"(.*)(.*)(.*)(.*)(.*)[0-9]\")")]
    [InlineData("(\"x\" * 10000) | [scan(\"\")] | length")]
    [InlineData("(\"x\" * 10000) | gsub(\"\"; \"y\") | length")]
    [InlineData("(\"é🎉\" * 10000) | [match(\".\"; \"g\").offset] | last")]
    public void CatastrophicPattern_IsHarmless(string program) => Assert.Null(Hostile.Run(program));

    [Theory]
    [InlineData(Prey + "try test(\"^(?=(a+)+$)\") catch 1")]
    [InlineData(Prey + "test(\"^(?=(a+)+$)\")? // 1")]
    [InlineData("(\"x\" * 30000) | test(\"(x+)\\\\1y\")")]
    [InlineData("(\"a\" * 5000) | test(\"(a?){5000}a{5000}\")")]
    public void PatternThatNeedsBacktracking_EndsWithTheRegexLimit(string program)
    {
        var exception = Assert.IsType<JqLimitException>(Hostile.Run(program));

        Assert.Equal(JqLimit.RegexTime, exception.Limit);
    }

    [Theory]
    [InlineData("(\"a\" * 24 + \"!\") as $x | [range(1000) as $i | $x | test(\"^(?=(a+)+$)\")]")]
    [InlineData("[repeat(\"aaaaaaaaaaaaaaaaaa!\" | test(\"^(?=(a+)+$)\"))]")]
    [InlineData("[repeat(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | test(\"^(a+)+$\"))]")]
    [InlineData("(\"x\" * 1000000) as $x | [repeat($x | test(\"y$\"))]")]
    public void ManyMatches_ShareOneBudget(string program) => Assert.IsType<JqLimitException>(Hostile.Run(program));

    /// <summary>Building a pattern costs far more than matching it; those made from input are bounded in number and size.</summary>
    [Theory]
    [InlineData("[range(1e9) | \"a\\(.)\" as $p | \"x\" | test($p)]")]
    [InlineData("[range(1e9) | \"(?=a\\(.))\" as $p | \"x\" | test($p)]")]
    [InlineData("[range(1e9) | \"(a|b|c|d)*\\(.)+\" as $p | \"x\" | test($p)]")]
    [InlineData("[range(1e9) | \"[a-z]{1,50}\\(.)\" as $p | \"x\" | test($p)]")]
    [InlineData("[range(1e9) | (\"(a\" * 200 + \")\" * 200 + \"\\(.)\") as $p | \"x\" | test($p)]")]
    [InlineData("[range(1e9) | \"a\\(.)\" as $p | \"x\" | gsub($p; \"\")]")]
    public void EverNewPattern_EndsWithALimit(string program) => Assert.IsType<JqLimitException>(Hostile.Run(program));

    [Theory]
    [InlineData("(\"(\" * 100000)")]
    [InlineData("((\"(\" * 100000) + (\")\" * 100000))")]
    [InlineData("(\"[\" * 100000)")]
    [InlineData("(\"a|\" * 100000)")]
    [InlineData("(\"a\" * 1000000)")]
    [InlineData("(\"(a|b)\" * 10000)")]
    [InlineData("\"(((((a{100}){100}){100}){100}){100})\"")]
    [InlineData("\"(a{1,1000}){1,1000}\"")]
    [InlineData("((\"(\" * 200) + (\")\" * 200))")]
    public void OversizedPattern_IsAnErrorOrWorks(string pattern)
    {
        var exception = Hostile.Run(pattern + " as $p | \"x\" | test($p)");

        Assert.True(exception is null or JqRuntimeException or JqLimitException, exception?.ToString());
    }
}
