using AzdoWebhookBridge.Jq.Syntax;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Builtins written in jq: rare ones, and those whose generator form is plainest that way.</summary>
internal static class Library
{
    private const string Text = """
        def in(xs): . as $x | xs | has($x);
        def inside(xs): . as $x | xs | contains($x);
        def with_entries(f): to_entries | map(f) | from_entries;
        def paths: path(..) | select(length > 0);
        def paths(f): path(.. | select(f)) | select(length > 0);
        def leaf_paths: paths(scalars);
        def pick(f): . as $top | reduce path(f) as $p (null; setpath($p; $top | getpath($p)));
        def _until(cond; update): def _u: if cond then . else (update | _u) end; _u;
        def _while(cond; update): def _w: if cond then ., (update | _w) else empty end; _w;
        def todate: strftime("%Y-%m-%dT%H:%M:%SZ");
        def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");
        def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%SZ") | mktime;
        def fromdate: fromdateiso8601;
        def date: todate;
        def dateadd(u; n): . + n;
        def datesub(u; n): . - n;
        def finites: select(isfinite);
        def normals: select(isnormal);
        def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;
        def combinations(n): . as $dot | [range(n)] | map($dot) | combinations;
        def truncate_stream(stream): . as $n | null | stream | . as $input
          | if (.[0] | length) > $n then setpath([0]; .[0][$n:]) else empty end;
        def fromstream(f): {x: null, e: false} as $init
          | foreach f as $i ($init;
              if .e then $init else . end
              | if $i | length == 2
                then setpath(["e"]; $i[0] | length == 0) | setpath(["x"] + $i[0]; $i[1])
                else setpath(["e"]; $i[0] | length == 1) end;
              if .e then .x else empty end);
        def IN(s): any(s == .; .);
        def IN(src; s): any(src == s; .);
        def INDEX(stream; f): reduce stream as $row ({}; .[$row | f | tostring] |= $row);
        def INDEX(f): INDEX(.[]; f);
        def JOIN($idx; f): [.[] | [., $idx[f]]];
        def JOIN($idx; stream; f): stream | [., $idx[f]];
        def JOIN($idx; stream; f; g): stream | [., $idx[f]] | g;
        def ascii: [.] | implode;
        def isvalid(f): try (f | true) catch false;
        def have_literal_numbers: true;
        def have_decnum: true;
        """;

    private static readonly Dictionary<(string, int), FunctionSyntax> Definitions =
        Parser.ParseDefinitions(new SourceText(Text)).ToDictionary(item => (item.Name, item.Parameters.Length));

    public static IEnumerable<(string Name, int Arity)> Names => Definitions.Keys;

    public static FunctionSyntax? Find(string name, int arity) => Definitions.GetValueOrDefault((name, arity));
}
