namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Values that grow out of proportion are refused before they are built.</summary>
[Collection(HostileRuns.Name)]
public sealed class GrowthTests
{
    private const string Shared = "reduce range(100) as $i (0; [., .])";

    [Theory]
    [InlineData("\"x\" * 1e8")]
    [InlineData("reduce range(100) as $i (\"x\"; . + .)")]
    [InlineData("reduce range(100) as $i (\"x\"; \"\\(.)\\(.)\")")]
    [InlineData("reduce range(100) as $i (\"x\"; [., .] | join(\"-\"))")]
    [InlineData("reduce range(100) as $i (\"ab\"; gsub(\"a\"; \"aaaa\") + .)")]
    [InlineData("reduce range(100) as $i (\"a\"; gsub(\"(?<x>a)\"; .x + .x))")]
    [InlineData("reduce range(100) as $i (\"a\"; tojson + tojson)")]
    [InlineData("reduce range(100) as $i (\"a\"; tojson)")]
    [InlineData("reduce range(100) as $i (\"a\"; @base64)")]
    [InlineData("reduce range(100) as $i (\"'\"; @sh)")]
    [InlineData("reduce range(100) as $i (\"< \"; . + . | @html)")]
    [InlineData("reduce range(100) as $i (\"< \"; . + . | @uri)")]
    [InlineData("reduce range(100) as $i (\"a\"; explode + explode | implode)")]
    [InlineData("reduce range(100) as $i ([0]; . + .)")]
    [InlineData("reduce range(100) as $i ([1]; . + . | map(.))")]
    [InlineData("reduce range(1e6) as $i ([]; . + [$i])")]
    [InlineData("reduce range(1e6) as $i ({}; .[$i | tostring] = $i)")]
    [InlineData("setpath([1e8]; 1)")]
    [InlineData(".[5e6] = 1")]
    [InlineData(Shared)]
    [InlineData(Shared + " | tojson")]
    [InlineData(Shared + " | @text")]
    [InlineData(Shared + " | \"\\(.)\"")]
    [InlineData(Shared + " | . == (. + [])")]
    [InlineData(Shared + " | [..] | length")]
    [InlineData(Shared + " | flatten")]
    [InlineData(Shared + " | walk(.)")]
    [InlineData(Shared + " | [tostream] | length")]
    [InlineData(Shared + " | [paths] | length")]
    [InlineData(Shared + " | del(..)")]
    [InlineData(Shared + " | [., .] | sort | unique")]
    [InlineData(Shared + " | group_by(.)")]
    [InlineData(Shared + " as $x | " + Shared + " as $y | $x | contains($y)")]
    [InlineData("reduce range(100) as $i (0; {a: ., b: .}) | . * .")]
    public void Growth_EndsWithALimit(string program) => Assert.IsType<JqLimitException>(Hostile.Run(program));

    [Theory]
    [InlineData(".[1e9] = 1", "Array index too large")]
    [InlineData(".[1e300] = 1", "Array index too large")]
    [InlineData("setpath([1e9]; 1)", "Array index too large")]
    [InlineData("\"x\" * 2147483648", "Repeat string result too long")]
    [InlineData("\"abc\" * 1e300", "Repeat string result too long")]
    public void WhatJqItselfRefuses_IsItsError(string program, string message)
    {
        var exception = Assert.IsType<JqRuntimeException>(Hostile.Run(program));

        Assert.Equal(message, exception.Message);
    }

    /// <summary>A long text costs in proportion each time that it is looked at.</summary>
    [Theory]
    [InlineData("length")]
    [InlineData("utf8bytelength")]
    [InlineData("explode")]
    [InlineData("trim")]
    [InlineData("ascii_upcase")]
    [InlineData("contains(\"y\")")]
    [InlineData("index(\"y\")")]
    [InlineData("startswith($x)")]
    [InlineData("ltrimstr(\"x\")")]
    [InlineData("split(\"y\")")]
    [InlineData("test(\"y\")")]
    [InlineData(". == ($x + \"\")")]
    [InlineData(". < ($x + \"a\")")]
    [InlineData("tonumber?")]
    [InlineData("fromjson?")]
    [InlineData("@base64")]
    [InlineData("@uri")]
    [InlineData(".[5:6]")]
    public void LongTextAgainAndAgain_EndsWithALimit(string look)
    {
        var input = JqValue.From(new string('x', 4_000_000));
        var exception = Hostile.Run($". as $x | [range(1e6) | $x | {look}] | length", input);

        Assert.IsType<JqLimitException>(exception);
    }

    [Theory]
    [InlineData("indices(\"xx\" * 1000) | length")]
    [InlineData("contains((\"x\" * 1000000) + \"y\" + (\"x\" * 1000000))")]
    [InlineData("split((\"x\" * 1000000) + \"y\" + (\"x\" * 1000000)) | length")]
    [InlineData("index((\"x\" * 1000000) + \"y\" + (\"x\" * 1000000))")]
    public void SearchMadeToBeSlow_Ends(string program)
    {
        var exception = Hostile.Run(program, JqValue.From(new string('x', 4_000_000)));

        Assert.True(exception is null or JqLimitException, exception?.ToString());
    }

    [Fact]
    public void LongNeedles_AreFoundLikeShortOnes()
    {
        const string Text = "abababcababababcabababab";
        foreach (var part in new[] { "abababc", "ab", "babab", "xyz" })
        {
            var longText = string.Concat(Text.Select(unit => new string(unit, 2_000)));
            var longPart = string.Concat(part.Select(unit => new string(unit, 2_000)));
            var expected = longText.IndexOf(longPart, StringComparison.Ordinal);
            var program = JqProgram.Compile("index($part)", new JqCompileOptions
            {
                Variables = new Dictionary<string, JqValue> { ["part"] = JqValue.From(longPart) },
            });

            Assert.Equal(expected < 0 ? "null" : $"{expected}", program.First(JqValue.From(longText))!.ToJson());
        }
    }

    [Fact]
    public void PathsOf65000Keys_AreRefusedAsInJq()
    {
        string[] programs =
        [
            "setpath([range(65000) | \"a\"]; 1)", "setpath([range(65000) | 0]; 1)", "getpath([range(65000) | \"a\"])",
            "delpaths([[range(65000) | 0]])",
        ];
        foreach (var program in programs)
        {
            Assert.Equal("Path too deep", Assert.IsType<JqRuntimeException>(Hostile.Run(program)).Message);
        }
    }

    [Fact]
    public void CollidingKeys_AreStillFound()
    {
        // .NET hashes strings with a seed of the process; what collides elsewhere does not here.
        var keys = Enumerable.Range(0, 1 << 12).Select(i => string.Concat(Enumerable.Range(0, 12).Select(bit => (i >> bit & 1) == 0 ? "Aa" : "BB")));
        var input = JqValue.Object(keys.Select(key => KeyValuePair.Create(key, JqValue.From(key))));

        Assert.Null(Hostile.Run("[keys[] as $k | .[$k] == $k] | all", input));
    }
}
