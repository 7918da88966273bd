using AzdoWebhookBridge.Mapping;
using static AzdoWebhookBridge.Tests.Mapping.MappingTestBed;

namespace AzdoWebhookBridge.Tests.Mapping;

public sealed class BuiltInMappingTests
{
    [Fact]
    public void BuiltInRules_HaveNoProblemsNoWarningsAndNoRegularExpressions()
    {
        var result = MappingLoader.Load(BuiltInMapping.Text, BuiltInMapping.FileName);

        Assert.Empty(result.Problems);
        Assert.Empty(result.Warnings);
        Assert.DoesNotMatch(@"\b(test|match|capture|scan|splits|g?sub)\(", BuiltInMapping.Text);
        // Every filter has to take the fast way.
        Assert.All(result.Rules!.Rules, rule => Assert.NotNull(rule.Filter.EventTypes));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00", null)]
    [InlineData("0001-01-01T00:00:00Z", null)]
    [InlineData("2026-02-01", null)]
    [InlineData("2026-02-01T08:00:00", null)]
    [InlineData("2026-02-01T08:00:00Z", "2026-02-01T08:00:00Z")]
    [InlineData("2026-02-01T08:00:00.1234567+00:00", "2026-02-01T08:00:00.1234567+00:00")]
    public void PlaceholderDates_AreLeftOut(string date, string? expected)
    {
        var body = Payloads.With(Payloads.Push, "resource>repository>project>lastUpdateTime", $"\"{date}\"");

        Assert.Equal(expected, Field(Only(MapBuiltIn(body), "azure_devops_project"), "properties/last_updated_time"));
    }

    [Fact]
    public void KonnectRule_SaysWhichRepositoryAndWhichService()
    {
        var change = Only(MapBuiltIn(Payloads.Push), MappingTargets.KonnectBlueprint, "konnect");

        Assert.Equal(Payloads.RepositoryId, change.Key.Identifier);
        Assert.Equal(
            [
                ("repository/id", Payloads.RepositoryId),
                ("repository/name", "Order Desk"),
                ("repository/organization", "northwind"),
                ("repository/project", "Trade & Shop"),
                ("repository/project_id", Payloads.ProjectId),
                ("repository/url", "https://dev.azure.com/northwind/Trade%20%26%20Shop/_git/Order%20Desk"),
                ("service/display_name", "Order Desk"),
                ("service/name", "Order Desk"),
            ],
            change.Fields.Keys.Order(StringComparer.Ordinal).Select(path => (path, Field(change, path)!)));
    }

    [Theory]
    [InlineData("https://northwind.visualstudio.com/", "northwind")]
    [InlineData("https://dev.azure.com/northwind/", "northwind")]
    [InlineData("http://tfs.corp.example:8080/tfs/Default Collection/", null)]
    public void KonnectOrganization_ComesFromTheHostOrThePath(string baseUrl, string? expected)
    {
        var body = Payloads.Push.Replace("https://dev.azure.com/northwind/\"", $"{baseUrl}\"", StringComparison.Ordinal)
            .Replace("https://dev.azure.com/northwind/", baseUrl, StringComparison.Ordinal)
            .Replace("https://northwind@dev.azure.com/northwind/", baseUrl, StringComparison.Ordinal);

        var result = MapBuiltIn(body);

        Assert.Equal(expected, Field(Only(result, MappingTargets.KonnectBlueprint, "konnect"), "repository/organization"));
        Assert.All(
            result.Changes.Select(change => Field(change, "properties/url")).OfType<string>(),
            url => Assert.True(Uri.IsWellFormedUriString(url, UriKind.Absolute), url));
    }
}
