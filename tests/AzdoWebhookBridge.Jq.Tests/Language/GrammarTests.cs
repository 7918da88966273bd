namespace AzdoWebhookBridge.Jq.Tests.Language;

/// <summary>What binds how, and which spellings there are.</summary>
public sealed class GrammarTests
{
    [Theory]
    [InlineData("2 * 3 as $n | $n + 1", "7")]
    [InlineData("1, 2 + 3 as $n | $n, 0", "1", "5", "0")]
    [InlineData("[-4 as $n | 5, $n]", "[5,-4]")]
    [InlineData("\"a\" + \"b\" as $s | $s + \"-\", \"c\"", "\"ab-\"", "\"c\"")]
    [InlineData("null // 7 as $n | $n", "7")]
    [InlineData("(try error(\"no\")) // 8 as $n | $n", "8")]
    public void Binding_TakesTheWholeExpression(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("[6,8] | reduce .[] / 2 as $n (0; . + $n)", "7")]
    [InlineData("-reduce (1,2) as $n (0; . + $n)", "-3")]
    [InlineData("[foreach 1 + (1,2) as $n (0; . + $n)]", "[2,5]")]
    [InlineData("[-foreach -(1,2) as $n (0; . + $n)]", "[1,3]")]
    [InlineData("reduce ([5],6) as [$n] ?// $n (0; . + $n)", "11")]
    [InlineData("[foreach ({a: 1}, [2]) as {a: $n} ?// [$n] (0; . + $n; [$n, .])]", "[[1,1],[2,3]]")]
    [InlineData("reduce 1 as $n ({}; .a = $n).a", "1")]
    public void Loop_TakesAnyExpressionAndIsATerm(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("{a: 5} | -.a, - .a + 1, -(.a)", "-5", "-4", "-5")]
    [InlineData("[4] | -.[0] * 2", "-8")]
    [InlineData("- -3", "3")]
    [InlineData("try -1", "-1")]
    public void Minus_TakesATermWithItsSuffixes(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("\"k\" as $k | {$k, $k: 1}", "{\"k\":1}")]
    [InlineData("{if: 1, and: 2, module: 3, break: 4, __loc__: 5}", "{\"if\":1,\"and\":2,\"module\":3,\"break\":4,\"__loc__\":5}")]
    [InlineData("{@base64 \"x\": 1, @base64 \"\\(\"y\")\": 2}", "{\"x\":1,\"eQ==\":2}")]
    [InlineData("{a: 1 + 1, b: 1 == 1 | not, c: [3, 4][0],}", "{\"a\":2,\"b\":false,\"c\":3}")]
    [InlineData("{\"a\\(\"b\")\": 1}", "{\"ab\":1}")]
    [InlineData("{a: 6} | .@text \"a\", .\"a\", .[\"a\"]", "6", "6", "6")]
    [InlineData("{a: {b: 7}} | .\"a\".\"b\", .a.\"b\", .a[\"b\"]", "7", "7", "7")]
    public void ObjectKey_CanBeMuch(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("{if: 1, b: [2]} as {if: $i, $b: [$c]} | [$i, $b, $c]", "[1,[2],2]")]
    [InlineData("{\"a b\": 3} as {\"a b\": $x} | $x", "3")]
    [InlineData("\"k\" as $k | {k: 4} as {($k): $x} | $x", "4")]
    [InlineData("\"q\" as $and | $and", "\"q\"")]
    public void PatternKey_CanBeMuch(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("[.1, 1., 1.50, 1e2, 100000000000000000001]", "[0.1,1,1.50,1E+2,100000000000000000001]")]
    [InlineData("100000000000000000001 == 100000000000000000002, 100000000000000000001 < 100000000000000000002", "false", "true")]
    [InlineData("[9007199254740993] | .[0] == .[0] + 0", "true")]
    [InlineData("9007199254740993 == 9007199254740992", "false")]
    [InlineData("-9007199254740993, (9007199254740993 | tojson)", "-9007199254740993", "\"9007199254740993\"")]
    public void Number_KeepsItsDigits(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("1 # one\n+ 1", "2")]
    [InlineData("1 # one \\\n+ 5\n+ 2", "3")]
    public void Comment_EndsWithItsLine(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);
}
