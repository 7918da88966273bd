namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>
/// A test that asks a real jq. 1.6 is the command of the operating system; 1.7.1 and 1.8.2 come with <c>npm ci</c> in the folder "oracle".
/// </summary>
public sealed class OracleFactAttribute : FactAttribute
{
    public OracleFactAttribute(string version)
    {
        if (!Oracle.Available(version))
        {
            Skip = version == Oracle.CommandVersion
                ? $"Not run: the command jq is not version {version}."
                : $"Not run: jq {version} or Node is not installed; run npm ci in {Oracle.Folder}.";
        }
    }
}
