using System.Text.Json;
using AzdoWebhookBridge.Konnect;

namespace AzdoWebhookBridge.Tests.Konnect;

public sealed class KonnectMatchTests
{
    private const string Id = "11111111-1111-4111-8111-111111111111";
    private const string ProjectId = "33333333-3333-4333-8333-333333333333";

    [Theory]
    [InlineData("""{"anything":"11111111-1111-4111-8111-111111111111"}""", true)]
    [InlineData("""{"repo":"11111111-1111-4111-8111-111111111111","name":"renamed","project":"Elsewhere"}""", true)]
    [InlineData("""{"repository_name":"api","project_name":"Shop"}""", true)]
    [InlineData("""{"repository_name":"API","project_name":"shop","organization":"contoso"}""", true)]
    [InlineData("""{"repository_name":"api","project_id":"33333333-3333-4333-8333-333333333333"}""", true)]
    [InlineData("""{"repository_name":"api","project_name":"Other"}""", false)]
    [InlineData("""{"repository_name":"api-v2","project_name":"Shop"}""", false)]
    [InlineData("""{"repository_id":"22222222-2222-4222-8222-222222222222","name":"api","project":"Shop"}""", false)]
    [InlineData("""{"id":"22222222-2222-4222-8222-222222222222","name":"api","project":"Shop"}""", false)]
    [InlineData("""{"full_name":"Shop/api"}""", true)]
    [InlineData("""{"name":"api"}""", true)]
    [InlineData("""{"name":"api","organization":"contoso"}""", true)]
    [InlineData("""{"name":"api","organization":"fabrikam"}""", false)]
    [InlineData("""{"name":"api","project":""}""", false)]
    [InlineData("""{}""", false)]
    [InlineData("""[]""", false)]
    [InlineData("""null""", false)]
    [InlineData("""{"name":null,"project":7}""", false)]
    public void Config_TellsWhetherItIsTheRepository(string config, bool expected) =>
        Assert.Equal(expected, KonnectMatch.Find([Resource("r1", config)], Repository()) is not null);

    [Fact]
    public void Id_WinsOverNames()
    {
        var found = KonnectMatch.Find(
            [Resource("names", """{"name":"api","project":"Shop"}"""), Resource("id", $$"""{"x":"{{Id}}"}""")], Repository());

        Assert.Equal("id", found?.Id);
    }

    [Fact]
    public void SameNameTwiceWithoutProjects_IsNotGuessed() =>
        Assert.Null(KonnectMatch.Find([Resource("a", """{"name":"api"}"""), Resource("b", """{"name":"api"}""")], Repository()));

    [Fact]
    public void ArchivedResource_DoesNotCount() =>
        Assert.Null(KonnectMatch.Find([Resource("a", $$"""{"x":"{{Id}}"}""") with { Archived = true }], Repository()));

    [Theory]
    [InlineData("""{"repository":"Shop","project":"Shop"}""", true)]
    [InlineData("""{"repository":"Shop","project":"Other"}""", false)]
    [InlineData("""{"repository":"api","project":"Shop"}""", false)]
    public void DefaultRepositoryOfAProject_NeedsBothNames(string config, bool expected) =>
        Assert.Equal(expected, KonnectMatch.Find([Resource("a", config)], Repository("Shop")) is not null);

    [Theory]
    [InlineData("/servicehub/v1/resources?page[size]=2&page[after]=abc%3D%3D", "abc==")]
    [InlineData("/servicehub/v1/resources?page%5Bafter%5D=x%2By&page%5Bsize%5D=2", "x+y")]
    [InlineData("https://elsewhere.test/v1/resources?filter[name]=page&page[after]=z#top", "z")]
    [InlineData("/v1/resources?page[before]=a", null)]
    [InlineData("/v1/resources?page[after]=", null)]
    [InlineData("", null)]
    public void Cursor_IsTakenOutOfTheForeignLink(string link, string? expected) => Assert.Equal(expected, KonnectCursor.Of(link));

    [Theory]
    [InlineData("contoso", "contoso")]
    [InlineData("https://dev.azure.com/contoso/", "contoso")]
    [InlineData("https://dev.azure.com/con%20toso", "con toso")]
    [InlineData("https://contoso.visualstudio.com/", "contoso")]
    [InlineData("https://server.local/tfs/Default", "tfs")]
    [InlineData(null, null)]
    public void Organization_IsTakenOutOfItsAddress(string? text, string? expected) =>
        Assert.Equal(expected, KonnectRepository.OrganizationName(text));

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"repository":{}}""")]
    [InlineData("""{"repository":{"name":""}}""")]
    [InlineData("""{"repository":{"name":7}}""")]
    [InlineData("""{"repository":"api"}""")]
    [InlineData("""{"repository":""")]
    [InlineData("""{"repository":{"name":"\ud800"}}""")]
    public void StateWithoutARepository_IsNone(string desired) => Assert.Null(KonnectRepository.Read(Id, desired));

    [Fact]
    public void State_IsReadWithItsDefaults()
    {
        var repository = KonnectRepository.Read(Id, """{"repository":{"name":"My API","project":"Shop"}}""")!;

        Assert.Equal("my-api", repository.ServiceName);
        Assert.Equal(["my-api", "shop-my-api", "my-api-11111111"], repository.Candidates);
        Assert.Equal("My API", repository.DisplayName);
    }

    private static KonnectRepository Repository(string name = "api") => KonnectRepository.Read(
        Id, $$"""{"repository":{"id":"{{Id}}","name":"{{name}}","project":"Shop","project_id":"{{ProjectId}}","organization":"contoso"} }""")!;

    private static KonnectResource Resource(string id, string config) => new() { Id = id, Config = JsonDocument.Parse(config).RootElement };
}
