namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>
/// The forms that <see cref="ProgramGenerator"/> fills, a line each: what it makes, how tightly it binds, its text.
/// Kinds: N number, S string, A array, O object, B boolean, X anything, P a path, F a number that is small, D a date as
/// text, R a regular expression. A hole is &lt;kind&gt;, with :level the loosest operator it may show without
/// parentheses and with @kind the kind of the value that "." is inside it. $v stands for a fresh variable.
/// Levels: 0 pipe, 1 comma, 2 //, 3 assignment, 4 or, 5 and, 6 comparison, 7 sum, 8 product, 9 prefix, 10 postfix.
/// </summary>
internal static class ProgramTemplates
{
    public const string Text = """
        N 7 <N:7> + <N:8>
        N 7 <N:7> - <N:8>
        N 8 <N:8> * <N:10>
        N 8 <N:8> / <N:10>
        N 8 <N:8> % <F:10>
        N 9 -<N:10>
        N 2 <N:4> // <N:2>
        N 10 (<X>|length)
        N 0 <X>|length
        N 0 <S>|tonumber
        N 0 <S>|length
        N 0 <A>|add
        N 0 <A>|length
        N 0 <A>|min
        N 0 <A>|first
        N 0 <N>|floor
        N 0 <N>|ceil
        N 0 <N>|round
        N 0 <N>|sqrt
        N 0 <N>|fabs
        N 0 <N>|abs
        N 0 <N>|trunc
        N 0 <N>|exp10
        N 0 <N>|log2
        N 0 <N>|significand
        N 0 <N>|logb
        N 0 <N>|lgamma
        N 0 <N>|frexp
        N 0 <N>|modf
        N 10 pow(<N>; <F>)
        N 10 ldexp(<N>; <F>)
        N 10 fma(<N>; <F>; <N>)
        N 10 fmin(<N>; <N>)
        N 0 <S>|index(<S>)
        N 0 <S>|rindex(<S>)
        N 0 <S>|utf8bytelength
        N 0 <A>|bsearch(<X>)
        N 0 <D>|fromdate
        N 0 <D>|strptime("%Y-%m-%dT%H:%M:%SZ")|mktime
        N 0 <D>|fromdateiso8601
        N 10 reduce <X:10> as $v (<N>; . + <F:8>)
        N 10 reduce .[] as $v (0; . + <F:8>)
        N 10 [.[]?|numbers]|add
        N 10 .[<F>]
        N 10 if <B> then <N> else <N> end
        N 10 first(<N>, <N>)
        N 10 [limit(<F>; <N>, <N>)]|last
        N 0 <F>|until(. > 20; . * 2 + 1)
        S 7 <S:7> + <S:8>
        S 8 <S:8> * <F:10>
        S 8 <S:8> / <S:10>
        S 2 <S:4> // <S:2>
        S 10 "<Z>\(<X>)<Z>"
        S 10 "\(<N>)-\(<S>)"
        S 10 @base64 "\(<S>)"
        S 10 @uri "?q=\(<S>)&n=\(<N>)"
        S 10 @sh "echo \(<S>)"
        S 10 @json "v=\(<X>)"
        S 10 @html "<b>\(<S>)</b>"
        S 10 @csv "\(<A>)"
        S 0 <X>|tostring
        S 0 <X>|tojson
        S 0 <X>|type
        S 0 <S>|ascii_downcase
        S 0 <S>|ascii_upcase
        S 0 <S>|ltrimstr(<S>)
        S 0 <S>|rtrimstr(<S>)
        S 0 <S>|trimstr(<S>)
        S 0 <S>|trim
        S 0 <S>|ltrim
        S 0 <S>|rtrim
        S 0 <A>|join(<S>)
        S 0 <S>|.[<F>:<F>]
        S 0 <S>|.[-<F>:]
        S 0 <S>|.[:<F>]
        S 10 (<S>)[<F>:]
        S 0 <S>|sub(<R>; <S>)
        S 0 <S>|gsub(<R>; <S>)
        S 0 <S>|sub(<R>; "<\(.x)>"; "g")
        S 0 <S>|gsub("(?<x>[a-z])"; "\(.x)-")
        S 0 <S>|gsub("(?<x>[a-z])(?<y>.)?"; "\(.y)\(.x)")
        S 0 <S>|sub("(?<x>\\d+)"; "<\(.x|tonumber+1)>")
        S 0 <S>|gsub(<R>; <S>; <G>)
        S 0 <S>|sub(<R>; "1", "2")
        S 0 <S>|explode|reverse|implode
        S 0 <S>|@text
        S 0 <S>|@base64
        S 0 <S>|@base64d
        S 0 <S>|@uri
        S 0 <S>|@html
        S 0 <S>|@sh
        S 0 <X>|@json
        S 0 <X>|@text
        S 0 <A>|@csv
        S 0 <A>|@tsv
        S 0 <A>|@sh
        S 0 <N>|todate
        S 0 <N>|strftime("%Y-%m-%d %H:%M:%S %j %a %b")
        S 0 <D>|strptime("%Y-%m-%dT%H:%M:%SZ")|todate
        S 0 <N>|gmtime|mktime|tostring
        S 0 <D>|sub("T.*"; "")|strptime("%Y-%m-%d")|strftime("%A, %B %d, %Y")
        S 0 <N>|todateiso8601
        S 0 <S>|split(<S>)|join("+")
        S 0 <S>|ascii_downcase|split(" ")|map(.[:1])|join("")
        S 10 if <B> then <S> elif <B> then <S> else <S> end
        S 10 try error(<X>) catch (<X>|tostring)
        S 10 try (<N>|error) catch tojson
        A 10 [<X>]
        A 10 [<X:2>, <X:2>]
        A 10 [<N:2>, <N:2>, <N:2>]
        A 10 [<S:2>, <S:2>]
        A 10 []
        A 7 <A:7> + <A:8>
        A 7 <A:7> - <A:8>
        A 2 <A:4> // <A:2>
        A 10 [.[]?]
        A 10 [..]
        A 10 [.. | <N>?]
        A 10 [<A:10>[]|<X>]
        A 10 [<A:10>[]|select(<B>)]
        A 10 [.[]?|select(<B>)]
        A 0 <A>|map(<X>)
        A 0 <A>|map(<N@N>)
        A 0 <A>|map(select(<B>))
        A 0 <A>|map(select(type == "number"))
        A 0 <A>|map(<S@S>)
        A 0 <A>|map(<X>?)
        A 0 <A>|sort
        A 0 <A>|sort_by(<X>)
        A 0 <A>|sort_by(<X>, <X>)
        A 0 <A>|group_by(<X>)
        A 0 <A>|unique
        A 0 <A>|unique_by(<X>)
        A 0 <A>|reverse
        A 0 <A>|flatten
        A 0 <A>|flatten(<F>)
        A 0 <A>|.[<F>:<F>]
        A 0 <A>|.[<F>:]
        A 0 <A>|.[:-<F>]
        A 10 <A:10>[<F>:][:<F>]
        A 0 <A>|transpose
        A 0 [<A:2>, <A:2>]|transpose
        A 0 <A>|indices(<X>)
        A 0 <A>|combinations
        A 0 <A>|to_entries
        A 0 <A>|tostream
        A 10 [<X>|tostream]
        A 10 fromstream(<X>|tostream)
        A 10 [1|truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]])]
        A 10 [limit(<F>; <A:10>[])]
        A 10 [first(<A:10>[])]
        A 10 [skip(<F>; <A:10>[])]
        A 10 [range(<F>)]
        A 10 [range(<F>; <F>)]
        A 10 [range(<F>; <F>; <F>)]
        A 10 [range(0; <F>; 0.5)]
        A 10 [limit(5; repeat(<X>))]
        A 10 [limit(4; <N>|repeat(. * 2))]
        A 10 [<F>|while(. < 30; . * 2 + 1)]
        A 10 [<X>|recurse]
        A 10 [<F>|recurse(if . < 3 then . + 1 else empty end)]
        A 10 [<F>|recurse(. + 1; . < 4)]
        A 10 [paths]
        A 10 [paths(type == "number")]
        A 10 [path(<P>)]
        A 10 [path(..)]
        A 10 [getpath(<L>)]
        A 10 [splits(<R>)]
        A 10 [<S>|splits(<R>)]
        A 0 <S>|split(<S>)
        A 0 <S>|split(<R>; <G>)
        A 10 [<S>|scan(<R>)]
        A 10 [<S>|scan(<R>; <G>)]
        A 10 [<S>|match(<R>; <G>)|.string]
        A 10 [<S>|match(<R>; <G>)|.offset, .length]
        A 10 [<S>|match(<R>; "g")|.captures|map(.name, .string, .offset)]
        A 10 [<S>|match([<R>, <G>])]
        A 10 [<S>|capture("(?<x>[a-z]+)(?<n>[0-9])?"; "g")]
        A 0 <S>|explode
        A 0 <S>|indices(<S>)
        A 0 <O>|keys
        A 0 <O>|keys_unsorted
        A 0 <O>|to_entries
        A 0 <O>|map(<X>)
        A 0 <O>|[.[]]
        A 0 <N>|gmtime
        A 0 <D>|strptime("%Y-%m-%dT%H:%M:%SZ")
        A 0 <X>|tojson|fromjson|[.]
        A 0 <X>|[., 1]|tojson|fromjson
        A 10 [foreach <A:10>[] as $v (0; . + 1; [., $v])]
        A 10 [foreach .[]? as $v (<X>; <X>; <X>)]
        A 10 [foreach range(<F>) as $v (<N>; . + $v)]
        A 10 [label $out | foreach <A:10>[] as $v (0; . + 1; if . > <F> then ., break $out else . end)]
        A 10 [label $f | <A:10>[] | ., (select(<B>)|break $f)]
        A 10 [<X:1> as [$v, $w] | $v, $w]
        A 10 [<X:10> as {a: $v, b: [$w]} | $v, $w]
        A 10 [<X:10> as {$a, "b": $w, ("c", "id"): $x} | $a, $w, $x]
        A 10 [<X:10> as {$a: [$v]} | $a, $v]
        A 10 [.[]? as [$v] ?// {a: $v} ?// $v | $v]
        A 10 [.[]? as [$v] ?// $v | if ($v|type) == "null" then error("e") else $v end]
        A 10 [<X:10> as [$v] ?// {$a} | [$v, $a]]
        A 10 [def f: . + 1; <N>|f|f]
        A 10 [def f(g): [g|g]; <N>|f(. * 2)]
        A 10 [def f($v; $w): $v + $w; f(<N>, <N>; <N>)]
        A 10 [def f(g; $v): def h: g + $v; h|h; <N>|f(. + 1; <N>)]
        A 10 [def fac: if . <= 1 then 1 else . * (. - 1|fac) end; <F>|fac]
        A 10 [def d(f): if type == "array" then .[]|d(f) else f end; <A>|d(<X>)]
        A 10 [1 as $v | 2 as $w | def f: [$v, $w]; (3 as $v | f), $w]
        A 10 [def f: def g: 3; g; def g: 4; f, g]
        A 10 [reduce <A:10>[] as [$v, $w] (null; . + $w)]
        A 10 [.[]? | (<X>)?]
        A 10 [try (<X>, error("x"), <X>) catch .]
        A 10 [(<X:2>, <X:2>) as $v | (<X:2>, $v)]
        A 10 [(1, 2) * (3, 4) - (<F>, <F>)]
        A 10 [{a: (1, 2), b: (3, <F:10>)}]
        A 10 [<F:2>, <F:2> | . as $v | [$v, -$v]]
        A 10 [.[<F:2>, <F:2>]?]
        A 10 [{(<S>, <S>): <X:10>}]
        A 10 [splits("a"; null)]
        A 10 [IN(<X>, <X>)]
        A 10 [.[]?|IN(1, 2, 3, "a")]
        A 10 [env|type]
        A 10 [@text, @json]
        A 10 [nth(<F>; <A:10>[])]
        A 10 [getpath(["a", "b"], ["resource", "id"])?]
        A 0 <X>|[splits(", *"; "g")]
        A 0 <A>|[.[]|tojson]
        A 0 <A>|[min, max]
        A 0 <A>|[min_by(<X>), max_by(<X>)]
        A 0 <A>|map(tojson)|sort
        A 0 [<N:2>, <N:2>, <S:2>, <A:2>, <B:2>]|sort
        A 0 <A>|map([<X>, <X>])
        A 0 <A>|[paths(..)]
        A 0 <A>|[.[:<F>], .[<F>:]]|add
        A 0 <A>|delpaths([[0], [<F>]])
        A 0 <A>|del(.[<F>, <F>])
        A 0 <A>|del(.[<F>:<F>])
        A 0 <A>|del(.[] | select(<B>))
        A 0 <A>|to_entries|map(.key)
        A 3 <A:10>[<F>] = <X:4>
        A 3 .[<F>:<F>] = <A:4>
        A 3 .[<F>:] |= <A@A:4>
        A 3 .[-<F>] |= <X:4>
        A 0 <A>|.[<F>:<F>] |= map(<X>)
        A 0 <A>|.[<F>] += <X:4>
        A 0 <A>|.[] |= <X:4>
        A 0 <A>|.[] |= empty
        A 0 <A>|.[] += <N:4>
        A 0 <A>|(.[]|select(<B>)) |= <X:4>
        A 0 <A>|(first, last) |= <X:4>
        A 0 <A>|first |= <X:4>
        A 0 <A>|limit(1; .[]) |= <X:4>
        O 10 {}
        O 10 {a: <X:10>}
        O 10 {a: <X:2>, b: <X:2>}
        O 10 {<K>: <X:2>, <K>: <X:2>}
        O 10 {(<S>): <X:10>}
        O 10 {"a\(<S>)": <X:10>}
        O 10 {a, b}
        O 10 {name, "id", c: <X:10>}
        O 10 {"x": 1, @base64 "a": 2}
        O 10 {<K>: 1 | . + 1}
        O 10 {a: <N:2> , b: <S:2> , c: (<X>)}
        O 7 <O:7> + <O:8>
        O 8 <O:8> * <O:10>
        O 2 <O:4> // <O:2>
        O 0 <O>|with_entries(<O>)
        O 0 <O>|with_entries(.value |= <X:4>)
        O 0 <O>|with_entries(select(<B>))
        O 0 <O>|with_entries(.key |= ascii_upcase)
        O 0 <O>|map_values(<X>)
        O 0 <O>|map_values(empty)
        O 0 <O>|to_entries|from_entries
        O 0 <A>|map({key: "k\(.)", value: <X:10>})|from_entries
        O 0 <A>|map({name: tojson, v: 1})|from_entries
        O 0 <O>|del(.a, .b)
        O 0 <O>|del(.[<S>])
        O 0 <O>|del(<P>)
        O 0 <X>|pick(<P>)
        O 0 <O>|delpaths([["a"], ["b", 0]])
        O 0 <O>|walk(<X>)
        O 0 <X>|walk(if type == "number" then . + 1 else . end)
        O 0 <X>|walk(if type == "object" then del(.a) else . end)
        O 0 <X>|walk(numbers |= tostring)
        O 0 <O>|tojson|fromjson
        O 0 <O>|setpath(["a", <F>]; <X>)
        O 0 <X>|setpath(<L>; <X>)
        O 10 reduce <A:10>[] as $v ({}; .[$v|tostring] += 1)
        O 10 reduce .[]? as $v (<O>; . + {a: $v})
        O 10 INDEX(<A:10>[]; <X>)
        O 0 <A>|INDEX(.id?)
        O 10 [splits("x")?] as [$v] | {$v}
        O 10 <X:10> as $v | {$v, w: <X:10>}
        O 10 $__loc__|{file}
        O 3 <P:10> = <X:4>
        O 3 <P:10> |= <X:4>
        O 3 <P:10> += <X:4>
        O 3 <P:10> -= <N:4>
        O 3 <P:10> *= <N:4>
        O 3 <P:10> /= <N:4>
        O 3 <P:10> %= <F:4>
        O 3 <P:10> //= <X:4>
        O 3 <P:10> = (<X>, <X>)
        O 3 <P:10> |= (<X>, <X>)
        O 3 <P:10> += (<X>, <X>)
        O 3 <P:10> //= (<X>, <X>)
        O 3 <P:10> |= empty
        O 0 <O>|<P:10> = <X:4>
        O 0 <O>|<P:10> |= <X:4>
        O 0 <O>|<P:10> += <X:4>
        O 0 <O>|.a = 1 | .b |= <X:4> | .c //= <X:4>
        O 3 .. |= <X:4>
        O 3 .[]? |= <X:4>
        O 0 <O>|.[] += <X:4>
        O 3 (.. | select(type == "number")) |= <N@N:4>
        O 3 (.a, .b) = <X:4>
        O 3 (.a | select(. != null)) |= <X:4>
        O 3 .a[<F>].b |= <X:4>
        O 3 .a[1:] = <A:4>
        O 3 (if <B> then .a else .b end) = <X:4>
        O 3 (.a // .b) = <X:4>
        O 3 (reduce (<S>, <S>) as $v (.; .[$v])) = <X:4>
        O 3 getpath(<L>) |= <X:4>
        O 3 paths(type == "string") as $p | getpath($p) |= ascii_upcase
        O 0 . as $v | <O> | .c = ($v|<X>)
        B 10 true
        B 10 false
        B 6 <N:7> == <N:7>
        B 6 <X:7> == <X:7>
        B 6 <X:7> != <X:7>
        B 6 <N:7> < <N:7>
        B 6 <X:7> < <X:7>
        B 6 <X:7> >= <X:7>
        B 6 <S:7> <= <S:7>
        B 6 <N:7> > <N:7>
        B 5 <B:5> and <B:6>
        B 4 <B:4> or <B:5>
        B 0 <B>|not
        B 0 <X>|not
        B 2 <B:4> // <B:2>
        B 0 <S>|test(<R>)
        B 0 <S>|test(<R>; <G>)
        B 0 <S>|startswith(<S>)
        B 0 <S>|endswith(<S>)
        B 0 <S>|contains(<S>)
        B 0 <S>|inside(<S>)
        B 0 <A>|contains(<A>)
        B 0 <O>|contains(<O>)
        B 0 <A>|index(<X>) != null
        B 0 <A>|any
        B 0 <A>|all
        B 0 <A>|any(<B>)
        B 0 <A>|all(<B>)
        B 10 any(<A:10>[]; <B>)
        B 10 all(.[]?; <B>)
        B 0 <O>|has(<S>)
        B 0 <A>|has(<F>)
        B 0 <S>|in(<O>)
        B 0 <X>|IN(<X>, <X>)
        B 0 <X>|isempty(.[]?)
        B 10 isempty(<X>)
        B 0 <N>|isnan
        B 0 <N>|isinfinite
        B 0 <N>|isnormal
        B 6 <X>|type == "<T>"
        B 0 <S>|. == ascii_downcase
        X 10 .
        X 10 .
        X 10 <V>
        X 10 <P:10>
        X 10 null
        X 10 <X:10>?
        X 10 .<K>?
        X 2 <X:4> // <X:2>
        X 2 <P:10> // empty
        X 2 <P:10> // <S:2>
        X 1 <X:2>, <X:2>
        X 0 <X> | <X>
        X 10 if <B> then <X> else <X> end
        X 10 if <X> then <X> end
        X 10 if <B> then <X> elif <B> then <X> else <X> end
        X 9 try <X:10>
        X 9 try <X:10> catch <X:10>
        X 9 try error(<X>) catch .
        X 10 (<X>)?
        X 10 error(<X>)?
        X 10 first(<X>)
        X 10 first(<A:10>[])
        X 10 last(<X>, <X>)
        X 10 limit(<F>; <X>, <X>)
        X 10 <A:10>[<F>]
        X 10 <A:10>[-<F>]
        X 10 <O:10>.<K>
        X 10 <O:10>[<S>]
        X 10 <A:10>[]
        X 0 <A>|first
        X 0 <A>|last
        X 0 <A>|add
        X 0 <A>|nth(<F>)
        X 0 <A>|.[]
        X 0 <A>|max_by(<X>)
        X 0 <A>|min_by(<X>)
        X 0 <X>|<X>
        X 0 <X>|scalars
        X 0 <X>|values
        X 0 <X>|strings, numbers
        X 0 <X>|iterables
        X 0 <X>|select(<B>)
        X 0 <X>|tojson|fromjson
        X 0 <S>|fromjson
        X 0 <S>|try fromjson catch "bad"
        X 0 <S>|tonumber? // <X:2>
        X 0 <S>|toboolean?
        X 0 <X>|getpath(<L>)
        X 0 <X>|[limit(3; ..)]
        X 0 <S>|capture("(?<a>[a-z]+)")
        X 0 <S>|[match(<R>)]|first|.string?
        X 10 <X:10> as $v | <X>
        X 10 <X:10> as $v | <X> | [., $v]
        X 10 def f: <X>; f
        X 10 def f(g): <X>|g; f(<X>)
        X 10 . as [$v, {b: $w}] | [$v, $w]
        X 10 splits("a")?
        X 10 (<X>) | error? // 1
        X 0 [<X:2>, <X:2>]|.[0]
        X 0 <X>|..|numbers
        X 10 getpath(["a", 0, "b"])?
        X 10 ltrimstr(<X>)
        X 10 tojson
        X 10 ascii_downcase?
        X 10 @base64d?
        X 10 infinite, -infinite, nan | tostring
        X 10 [nan] | sort | length
        X 0 [.[]?] | map(tostring) | unique | length
        X 0 add(<A:10>[])
        X 0 <A>|have_literal_numbers
        X 0 [<A:10>[]|tojson]|add
        """;
}
