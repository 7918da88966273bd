using AzdoWebhookBridge.Catalog;

namespace AzdoWebhookBridge.Tests.Catalogs;

public sealed class DesiredStateTests
{
    [Fact]
    public void DeeplyNestedProperty_IsComparedLikeAnyOther()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 500)) + string.Concat(Enumerable.Repeat("]", 500));
        var told = $$$"""{"properties":{"raw":{{{deep}}},"gone":1}}""";
        var desired = $$$"""{"properties":{"raw":{{{deep}}}}}""";

        Assert.Equal(["properties/gone"], DesiredState.Cleared(desired, told, sending: null));
        Assert.Contains("gone", DesiredState.Union(desired, told), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"title":"a"}""", null, null, "")]
    [InlineData("""{"title":"a"}""", "null", null, "")]
    [InlineData("null", """{"title":"a"}""", null, "")]
    [InlineData("""{"properties":{"x":1}}""", """{"icon":"Git","properties":{"x":2,"y":1}}""", null, "icon,properties/y")]
    [InlineData("""{"title":"a"}""", """{"title":"a"}""", """{"relations":{"p":"q"},"title":"b"}""", "relations/p")]
    [InlineData("""{"team":{"rules":[]}}""", """{"team":{"combinator":"and"}}""", null, "")]
    public void Cleared_AreThePathsThatTheCatalogMayHaveAndThatAreNotDesired(string desired, string? told, string? sending, string cleared) =>
        Assert.Equal(cleared, string.Join(',', DesiredState.Cleared(desired, told, sending)));
}
