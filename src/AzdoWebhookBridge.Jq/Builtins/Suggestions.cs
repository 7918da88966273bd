using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Syntax;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>"Did you mean": the nearest known name for one that is not defined.</summary>
internal static class Suggestions
{
    public static string ForFunction(CallSyntax call, Scope? names, string text)
    {
        var name = call.Name;
        var arity = call.Arguments.Length;
        var known = Registry.Names.Concat(Library.Names).ToList();
        for (var scope = names; scope is not null; scope = scope.Parent)
        {
            if (scope.Kind is NameKind.Function or NameKind.Closure)
            {
                known.Add((scope.Name, scope.Arity));
            }
        }

        var arities = known.Where(item => item.Item1 == name).Select(item => item.Item2).Distinct().Order().ToList();
        if (arities.Count > 0)
        {
            var commas = call.Arguments is [CommaSyntax list] && arities.Contains(list.Items.Length);
            var hint = commas ? "; arguments are separated by ';', a ',' makes one argument with several values" : string.Empty;
            return $"Found {name}/{arity} ({Arguments(arity)}), but {name} takes {string.Join(" or ", arities.Select(Arguments))}{hint}";
        }

        var near = Near(name, known.Select(item => item.Item1), string.Empty);
        var spelling = Hints.Name(text, call.At);
        return $"Found the function {name}/{arity}, which is not defined{(near.Length > 0 && !spelling.Contains("dash", StringComparison.Ordinal) ? near : spelling)}";
    }

    public static string ForVariable(string name, Scope? names, IReadOnlyDictionary<string, JqValue>? variables)
    {
        var known = new List<string>(variables?.Keys ?? []);
        for (var scope = names; scope is not null; scope = scope.Parent)
        {
            if (scope.Kind == NameKind.Variable)
            {
                known.Add(scope.Name);
            }
        }

        return Near(name, known, "$");
    }

    private static string Arguments(int count) => count switch
    {
        0 => "no argument",
        1 => "1 argument",
        _ => $"{count} arguments",
    };

    private static string Near(string name, IEnumerable<string> known, string prefix)
    {
        var limit = Math.Max(1, Math.Min(name.Length, 64) / 3);
        var best = known
            .Where(candidate => !candidate.StartsWith('_') && Math.Abs(candidate.Length - name.Length) <= limit)
            .Select(candidate => (candidate, distance: Distance(candidate, name)))
            .Where(item => item.distance <= limit)
            .OrderBy(item => item.distance)
            .ThenBy(item => item.candidate, StringComparer.Ordinal)
            .Select(item => item.candidate)
            .FirstOrDefault();
        return best is null ? string.Empty : $"; did you mean {prefix}{best}?";
    }

    private static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = previous[j - 1] + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), replace);
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
