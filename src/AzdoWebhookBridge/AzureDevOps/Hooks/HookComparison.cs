namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>A part of a hook that is not as it is to be; secrets as <c>***</c>.</summary>
internal sealed record HookDifference(string Field, string From, string To);

/// <summary>Compares what can be compared: secrets do not come back, and the service adds inputs of its own.</summary>
internal static class HookComparison
{
    private const string Secret = "***";
    private const string HeaderField = "header ";

    public static IReadOnlyList<HookDifference> Compare(DesiredHook desired, HookSubscription actual)
    {
        var differences = new List<HookDifference>();
        // A service that does not say has the one that it was given.
        if (actual.ResourceVersion.Length > 0 && !desired.Event.ResourceVersion.Equals(actual.ResourceVersion, StringComparison.OrdinalIgnoreCase))
        {
            differences.Add(new("resourceVersion", actual.ResourceVersion, desired.Event.ResourceVersion));
        }

        foreach (var (name, wanted) in desired.ConsumerInputs)
        {
            var found = actual.ConsumerInputs.GetValueOrDefault(name) ?? "";
            switch (name)
            {
                case HookInputs.Url:
                    break;
                case HookInputs.Password:
                    ComparePassword(wanted, found, differences);
                    break;
                case HookInputs.Headers:
                    CompareHeaders(wanted, found, differences);
                    break;
                case "acceptUntrustedCerts" when found.Length == 0:
                    break;
                default:
                    // Words of the service come in any case.
                    var comparison = name == HookInputs.Username ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
                    if (!HookInputs.IsMasked(found) && !found.Equals(wanted, comparison))
                    {
                        differences.Add(new(name, found, wanted));
                    }

                    break;
            }
        }

        // A service that hides secrets may leave the headers out altogether. By themselves they would then differ for ever, however
        // often they are written; beside something else they are written with it, and "hooks apply --rewrite" writes them anyway.
        if (!actual.ConsumerInputs.ContainsKey(HookInputs.Headers) && differences.TrueForAll(difference => difference.Field.StartsWith(HeaderField, StringComparison.Ordinal)))
        {
            differences.Clear();
        }

        return differences;
    }

    // Left out or masked when it is there; only a service that shows it can say that it is another one.
    private static void ComparePassword(string wanted, string found, List<HookDifference> differences)
    {
        var isReadable = found.Length > 0 && !HookInputs.IsMasked(found);
        if ((isReadable && found != wanted) || (wanted.Length == 0 && found.Length > 0))
        {
            differences.Add(new(HookInputs.Password, Secret, wanted.Length == 0 ? "" : Secret));
        }
    }

    private static void CompareHeaders(string wanted, string found, List<HookDifference> differences)
    {
        if (HookInputs.IsMasked(found.Trim()))
        {
            return;
        }

        var wantedLines = Lines(wanted);
        var foundLines = Lines(found);
        foreach (var (name, value) in wantedLines)
        {
            var isThere = foundLines.Remove(name, out var other);
            if (isThere && (HookInputs.IsMasked(other!) || other == value))
            {
                continue;
            }

            differences.Add(isThere && name == HookEndpoint.MarkerHeader
                ? new("credential", Secret, Secret)
                : new(HeaderField + name, isThere ? Secret : "", Secret));
        }

        // Their values may be secrets of somebody.
        differences.AddRange(foundLines.Select(line => new HookDifference(HeaderField + line.Key, Secret, "")));
    }

    private static Dictionary<string, string> Lines(string headers)
    {
        var lines = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in headers.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            lines[colon < 0 ? line : line[..colon].TrimEnd()] = colon < 0 ? "" : line[(colon + 1)..].TrimStart();
        }

        return lines;
    }
}
