namespace AzdoWebhookBridge.Jq.Tests.Conformance;

/// <summary>
/// A test that reads jq's own test files, which are not part of this repository: the environment variable
/// AZDO_BRIDGE_SHARED names the folder that holds <c>jq/</c>.
/// </summary>
public sealed class MaterialFactAttribute : FactAttribute
{
    private const string Variable = "AZDO_BRIDGE_SHARED";

    public MaterialFactAttribute(string file)
    {
        if (!File.Exists(PathOf(file)))
        {
            Skip = $"Not run: {Variable} does not name a folder with {file}.";
        }
    }

    public static string PathOf(string file) =>
        Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? string.Empty, file);
}
