using AzdoWebhookBridge.Operations.Configuration;
using AzdoWebhookBridge.Tests.Conventions;

namespace AzdoWebhookBridge.Tests.Documentation;

/// <summary>What the README says of the configuration is what the bridge knows.</summary>
public sealed class ReadmeTests
{
    private static readonly string[] Readme = File.ReadAllLines(Path.Combine(SourceTree.Root, "README.md"));

    [Fact]
    public void ConfigurationTable_HasEveryKeyWithItsDefaultAndMeaning()
    {
        var start = Array.FindIndex(Readme, line => line.StartsWith("<!-- configuration table", StringComparison.Ordinal)) + 1;
        var rows = Readme.Skip(start).SkipWhile(string.IsNullOrWhiteSpace).Skip(2).TakeWhile(line => line.StartsWith('|'));
        Assert.Equal(ConfigurationKeys.All.Select(Row), rows);
    }

    private static string Row(ConfigurationKey key)
    {
        var file = key.FilePattern is { } pattern ? $" (or `{Name(pattern)[(key.Section.Length + 1)..]}`)" : "";
        var value = key.Default.Length > 0 ? $"`{key.Default}`" : "";
        var range = (key.Min, key.Max, key.Choices.Count) switch
        {
            ({ } min, { } max, _) => $", {min} to {max}",
            (_, _, > 0) => $", {string.Join(" or ", key.Choices)}",
            _ => "",
        };
        return $"| `{Name(key.Pattern)}`{file} | {value} | {key.Text}{range} |";
    }

    private static string Name(string pattern) => pattern.Replace('#', '0');
}
