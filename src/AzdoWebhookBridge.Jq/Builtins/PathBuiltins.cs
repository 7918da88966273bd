using AzdoWebhookBridge.Jq.Evaluation;
using AzdoWebhookBridge.Jq.Values;

namespace AzdoWebhookBridge.Jq.Builtins;

/// <summary>Paths as values.</summary>
internal static class PathBuiltins
{
    public static void Register(Registry registry)
    {
        registry.Form("path", 1, call => new PathsNode(call[0]));
        registry.Form("del", 1, call => new DeleteNode(call[0]));
        registry.Form("getpath", 1, call => new GetPathNode(call[0]));
        registry.Value("setpath", (run, input, path, value) => PathOperations.SetPath(run, input, GetPathNode.Keys(path), value));
        registry.Value("delpaths", DeletePaths);
    }

    private static JqValue DeletePaths(Run run, JqValue input, JqValue paths)
    {
        if (paths is not ArrayValue array)
        {
            throw new JqRuntimeException("Paths must be specified as an array");
        }

        run.Walk(paths);
        var all = new List<JqValue[]>(array.Count);
        foreach (var path in array.Elements)
        {
            all.Add(path is ArrayValue keys
                ? keys.Elements
                : throw new JqRuntimeException($"Path must be specified as array, not {path.KindName}"));
        }

        return PathOperations.DeletePaths(run, input, all);
    }
}
