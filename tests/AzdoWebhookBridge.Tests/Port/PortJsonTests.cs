using System.Text;
using AzdoWebhookBridge.Port;
using static AzdoWebhookBridge.Tests.Port.PortHarness;

namespace AzdoWebhookBridge.Tests.Port;

public sealed class PortJsonTests
{
    [Theory]
    [InlineData("""{"title":"T","properties":{"a":1}}""", "", """{"identifier":"x","title":"T","properties":{"a":1}}""")]
    [InlineData("""{"icon":"I","relations":{"r":["a"]},"team":["t"],"title":"T"}""", "", """{"identifier":"x","title":"T","icon":"I","team":["t"],"relations":{"r":["a"]}}""")]
    [InlineData("""{"properties":{"a":1}}""", "properties/b relations/r", """{"identifier":"x","properties":{"a":1,"b":null},"relations":{"r":null}}""")]
    [InlineData("""{}""", "properties/a", """{"identifier":"x","properties":{"a":null}}""")]
    [InlineData("""{"properties":{"a":1}}""", "properties/a", """{"identifier":"x","properties":{"a":1}}""")]
    [InlineData("""{}""", "title icon team", """{"identifier":"x"}""")]
    [InlineData("""{"properties":{"a":"ü<&>"},"unknown":1}""", "", """{"identifier":"x","properties":{"a":"ü<&>"}}""")]
    public void DesiredState_BecomesTheBodyOfAMerge(string desired, string cleared, string expected)
    {
        var item = Item("x", desired, cleared: cleared.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(expected, Encoding.UTF8.GetString(PortJson.WriteEntity(item)!.Value.Span));
    }

    [Fact]
    public void SearchIdentifier_IsSentAsAnObject()
    {
        var item = Item("""{"combinator":"and","rules":[]}""", "{}");

        Assert.Equal("""{"identifier":{"combinator":"and","rules":[]}}""", Encoding.UTF8.GetString(PortJson.WriteEntity(item)!.Value.Span));
    }
}
