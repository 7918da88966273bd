namespace AzdoWebhookBridge.Jq.Tests.Limits;

/// <summary>Programs that never end, or grow without end, finish with a named limit.</summary>
[Collection(HostileRuns.Name)]
public sealed class HostileProgramTests
{
    [Theory]
    [InlineData("def f: 1 + f; f")]
    [InlineData("def f: f | f; f")]
    [InlineData("def f: [f]; f")]
    [InlineData("def f: try f catch f; f")]
    [InlineData("def f: f?; f")]
    [InlineData("def f: path(f); f")]
    [InlineData("def f: reduce f as $x (0; .); f")]
    [InlineData("def f: foreach f as $x (0; .); f")]
    [InlineData("def f: {a: f}; f")]
    [InlineData("def f: \"\\(f)\"; f")]
    [InlineData("def f: first(f); f")]
    [InlineData("def f: label $x | f; f")]
    [InlineData("def f: limit(1; f); f")]
    [InlineData("def f(x): x | f(x, x); f(.)")]
    [InlineData("def f: if . > 5000 then . else 1 + (. + 1 | f) end; 0 | f")]
    public void NestedCalls_EndWithTheDepth(string program)
    {
        var exception = Assert.IsType<JqLimitException>(Hostile.Run(program));

        Assert.Equal(JqLimit.Depth, exception.Limit);
    }

    [Theory]
    [InlineData("def f: f; f")]
    [InlineData("def a(x): a(x); a(0)")]
    [InlineData("def f(g): g; def h: f(h); h")]
    [InlineData("until(false; .)")]
    [InlineData("reduce repeat(1) as $x (0; .)")]
    [InlineData("last(range(infinite))")]
    [InlineData("last(repeat(.))")]
    [InlineData("first(range(1e9) | select(. < 0))")]
    [InlineData("[range(1e9) | try error catch .]")]
    [InlineData("[range(1e9) | (.a)?]")]
    [InlineData("[range(1e9) | .a? // 1]")]
    [InlineData("[range(1e9) | tonumber?, (\"x\" | tonumber?)]")]
    [InlineData("[range(1e9) | label $out | break $out]")]
    [InlineData("def f: try error(\"x\") catch .; [range(1e9) | f]")]
    public void EndlessLoop_EndsWithTheSteps(string program)
    {
        var exception = Assert.IsType<JqLimitException>(Hostile.Run(program));

        Assert.Equal(JqLimit.Steps, exception.Limit);
    }

    /// <summary>What runs out first, steps or memory, is not a promise.</summary>
    [Theory]
    [InlineData("def f: 1, f; [f]")]
    [InlineData("def a(x): a(x | x); a(0)")]
    [InlineData("def f($n): f($n + 1); f(0)")]
    [InlineData("def f(x): f(f(x)); f(1)")]
    [InlineData("def f: (f, f); [f]")]
    [InlineData("def f: .. | f; f")]
    [InlineData("def f: . as [$x] ?// $y | f; f")]
    [InlineData("def f: f // f; f")]
    [InlineData("recurse(.)")]
    [InlineData("[recurse(., .)]")]
    [InlineData("[recurse([.])]")]
    [InlineData("[repeat(.)]")]
    [InlineData("[repeat(empty)]")]
    [InlineData("[while(true; .)]")]
    [InlineData("[range(1e9)]")]
    [InlineData("[limit(1e8; repeat(\"a\"))] | join(\"\")")]
    [InlineData("foreach repeat(1) as $x (0; .; empty)")]
    [InlineData("[range(1000) as $a | range(1000) as $b | range(1000) as $c | select(false)]")]
    [InlineData("[range(1e9) | tojson]")]
    [InlineData("[range(1e9) | {a: .}]")]
    [InlineData("[range(1e9) | \"\\(.)\"]")]
    [InlineData("last(range(1e9) | tojson | fromjson)")]
    [InlineData("last(range(1e9) | [3, 1, 2] | sort | group_by(.) | unique)")]
    [InlineData("last(range(1e9) | {a: {b: 1}} * {a: {c: 1}})")]
    [InlineData("last(range(1e9) | \"a,b\" | split(\",\") | join(\"-\"))")]
    [InlineData("last(range(1e9) | \"a,b\" | sub(\",\"; \"x\"))")]
    [InlineData("last(range(1e9) | {} | .a.b.c.d.e = 1)")]
    [InlineData("last(range(1e9) | now | todate | fromdate)")]
    [InlineData("last(range(1e9) | {a: 1, b: 2} | with_entries(.value += 1))")]
    [InlineData("last(range(1e9) | [1, [2]] | [tostream])")]
    [InlineData("reduce range(1e6) as $i (0; . + ([range(100)] | length))")]
    [InlineData("[range(1e6)] | [combinations] | length")]
    [InlineData("[[range(20)] | combinations(20)] | length")]
    [InlineData("[[range(1e3)], [range(1e3)], [range(1e3)]] | [combinations] | length")]
    [InlineData("[range(3000) | [range(3000)]] | transpose | length")]
    [InlineData("[range(3e4)] | reduce range(3e4) as $i (.; del(.[0])) | length")]
    [InlineData("[range(3e4)] | until(length == 0; .[1:])")]
    [InlineData("[range(1e4)] as $x | $x - $x")]
    [InlineData("[range(1e4)] as $x | $x | contains($x)")]
    [InlineData("[range(1e4) | 0] | indices([range(5000) | 0]) | length")]
    public void EndlessWork_EndsWithALimit(string program) => Assert.IsType<JqLimitException>(Hostile.Run(program));

    [Theory]
    [InlineData("limit(1; infinite)")]
    [InlineData("first(limit(1; infinite))")]
    [InlineData("[limit(3; repeat(1))]")]
    [InlineData("[range(1e5)] | sort | length")]
    [InlineData("[range(1e5)] | sort_by(-.) | length")]
    [InlineData("[range(1e5)] | group_by(. % 10) | length")]
    [InlineData("[range(1e5)] | unique_by(. % 7) | length")]
    [InlineData("[range(1e5)] | min_by(-.), max_by(-.)")]
    [InlineData("[range(1e5)] | map(tostring) | join(\",\") | length")]
    [InlineData("[range(1e5)] | @sh, @csv | length")]
    [InlineData("[range(1e5)] | tojson | fromjson | length")]
    [InlineData("[range(1e5)] | index(5), index([99999])")]
    [InlineData("[range(1e5) | [.]] | flatten, add | length")]
    [InlineData("[range(1e5) | \"x\"] | add | length")]
    [InlineData("[range(1e4) | {\"a\\(.)\": 1}] | add | length")]
    [InlineData("[range(1e4) | {key: tostring, value: 1}] | from_entries | length")]
    [InlineData("[range(1e5)] | del(.[range(0; 1e5; 2)]) | length")]
    [InlineData("[range(1e5)] | walk(if type == \"number\" then . + 1 else . end) | length")]
    [InlineData("[range(1e5)] | [tostream] | length")]
    [InlineData("[range(1e4)] | fromstream(tostream) | length")]
    [InlineData("\"a,b\" * 20000 | [splits(\",\")] | length")]
    [InlineData("[range(100000)] | implode | length")]
    [InlineData("[1114112, -1, 55296, 1e300] | implode")]
    public void MuchButHonestWork_Succeeds(string program) => Assert.Null(Hostile.Run(program));
}
