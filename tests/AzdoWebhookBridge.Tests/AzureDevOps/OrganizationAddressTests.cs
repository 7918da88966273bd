using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.Operations.Configuration;
using Microsoft.Extensions.Configuration;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

public sealed class OrganizationAddressTests
{
    [Theory]
    [InlineData("https://dev.azure.com/contoso", "https://dev.azure.com/contoso/", "https://vsrm.dev.azure.com/contoso/", "contoso")]
    [InlineData(" https://DEV.azure.com/contoso/ ", "https://dev.azure.com/contoso/", "https://vsrm.dev.azure.com/contoso/", "contoso")]
    [InlineData("https://contoso.visualstudio.com", "https://contoso.visualstudio.com/", "https://contoso.vsrm.visualstudio.com/", "contoso")]
    [InlineData("https://contoso.visualstudio.com/DefaultCollection", "https://contoso.visualstudio.com/DefaultCollection/", "https://contoso.vsrm.visualstudio.com/DefaultCollection/", "contoso")]
    [InlineData("https://tfs.example:8443/tfs/DefaultCollection", "https://tfs.example:8443/tfs/DefaultCollection/", "https://tfs.example:8443/tfs/DefaultCollection/", "DefaultCollection")]
    [InlineData("http://127.0.0.1:5081/contoso", "http://127.0.0.1:5081/contoso/", "http://127.0.0.1:5081/contoso/", "contoso")]
    [InlineData("https://tfs.example", "https://tfs.example/", "https://tfs.example/", "tfs.example")]
    // A host that only looks like Microsoft's gets no credential anywhere else.
    [InlineData("https://dev.azure.com.example/contoso", "https://dev.azure.com.example/contoso/", "https://dev.azure.com.example/contoso/", "contoso")]
    public void Url_GivesItsRoots(string url, string root, string releaseRoot, string name)
    {
        Assert.True(OrganizationAddress.TryParse(url, out var address, out _));
        Assert.Equal(root, address.Root.AbsoluteUri);
        Assert.Equal(releaseRoot, address.ReleaseRoot.AbsoluteUri);
        Assert.Equal(name, address.Name);
    }

    [Theory]
    [InlineData(null, "https URL")]
    [InlineData("contoso", "https URL")]
    [InlineData("ftp://dev.azure.com/contoso", "https URL")]
    [InlineData("https://user:canary@dev.azure.com/contoso", "without user")]
    [InlineData("https://dev.azure.com/contoso?x=canary", "without user, query")]
    [InlineData("http://dev.azure.com/contoso", "must be https")]
    [InlineData("https://dev.azure.com", "must name the organization")]
    [InlineData("https://dev.azure.com/contoso/project", "nothing else")]
    [InlineData("https://contoso.visualstudio.com/Alpha", "nothing else")]
    [InlineData("https://tfs.example/tfs/C/_apis/projects", "without the path of an API")]
    public void Url_ThatIsNone_IsRefusedWithoutBeingQuoted(string? url, string words)
    {
        Assert.False(OrganizationAddress.TryParse(url, out _, out var problem));
        Assert.Contains(words, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://dev.azure.com", "https://tfs.example", "AzureDevOps:Organizations:0:Url: must name the organization")]
    [InlineData("http://tfs.example", "https://tfs.example", "AzureDevOps:Organizations:0:Url: must be https")]
    [InlineData("https://tfs.example/C", "https://TFS.example/C/", "AzureDevOps:Organizations:1:Url: is there twice")]
    [InlineData("https://dev.azure.com/contoso", "https://dev.azure.com/Contoso", "AzureDevOps:Organizations:1:Url: is there twice")]
    public void Configuration_IsRefusedAtTheStart(string first, string second, string problem)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AzureDevOps:Organizations:0:Url"] = first,
            ["AzureDevOps:Organizations:0:Pat"] = "p",
            ["AzureDevOps:Organizations:1:Url"] = second,
            ["AzureDevOps:Organizations:1:Pat"] = "p",
        }).Build();

        Assert.StartsWith(problem, Assert.Single(ConfigurationValidator.Validate(configuration)), StringComparison.Ordinal);
    }
}
