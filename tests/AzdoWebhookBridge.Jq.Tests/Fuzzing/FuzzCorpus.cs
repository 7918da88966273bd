using System.Text.RegularExpressions;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>What the mutations start from, a program or a JSON text a line.</summary>
internal static partial class FuzzCorpus
{
    private const string ProgramText = """
        .
        .resource.fields["System.Title"]
        .resource?.commits[0].author.name // "nobody"
        .body.eventType == "git.push"
        .body.eventType | startswith("workitem.")
        .resource.id | tostring
        .resource.repository.name + "/" + (.resource.refUpdates[0].name | sub("^refs/heads/"; ""))
        .resource.fields."System.Tags" // "" | split("; ") | map(select(length > 0))
        .resource.fields["System.AssignedTo"] | capture("(?<name>[^<]*) <(?<mail>[^>]+)>").mail
        [.resource.commits[]? | {id: .commitId[:8], text: (.comment | split("\n") | first)}]
        {identifier: .resource.id | tostring, title: .resource.title, blueprint: "azureDevopsPullRequest", properties: {status: .resource.status}}
        .resource.reviewers | map({(.displayName): .vote}) | add
        [.resource.reviewers[] | select(.vote >= 5 and (.isRequired | not)) | .displayName] | join(", ")
        "\(.resource.repository.project.id | gsub("-"; ""))/\(.resource.pullRequestId)" | ascii_downcase
        if .resource.result == "succeeded" then "green" elif .resource.result then "red" else null end
        .createdDate | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601 | . / 3600 | floor
        (.resource.finishTime | fromdate) - (.resource.startTime | fromdate)
        .resource.url | @uri "https://host/?u=\(.)&v=\(1, 2)"
        .resource.commits | group_by(.author.email) | map({key: .[0].author.email, value: length}) | from_entries
        .. | select(type == "object" and has("id")) | .id
        .resource.revision.fields | with_entries(select(.key | startswith("Custom."))) | keys
        'single' + .name + 'quoted'
        .a.b.c, .["a"]["b"], ."a"?, .a[]?, .[2:4], .[-1:], .[:1], .[0]
        .a |= . + 1 | .b += 1 | .c -= 1 | .d *= 2 | .e /= 2 | .f %= 3 | .g //= 4
        .a[1:3] = ["x"] | del(.a[0], .b, .c[1:]) | to_entries
        .. |= (if type == "number" then . + 1 else . end)
        (.a, .b)[1:] |= map(tostring)
        .[] as [$a, {b: $c, $d}] | [$a, $c, $d]
        . as [$a] ?// {a: $a} ?// $a | [$a]
        .[] as {$a, b: [$c, {$d}], ("x" + "y"): $e, $f: [$g]} ?// [$a, $c, $d, $e, $f, $g] | $a
        reduce .[] as $x (0; . + $x)
        foreach range(5) as $i (0; . + $i; [$i, .])
        foreach .[] as [$i, $j] (null; $i; ., $j)
        label $out | foreach .[] as $item (0; . + 1; if . > 3 then ., break $out else $item end)
        try error("x") catch ., try error({a: 1}) catch .a, (error? // 1)
        def f: if . > 0 then . - 1 | f else . end; 10 | f
        def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; [range(10) | fac]
        def f(g; $x): def h: g + $x; [h, (. | g)]; f(.[]; 3)
        def f($a; $b): $a + $b; f(1, 2; 3, 4)
        def r(n): if n > 0 then n, r(n - 1) else empty end; [r(4)]
        [limit(3; repeat(1))], [first(range(10; 0; -1))], [skip(1; .[])], nth(2; range(5)), until(. > 100; . * 2 + 1)
        [.[] | while(. < 50; . * 2 + 1)], [recurse(if . < 3 then . + 1 else empty end)], [recurse(.[]?; . != null)]
        path(..), [paths], [paths(type == "number")], [leaf_paths], getpath(["a", 0, "b"]), [splits("a+"; "i")]
        setpath([]; 1), setpath(["a", 1]; .), delpaths([["a"], ["b", 0]]), pick(.a[1].b), to_entries, tostream, [tostream] == [tostream]
        fromstream(tostream), [1 | truncate_stream([[0], 1], [[1, 0], 2], [[1, 0]], [[1]])], limit(2; .[]), fromstream(1 | truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]]))
        sort_by(.a, .b), group_by(.a), unique_by(length), min_by(.x), max_by(.x), min, max, add, add(.[].a), any, all, any(. > 1), all(.[]; . == 1)
        flatten, flatten(1), reverse, transpose, combinations, combinations(2), indices(1), index("b"), rindex("b"), inside([1, 2]), contains({a: [1]}), bsearch(3)
        tojson, fromjson, ascii, implode, explode, @base64, @base64d, @base32, @base32d, @html, @sh, @csv, @tsv, @json, @text, @uri, @urid
        "a\(1 + 2)b\("c\("d")")", @json "x\(.)y", @csv "\([1, "a\"b", null])", "\u00e9\ud83d\ude00\n\t\\\"/"
        test("A"; "ix"), [match("(a)(?<n>b)?"; "g") | .captures[].name], capture("(?<y>\\d{4})-(?<m>\\d\\d)"), [scan("[a-z]+|\\d")], sub("(?<x>.)"; "\(.x)\(.x)"), gsub("\\s+"; "-"; "g"), splits(", *"), ascii_downcase
        test("(a+)+$"), test("^(?:a|aa)*b"), test("\\p{L}+\\h\\H\\R\\X"), gsub("(?i)b|(?<!c)d|(?=e)"; "[]"), test("[[:alpha:]&&[^a-c]]"), match("\\Ab\\z|(?<q>x)\\k<q>"), sub("$"; "!"), gsub(""; "-")
        now | gmtime | mktime | todate, strftime("%A %B %d %Y %H:%M:%S %j %U %Z"), (strptime("%Y-%m-%dT%H:%M:%SZ") | mktime), localtime, strflocaltime("%c"), dateadd("seconds"; 10), date
        floor, sqrt, pow(.; 2), log, exp10, fabs, round, ceil, trunc, significand, logb, gamma, frexp, modf, ldexp(.; 3), scalb(.; 2), nearbyint, infinite, nan, isinfinite, isnan, isnormal
        1e1000, -1e1000, 100000000000000000000000000001, 0.1e-400, [nan] | sort, nan < nan, [nan, 1] | unique, 9007199254740993 + 0, -0, 1.000, 3.0 | tojson, 5 % -2, 5 % 0.5, 1 / 0
        {a: 1, "b": 2, (.c): 3, $__loc__, @base64 "x": 4, "\(1)x": 5, $x: 1}? // {a, b, "c"}
        $ENV, env.PATH, $__prog_args?, input?, debug, halt_error, error(null), getpath(1)?, splits(1)?, ltrimstr("a"), rtrimstr("b"), trimstr("c"), trim, ltrim, rtrim, abs, toarray, have_literal_numbers
        walk(if type == "array" then sort else . end), env, builtins | length, input_line_number?, $__loc__.line, getpath(["a"]) = 3, limit(0; error), isvalid(.a), tojson | fromjson, ascii(65), @text
        INDEX(.id), IN(1, 2), IN(.[]; 3), GROUP_BY(.a)?, JOIN(INDEX(.[]; .id); .[]; .id | tostring), UNIQUE_BY(.a)?, ascii, in({a: 1}), has(0), has("a"), map_values(. + 1), map_values(empty), to_entries | from_entries
        .a and .b or (.c | not), 1 < 2 == true, 1 + 2 * 3 - 4 / 5 % 6, -(1), -.a, - 1 - -1, . // 1 // 2, 1 as $x | 2 as $y | [$x, $y, $__loc__], .a = (.b = 1 | .b), (.[] | select(. > 1)) = 9
        [.[] | tonumber? // "no"], [.[]?, .[]??], ..?, .a?.b?[0]?, try error catch try error catch ., .. == .., [..] | length, ltrimstr(1), splits("x") | length, tojson * 3, "ab" * 0, {} * {a: {b: 1}}, [1, 2, 1] - [1], "a,b" / ","
        getpath(path(..)), [paths(..)], path(first(.a, .b)), path(getpath(["a", "b"])), path(if .a then .b else .c end), path(.a // .b), path(.[1:][0]), path(empty), path(error("x"))?, path(reduce 1 as $i (.; .a)), path(limit(1; .[])), del(.. | select(. == 1)), to_entries[0] |= 1, first(.[]) |= 2, last(.[]) |= 3, (.a | select(.b)) |= empty
        def x: reduce range(300) as $i ([]; [.]); x | tojson, flatten, (.. |= .), [..], x == x, getpath([range(50) | 0])
        reduce range(100000) as $i (""; . + "abc"), [range(1e9)], [repeat(1)], ("x" * 1e9), [limit(1e9; repeat("y"))] | add, until(false; .), def f: f + f; f, def g: [g]; g, last(range(1e12)), [.[] | splits("")], pow(10; 1e308), ltrimstr("x" * 1000)
        # comment \
        getpath(["a","b"]) as $x | {$x, y: $x} | .y[]? |= (.z? // 1) # trailing
        ltrimstr("a", "b"), @sh "echo \(.[]?)", ("a", "b") as $x | ("c", "d") as $y | $x + $y, [.[] as $x | $x | ., .], .["a", "b"], .[1, 0], .[null:2], .[1.7], .["a"]?, .[{"start": 1}], .[[1]], has(1, 0), splits("a", "b")
        @base32d, (try @base64d catch .), (tojson | @base64 | @base64d | fromjson), getpath(["x"]; 1)?, error(error(1))?, [limit(-1; 1)]?, tojson[1:-1], "\(.[0:2])", ascii_upcase, utf8bytelength, getpath([null])?, tojson | explode | implode, splits("[")?, ltrimstr({})
        """;

    private const string InputText = """
        null
        true
        0
        -1.5e3
        12345678901234567890.000
        "refs/heads/main"
        "2024-02-29T10:11:12Z"
        "a, b; c d  é 😀 e\u0301 \u0000 \ud800 \udc00x"
        ""
        []
        {}
        [1,2,3,[4,[5,{"a":6}]],null,false,"x"]
        [3,1,2,1.0,-0,1e1000,"b","a",{},[],null,true]
        {"a":{"b":{"c":[1,2,{"d":null}]}},"x":"y"}
        {"a":1,"b":[{"a":1,"b":2},{"a":2,"b":1},{"a":1,"b":1}],"c":"c","d":4,"e":5,"f":6}
        [{"id":1,"name":"one"},{"id":2,"name":"two"},{"id":3,"name":null}]
        [["a",1],["b",2],["a",3]]
        [{"key":"k","value":1},{"name":"n","value":2},{"k":"x","v":3},{"key":null},{"key":false,"value":false}]
        {"a":1,"a":2,"b":1,"a":3}
        1700000000.123
        [2024,1,29,10,11,12.5,4,59]
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"
        "eyJhIjpbMSwyXX0="
        "{\"a\":[1,2,{\"b\":null}],\"n\":1e5}"
        {"eventType":"git.push","publisherId":"tfs","createdDate":"2024-05-06T07:08:09.123Z","resource":{"commits":[{"commitId":"33b55f7cb7e7e245323987634f960cf4a6e6bc74","author":{"name":"Jo <j>","email":"jo@example.org","date":"2024-05-06T07:00:00Z"},"comment":"Fix it\n\nmore"}],"refUpdates":[{"name":"refs/heads/main","oldObjectId":"aad331d8","newObjectId":"33b55f7c"}],"repository":{"id":"278d5cd2-584d-4b63-824a-2ba458937249","name":"app","project":{"id":"6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c","name":"P"}},"pushId":14,"url":"https://host/a b?c=d&e=f"}}
        {"eventType":"workitem.updated","resource":{"id":2,"workItemId":5,"rev":2,"fields":{"System.State":{"oldValue":"New","newValue":"Approved"},"System.Rev":{"oldValue":"1","newValue":"2"}},"revision":{"id":5,"rev":2,"fields":{"System.Title":"Some \"bug\"","System.AssignedTo":"Jo Do <jo@example.org>","System.Tags":"a; b; c","Microsoft.VSTS.Scheduling.Effort":3.5,"Custom.Team":"x"}}}}
        {"eventType":"git.pullrequest.created","resource":{"pullRequestId":1,"status":"active","title":"A title","reviewers":[{"displayName":"R","vote":10,"isRequired":true},{"displayName":"S","vote":-5}],"creationDate":"2024-05-06T07:08:09.1234567Z","result":null,"startTime":"2024-05-06T07:08:09Z","finishTime":"2024-05-06T08:08:09Z"}}
        """;

    private const string VocabularyText = """
        . .. .a .a.b ."x" $x $y $__loc__ $ENV $__prog_args | || , ; : :: ( ) [ ] { } [] {} () ? ?? // //= = == != < <= > >= += -= *= /= %= |= + - * / % and or not
        as reduce foreach label break if then elif else end try catch def import include module ?// __loc__ @json @csv @tsv @sh @html @uri @urid @base64 @base64d @base32 @base32d @text @x $ @ & ^ ~ ` ! ' " \ # \( \"
        0 1 -1 2 10 0.5 1e3 1e999999999 1e-999999999 4294967296 2147483648 -2147483649 9223372036854775807 9223372036854775808 18446744073709551616 1.7976931348623157e308 5e-324 0x10 1. .5 00 1e 999999999999999999999999999999999999999.999
        nan infinite -infinite null true false empty error "a" "" "\u0000" "\ud800" "\udc00" "\(1)" "\(" "(?<n>.)" "(a*)*" "\\1" "[" "%Y-%m-%d" "%s%q%5" "gnxs" ['a','b'] [1,[2]] {"a":1} {a:.} {(.a):1} é 😀 ЖЖ ﬁ İ ß e\u0301
        .[0] .[-1] .[1:] .[:-1] .[]? .[nan] .[1e300] .[-1e300:1e300] .[infinite] [range(20)] range(1e18) (1,2,3) first(.) (.a,.b) "x"*100 input $x:{} def§f:.; f
        """;

    /// <summary>Every function the library has, as name/arity.</summary>
    private static readonly string[] Functions =
        [.. JqProgram.Compile("builtins[]").Evaluate(JqValue.Null).Select(name => name.AsString()).Order(StringComparer.Ordinal)];

    public static string[] Programs { get; } = [.. Lines(ProgramText), .. Parts(), .. Functions.Select(Call)];

    /// <summary>The tokens of each of <see cref="Programs"/>.</summary>
    public static string[][] ProgramTokens { get; } = [.. Programs.Select(program => Tokens(program).ToArray())];

    public static string[] Inputs { get; } = Lines(InputText);

    /// <summary>Texts to insert: names of functions as well as what may be wrong wherever it stands.</summary>
    public static string[] Vocabulary { get; } =
    [
        .. VocabularyText.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
        .. Functions.Select(name => name[..name.IndexOf('/', StringComparison.Ordinal)]),
        .. Functions.Select(Call),
        " ", "\n", "\r\n", "\t", "\0", "\uFEFF", "\u00A0", "\uD800", "\uDC00", "\u202E", "\uFFFF", "# c\n", "\"\0\"", "'",
    ];

    public static IEnumerable<string> Tokens(string program) => Token().Matches(program).Select(match => match.Value);

    /// <summary>The long lines above hold many expressions; each is worth a start of its own.</summary>
    private static IEnumerable<string> Parts() => Lines(ProgramText).SelectMany(line => line.Split(", ")).Where(part =>
    {
        try
        {
            _ = JqProgram.Compile(part);
            return true;
        }
        catch (JqCompileException)
        {
            return false;
        }
    }).Distinct();

    private static string Call(string function)
    {
        var parts = function.Split('/');
        string[] arguments = [".", ".[]?", "1", "\"a\"", ".a", "2", "3"];
        return parts[1] == "0" ? parts[0] : $"{parts[0]}({string.Join("; ", arguments.Take(int.Parse(parts[1])))})";
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(
        """
        "(?:[^"\\]|\\.)*"|[$@.]?[A-Za-z_]\w*|\d+(?:\.\d+)?|\?//|//=|//|\.\.|[|+*/%=!<>-]=|\s+|.
        """,
        RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Token();
}
