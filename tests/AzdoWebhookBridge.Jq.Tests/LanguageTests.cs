namespace AzdoWebhookBridge.Jq.Tests;

/// <summary>The language, one line a fact: program, input, outputs.</summary>
public sealed class LanguageTests
{
    [Theory]
    [InlineData("", "1", "1")]
    [InlineData("# note\n. # another\n", "1", "1")]
    [InlineData("# goes on \\\nstill a comment\n.", "1", "1")]
    [InlineData(".and, .if.end", """{"and":1,"if":{"end":2}}""", "1", "2")]
    [InlineData("{if: 1, (\"a\",\"b\"): (1,2)}", "null", """{"if":1,"a":1}""", """{"if":1,"a":2}""", """{"if":1,"b":1}""", """{"if":1,"b":2}""")]
    [InlineData("{a: 1 + 2, b: 1 | . + 1}", "null", """{"a":3,"b":2}""")]
    [InlineData("{\"a b\", $__loc__, \"x\\(1)\": 2}", """{"a b":5}""", """{"a b":5,"__loc__":{"file":"<top-level>","line":1},"x1":2}""")]
    [InlineData("1 as $x | {$x, y: $x}", "null", """{"x":1,"y":1}""")]
    [InlineData(".a.b?, (.a.b)?", """{"a":{}}""", "null", "null")]
    [InlineData("[(.a.b)?]", "1", "[]")]
    [InlineData("[.a?, .[0]?, .[]?]", "\"x\"", "[]")]
    [InlineData(".a?//\"x\"", "1", "\"x\"")]
    [InlineData(".[\"a\",\"b\"]", """{"a":1,"b":2}""", "1", "2")]
    [InlineData(".[1:], .[:-1], .[-1:], .[5:]", "[1,2,3]", "[2,3]", "[1,2]", "[3]", "[]")]
    [InlineData(".[1:2]", "\"a😀b\"", "\"😀\"")]
    [InlineData(".[1.7], .[null:1]", "[1,2]", "2", "[1]")]
    [InlineData("[(1,2) + (10,20)]", "null", "[11,12,21,22]")]
    [InlineData("\"\\(1,2)-\\(3,4)\"", "null", "\"1-3\"", "\"2-3\"", "\"1-4\"", "\"2-4\"")]
    [InlineData("[pow(2,3;1,2)]", "null", "[2,3,4,9]")]
    [InlineData("[range(0,1;3,4)]", "null", "[0,1,2,0,1,2,3,1,2,1,2,3]")]
    [InlineData("1 - 2 - 3, 2 * 3 + 4, 7 % 3, -7 % 3, 5 % -2, 8 / 2 / 2", "null", "-4", "10", "1", "-1", "1", "2")]
    [InlineData("-(1,2), -.", "3", "-1", "-2", "-3")]
    [InlineData("\"ab\" * 2, \"ab\" * 0, 0.5 * \"ab\", \"a,b\" / \",\"", "null", "\"abab\"", "\"\"", "\"\"", "[\"a\",\"b\"]")]
    [InlineData("{a:{b:1}} * {a:{c:2}}, [1,2,1] - [1]", "null", """{"a":{"b":1,"c":2}}""", "[2]")]
    [InlineData("1 == 1.0, \"a\" < \"b\", [] < {}, null < false, {a:1} == {a:1.00}", "null", "true", "true", "true", "true", "true")]
    [InlineData("\"\\uFFFD\" < \"😀\"", "null", "true")]
    [InlineData("nan == nan, nan < nan, ([nan] | sort), ([nan, 1] | min)", "null", "false", "true", "[null]", "null")]
    [InlineData("true and (true, false), false or (false, true), (false and error)", "null", "true", "false", "false", "true", "false")]
    [InlineData("[.[] // 1], (empty // 2), (error(\"x\")? // 3)", "[null,false,4]", "[4]", "2", "3")]
    [InlineData("1 // 2 // 3, (null // null // 3)", "null", "1", "3")]
    [InlineData("if (true, false) then 1 elif true then 2 else 3 end, if false then 1 end", "0", "1", "2", "0")]
    [InlineData("try error({a:1}) catch .a, [.[] | try error catch .], (try error(null) catch .)", "[1]", "1", "[1]", "null")]
    [InlineData("[(1, error(\"x\"), 3)?]", "null", "[1]")]
    [InlineData("[.[] | try if . > 1 then error(\"big\") else . end catch \"caught\"]", "[1,2,1]", "[1,\"caught\",1]")]
    [InlineData("try (1, error(\"x\")) catch .", "null", "1", "\"x\"")]
    [InlineData("reduce .[] as [$a, $b] (0; . + $a * $b)", "[[1,2],[3,4]]", "14")]
    [InlineData("reduce empty as $x (0; 1), reduce (1,2) as $x (0; empty), reduce 1 as $x ((0,5); . + 1)", "null", "0", "null", "1", "6")]
    [InlineData("[foreach range(5) as $x (0; . + $x; [$x, .])]", "null", "[[0,0],[1,1],[2,3],[3,6],[4,10]]")]
    [InlineData("[foreach range(5) as $x (0; if $x == 2 then empty else . + $x end)]", "null", "[0,1,3,7]")]
    [InlineData("[foreach (1,2) as $x (0; ., 10)]", "null", "[0,10,10,10]")]
    [InlineData("[label $f | range(10) | ., (select(. == 1) | break $f)]", "null", "[0,1]")]
    [InlineData("[label $a | label $b | 1, break $a, 2]", "null", "[1]")]
    [InlineData("def f: def g: 3; g; def g: 4; f, g", "null", "3", "4")]
    [InlineData("def f(x): x * 2; f(., 5)", "3", "6", "10")]
    [InlineData("def f($a; $b): $a + $b + a; f(1,2; 10)", "null", "12", "13", "13", "14")]
    [InlineData("def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; fac", "10", "3628800")]
    [InlineData("def f(g): def h: g; 5 | h; 1 | f(. + 1)", "null", "6")]
    [InlineData("def f(g): g as $x | [g, $x]; f(1,2)", "null", "[1,2,1]", "[1,2,2]")]
    [InlineData("def map(f): \"mine\"; map(.)", "[1]", "\"mine\"")]
    [InlineData("def f: reduce .[] as $x (0; . + $x); [f, (map(. * 2) | f)]", "[1,2]", "[3,6]")]
    [InlineData(". as [$a, {b: $c}] | [$a, $c]", """[1,{"b":2}]""", "[1,2]")]
    [InlineData(". as {a: $x, $b, (\"c\",\"d\"): $y, $e: [$f]} | [$x, $b, $y, $e, $f]", """{"a":1,"b":2,"c":3,"d":4,"e":[5]}""", "[1,2,3,[5],5]", "[1,2,4,[5],5]")]
    [InlineData(".[] as [$a] ?// {a: $b} ?// $c | [$a, $b, $c]", """[[1],{"a":2},3]""", "[1,null,null]", "[null,2,null]", "[null,null,3]")]
    [InlineData("1 as $x | 2 as $y | [$x, $y, (3 as $x | $x), $x]", "null", "[1,2,3,1]")]
    [InlineData("[.. | numbers], [..] == [recurse]", "[1,[2,{\"a\":3}]]", "[1,2,3]", "true")]
    [InlineData("[recurse(if . < 3 then . + 1 else empty end)], [recurse(. * .; . < 20)]", "2", "[2,3]", "[2,4,16]")]
    [InlineData("[limit(3; 1, 2, 3, error)], [limit(0; error)], first(1, error), [skip(1; 1, 2, 3)], nth(1; 5, 6, error)", "null", "[1,2,3]", "[]", "1", "[2,3]", "6")]
    [InlineData("[until(. > 10; . * 2)], [while(. < 10; . * 2)], [limit(3; repeat(. + 1))]", "3", "[12]", "[3,6]", "[4,4,4]")]
    [InlineData("isempty(empty), isempty(1, error), any(1, null), all(true, false; .), ([] | all, any)", "[1]", "true", "false", "true", "false", "true", "false")]
    [InlineData("[path(.a[0].b, .c?, (.d // .e), first(.f, .g))]", "null", """[["a",0,"b"],["c"],["e"],["f"]]""")]
    [InlineData("[path(if .a then .b else .c end, (.x | select(true)), getpath([\"p\", 0]))]", "null", """[["c"],["x"],["p",0]]""")]
    [InlineData("[paths], [paths(type == \"number\")], [leaf_paths]", """{"a":[1]}""", """[["a"],["a",0]]""", """[["a",0]]""", """[["a",0]]""")]
    [InlineData("path(.. | select(type == \"boolean\"))", "[[true]]", "[0,0]")]
    [InlineData("path(foreach (\"a\",\"b\") as $k (.; .; .[$k])), path(limit(1; .a, .b)), path(last(.a, .b))", "null", """["a"]""", """["b"]""", """["a"]""", """["b"]""")]
    [InlineData(".a |= . + 1, .a += 1, .a -= 1, .a *= 3, .a /= 2, .a %= 2, .b //= 5", """{"a":2}""", """{"a":3}""", """{"a":3}""", """{"a":1}""", """{"a":6}""", """{"a":1}""", """{"a":0}""", """{"a":2,"b":5}""")]
    [InlineData(".a += (1, 2), (.a, .b) = (5, 6)", """{"a":0}""", """{"a":1}""", """{"a":2}""", """{"a":5,"b":5}""", """{"a":6,"b":6}""")]
    [InlineData("(.[] | select(. >= 2)) |= empty, .[1:3] |= map(. * 10), .[1:] = [9], .[-1] = 0", "[1,5,3]", "[1]", "[1,50,30]", "[1,9]", "[1,5,0]")]
    [InlineData(".a[1:2] |= [\"x\", \"y\"]", """{"a":[1,2,3]}""", """{"a":[1,"x","y",3]}""")]
    [InlineData("del(.[0, 2], .[-1]), del(.[1:]), del(.[]), del(.[9])", "[1,2,3,4]", "[2]", "[1]", "[]", "[1,2,3,4]")]
    [InlineData("del(.a.b, .c), delpaths([[\"a\",\"b\"],[\"a\"]]), del(.x.y)", """{"a":{"b":1},"c":2}""", """{"a":{}}""", """{"c":2}""", """{"a":{"b":1},"c":2}""")]
    [InlineData("to_entries, with_entries(.value += 1), (to_entries | from_entries)", """{"a":1}""", """[{"key":"a","value":1}]""", """{"a":2}""", """{"a":1}""")]
    [InlineData("from_entries", """[{"name":"a","value":1},{"Key":"b","Value":2},{"key":"c"}]""", """{"a":1,"b":2,"c":null}""")]
    [InlineData("getpath([\"a\",0]), getpath([]), setpath([]; 1), setpath([\"b\",1]; 2)", "{}", "null", "{}", "1", """{"b":[null,2]}""")]
    [InlineData("pick(.a.b), pick(.c[1])", """{"a":{"b":1,"x":2},"c":[1,2,3]}""", """{"a":{"b":1}}""", """{"c":[null,2]}""")]
    [InlineData("[tostream], fromstream(tostream), [1 | truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]])]", """{"a":[1]}""", """[[["a",0],1],[["a",0]],[["a"]]]""", """{"a":[1]}""", """[[[0],2],[[0]]]""")]
    [InlineData("walk(if type == \"number\" then . + 1 else . end)", """[1,{"a":2}]""", """[2,{"a":3}]""")]
    public void Program_GivesTheOutputs(string program, string input, params string[] expected)
    {
        JqAssert.Outputs(program, input, expected);
    }

    [Theory]
    [InlineData("env, $ENV, env.PATH", "1", "{}", "{}", "null")]
    [InlineData("have_literal_numbers, have_decnum, ([1,2] | toarray), (1 | toarray)", "1", "true", "true", "[1,2]", "[1]")]
    [InlineData("isvalid(.a), isvalid(error)", "{}", "true", "false")]
    [InlineData("@text, @json, @html, @uri, @sh, @base64, (@base64 | @base64d), @base32, (@base32 | @base32d), (@uri | @urid)", "\"a'<ü\"", "\"a'<ü\"", "\"\\\"a'<ü\\\"\"", "\"a&apos;&lt;ü\"", "\"a%27%3C%C3%BC\"", "\"'a'\\\\''<ü'\"", "\"YSc8w7w=\"", "\"a'<ü\"", "\"METTZQ54\"", "\"a'<ü\"", "\"a'<ü\"")]
    [InlineData("@csv, @tsv, @sh", "[1,\"a\\\"\\tb\",null,true]", "\"1,\\\"a\\\"\\\"\\tb\\\",,true\"", "\"1\\ta\\\"\\\\tb\\t\\ttrue\"", "\"1 'a\\\"\\tb' null true\"")]
    [InlineData("@base64 \"x\\(.)y\", @json \"v=\\(.)\"", "\"ab\"", "\"xYWI=y\"", "\"v=\\\"ab\\\"\"")]
    [InlineData("length, utf8bytelength, explode, (explode | implode), test(\"^.+$\"), ascii_upcase", "\"aü😀\"", "3", "7", "[97,252,128512]", "\"aü😀\"", "true", "\"Aü😀\"")]
    [InlineData("ltrimstr(\"a\"), rtrimstr(\"c\"), trimstr(\"a\"), ltrimstr(\"x\"), startswith(\"ab\"), endswith(\"bc\")", "\"abc\"", "\"bc\"", "\"ab\"", "\"bc\"", "\"abc\"", "true", "true")]
    [InlineData("trim, ltrim, rtrim", "\"\\t a \\n\"", "\"a\"", "\"a \\n\"", "\"\\t a\"")]
    [InlineData("split(\"\"), split(\"b\"), split(\"B\"; \"i\"), [splits(\"[bc]\")]", "\"abc\"", "[\"a\",\"b\",\"c\"]", "[\"a\",\"c\"]", "[\"a\",\"c\"]", "[\"a\",\"\",\"\"]")]
    [InlineData("indices(\"a\"), index(\"a\"), rindex(\"a\"), index(\"z\"), indices(\"\")", "\"abab\"", "[0,2]", "0", "2", "null", "[]")]
    [InlineData("match(\"(a)(?<n>x)?\")", "\"za\"", """{"offset":1,"length":1,"string":"a","captures":[{"offset":1,"length":1,"string":"a","name":null},{"offset":-1,"length":0,"string":null,"name":"n"}]}""")]
    [InlineData("[match(\"\"; \"g\").offset], [match(\"A\"; \"gi\").offset], [match([\"a\", \"g\"]).offset]", "\"aba\"", "[0,1,2,3]", "[0,2]", "[0,2]")]
    [InlineData("[match(\".\"; \"gn\").offset], [scan(\"(?i)B\")], [scan(\"(a)(b)\")], [scan(\"A\"; \"i\")]", "\"ab\"", "[0,1]", "[\"b\"]", "[[\"a\",\"b\"]]", "[\"a\"]")]
    [InlineData("test(\"a b\"; \"x\"), test(\"a.b\"), test(\"a\\nb\"; \"p\"), test(\"^b\"), test(\"[[:alpha:]]+\"), test(\"a++b\"), test(\"\\\\p{Alpha}\")", "\"ab\"", "true", "false", "false", "false", "true", "true", "true")]
    [InlineData("[sub(\"(?<a>.)\"; \"\\(.a|ascii_upcase)\", \"c\")], gsub(\"(?<a>.)\"; \"\\(.a)-\"), gsub(\"^a\"; \"z\"), sub(\"b\"; \"\"; \"g\")", "\"aab\"", "[\"Aab\",\"cab\"]", "\"a-a-b-\"", "\"zab\"", "\"aa\"")]
    [InlineData("[gsub(\"(?<a>.)\"; \"\\(.a|ascii_upcase)\", \"\\(.a|ascii_downcase)\", \"c\")]", "\"aB\"", "[\"AB\",\"ab\",\"cc\"]")]
    [InlineData("capture(\"(?<y>\\\\d+)-(?<m>\\\\d+)\")", "\"2024-05\"", """{"y":"2024","m":"05"}""")]
    [InlineData("sort, sort_by(-.), group_by(. % 2), unique, unique_by(. % 2), min, max, min_by(-.), max_by(-.), reverse", "[3,1,2,1]", "[1,1,2,3]", "[3,2,1,1]", "[[2],[3,1,1]]", "[1,2,3]", "[2,3]", "1", "3", "3", "1", "[1,2,1,3]")]
    [InlineData("sort_by(.a, .b) | map(.b)", """[{"a":2,"b":1},{"a":1,"b":3},{"a":1,"b":2}]""", "[2,3,1]")]
    [InlineData("flatten, flatten(1), transpose, add, contains([[1]]), inside([[1,[2]],[3]]), has(1), has(5), (.[0] | in([7,8,9]))?", "[[1,[2]],[3]]", "[1,2,3]", "[1,[2],3]", "[[1,3],[[2],null]]", "[1,[2],3]", "true", "true", "true", "false")]
    [InlineData("keys, keys_unsorted, has(\"b\"), map_values(. + 1), add, map(. * 2), length, tojson", """{"b":1,"a":2}""", """["a","b"]""", """["b","a"]""", "true", """{"b":2,"a":3}""", "3", "[2,4]", "2", "\"{\\\"b\\\":1,\\\"a\\\":2}\"")]
    [InlineData("bsearch(2), bsearch(0), bsearch(9), indices(1), indices([2,3]), index(3), first, last, nth(1)", "[1,2,3]", "1", "-1", "-4", "[0]", "[1]", "2", "1", "3", "2")]
    [InlineData("[combinations], ([0,1] | [combinations(2)])", "[[1,2],[3]]", "[[1,3],[2,3]]", "[[0,0],[0,1],[1,0],[1,1]]")]
    [InlineData("floor, ceil, round, trunc, fabs, abs, sqrt?, -., significand, logb, frexp, modf", "-2.5", "-3", "-2", "-3", "-2", "2.5", "2.5", "null", "2.5", "-1.25", "1", "[-0.625,2]", "[-0.5,-2]")]
    [InlineData("pow(2;10), log2, exp10, ldexp(1;3), fma(2;3;4), atan2(0;1), fmin(1;2), fmod(7;4), cbrt", "8", "1024", "3", "100000000", "8", "10", "0", "1", "3", "2")]
    [InlineData("tostring, tojson, (tojson|fromjson), tonumber, (tostring|tonumber)", "1.10", "\"1.10\"", "\"1.10\"", "1.10", "1.10", "1.10")]
    [InlineData("map(tonumber)", "[\"1\",\"-1.5e2\",\".5\"]", "[1,-1.5E+2,0.5]")]
    [InlineData("map(. + 0)", "[1e17,1e15,1e-5,0.0001,100000000000000000000,1e1000]", "[1e+17,1000000000000000,1e-05,0.0001,1e+20,1.7976931348623157e+308]")]
    [InlineData(".", "[1e2,1.50,-0,0.00001,1e-7,123456789012345678901234567890]", "[1E+2,1.50,-0,0.00001,1E-7,123456789012345678901234567890]")]
    [InlineData("gmtime, todate, (todate | fromdate), strftime(\"%A %B %d %j %e %I %p %U %V %u %Z %%\"), dateadd(\"seconds\"; 10)", "1425599621", "[2015,2,5,23,53,41,4,63]", "\"2015-03-05T23:53:41Z\"", "1425599621", "\"Thursday March 05 064  5 11 PM 09 10 4 UTC %\"", "1425599631")]
    [InlineData("strptime(\"%d %b %Y %T\") | mktime", "\"05 Mar 2015 23:53:41\"", "1425599621")]
    [InlineData("[2024,1,30,0,0,0,0,0] | mktime | todate", "null", "\"2024-03-01T00:00:00Z\"")]
    [InlineData("ascii, ([.] | implode), @text, infinite, -infinite, (nan | tostring), ([nan] | tojson)", "65", "\"A\"", "\"A\"", "\"65\"", "1.7976931348623157e+308", "-1.7976931348623157e+308", "\"null\"", "\"[null]\"")]
    [InlineData("type, (tojson | type), ([] | type), (nan | type)", "true", "\"boolean\"", "\"string\"", "\"array\"", "\"number\"")]
    public void Builtin_GivesTheOutputs(string program, string input, params string[] expected)
    {
        JqAssert.Outputs(program, input, expected);
    }

    [Theory]
    [InlineData(".a", "1", "Cannot index number with string (\"a\")")]
    [InlineData(".[0]", "{}", "Cannot index object with number (0)")]
    [InlineData(".[]", "1", "Cannot iterate over number (1)")]
    [InlineData(".[]", "null", "Cannot iterate over null (null)")]
    [InlineData("{} + 1", "null", "object ({}) and number (1) cannot be added")]
    [InlineData("1 / 0", "null", "number (1) and number (0) cannot be divided because the divisor is zero")]
    [InlineData("error(\"x\")", "null", "x")]
    [InlineData("error", "{\"a\":1}", "error (not a string): {\"a\":1}")]
    [InlineData("path(1)", "null", "Invalid path expression with result 1")]
    [InlineData("path(tostring | .a)", "1", "Invalid path expression near attempt to access element \"a\" of \"1\"")]
    [InlineData("path([1] | .[])", "null", "Invalid path expression near attempt to iterate through [1]")]
    [InlineData("test(\"(\")", "\"a\"", "Regex failure: end pattern with unmatched parenthesis")]
    [InlineData("test(\"a\"; \"q\")", "\"a\"", "q is not a valid modifier string")]
    [InlineData("@base64d", "\"!!\"", "string (\"!!\") is not valid base64 data")]
    [InlineData("fromjson", "\"{a\"", "Invalid numeric literal at EOF at line 1, column 2 (while parsing '{a')")]
    [InlineData("tonumber", "\"0x1\"", "string (\"0x1\") cannot be parsed as a number")]
    [InlineData("strptime(\"%Y\")", "\"x\"", "date \"x\" does not match format \"%Y\"")]
    [InlineData("flatten(-1)", "[1]", "flatten depth must not be negative")]
    [InlineData(".[-5] = 1", "[1]", "Out of bounds negative array index")]
    [InlineData("limit(-1; 1)", "null", "limit doesn't support negative count")]
    [InlineData("{(1): 2} | .", "null", null)]
    [InlineData("{(.): 2}", "1", "Cannot use number (1) as object key")]
    public void RuntimeError_SaysWhatJqSays(string program, string input, string? message)
    {
        if (message is null)
        {
            Assert.Throws<JqCompileException>(() => JqProgram.Compile(program));
            return;
        }

        Assert.Equal(message, JqAssert.Fails(program, input).Message);
    }

    [Theory]
    [InlineData("1 +", 1, 4, "Found the end of the program, expected an expression")]
    [InlineData("{a", 1, 3, "Found the end of the program, expected ',' or '}'")]
    [InlineData("[1, 2", 1, 6, "expected ']'")]
    [InlineData(".a\n  | foo(1)", 2, 5, "Found the function foo/1, which is not defined")]
    [InlineData(".a | tostrin", 1, 6, "did you mean tostring?")]
    [InlineData(".a | Ascii_downcase", 1, 6, "did you mean ascii_downcase?")]
    [InlineData("splits", 1, 1, "but splits takes 1 argument or 2 arguments")]
    [InlineData("1 as $item | $itm", 1, 14, "did you mean $item?")]
    [InlineData("if 1 then 2", 1, 12, "expected 'else', 'elif' or 'end' of 'if'")]
    [InlineData("@foo \"\\(1)\"", 1, 6, "Found the format @foo")]
    [InlineData("break $x", 1, 1, "outside of 'label $x'")]
    [InlineData("\"abc", 1, 5, "expected '\"' to close the string")]
    [InlineData("\"a\\qb\"", 1, 3, "Found '\\q' in a string")]
    [InlineData("1 == 2 == 3", 1, 8, "do not chain")]
    [InlineData("import \"a\" as a; 1", 1, 1, "cannot read files")]
    [InlineData(". as {a} | 1", 1, 8, "expected ':'")]
    [InlineData("a.b | \u0000", 1, 7, "U+0000")]
    [InlineData("reduce 1 as $x (0)", 1, 18, "expected ';'")]
    [InlineData(")", 1, 1, "Found ')', expected an expression")]
    [InlineData("{1: 2}", 1, 2, "keys are strings")]
    public void CompileError_HasItsPlace(string program, int line, int column, string message)
    {
        var exception = Assert.Throws<JqCompileException>(() => JqProgram.Compile(program));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (exception.Line, exception.Column));
        Assert.InRange(exception.Offset + exception.Length, exception.Offset, program.Length);
    }

    [Fact]
    public void Variables_AreGlobal()
    {
        var options = new JqCompileOptions { Variables = new Dictionary<string, JqValue>(StringComparer.Ordinal) { ["who"] = JqValue.From("me") } };

        Assert.Equal(["\"me\""], JqAssert.Run("def f: $who; f", options: options));
    }

    [Fact]
    public void Now_IsTheGivenClock()
    {
        var options = new JqCompileOptions { Time = new FixedTime() };

        Assert.Equal(["\"2024-05-06T07:08:09Z\""], JqAssert.Run("now | todate", options: options));
    }

    [Fact]
    public void OneProgram_ServesManyThreads()
    {
        var program = JqProgram.Compile("[.items[] | select(.n % 2 == 0) | .n | tostring | test(\"^[0-9]+$\")] | length");
        var input = JqValue.Parse("{\"items\":[" + string.Join(',', Enumerable.Range(0, 100).Select(n => $"{{\"n\":{n},\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}}")) + "]}");

        Parallel.For(0, 200, _ => Assert.Equal("50", program.First(input)!.ToJson()));
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
    }
}
