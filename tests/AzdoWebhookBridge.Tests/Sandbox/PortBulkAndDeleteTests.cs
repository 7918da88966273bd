using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class PortBulkAndDeleteTests : IAsyncLifetime
{
    private const string Repository = "azure_devops_repository";
    private const string Project = "azure_devops_project";
    private const string Bulk = "/v1/blueprints/azure_devops_repository/entities/bulk?upsert=true&merge=true";

    private PortSandbox _port = null!;
    private SandboxClient _client = null!;

    public async Task InitializeAsync()
    {
        _port = await PortSandbox.StartAsync(new PortSandboxOptions { MaxBodyBytes = 10_000 }, CancellationToken.None);
        _client = await SandboxClient.ForAsync(_port);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _port.DisposeAsync();
    }

    [Fact]
    public async Task AllGood_Is200WithAResultForEachIndex()
    {
        _port.AddEntity(Repository, "r2");

        var reply = await _client.SendAsync("POST", Bulk, """{"entities":[{"identifier":"r1"},{"identifier":"r2"}]}""");

        Assert.Equal(200, reply.Status);
        Assert.True((bool)reply["ok"]!);
        Assert.Equal(
            """[{"created":true,"identifier":"r1","index":0},{"created":false,"identifier":"r2","index":1}]""",
            reply["entities"]!.ToJsonString());
        Assert.Empty(reply["errors"]!.AsArray());
    }

    [Fact]
    public async Task SomeBad_Is207AndTheGoodOnesAreStored()
    {
        var reply = await _client.SendAsync("POST", Bulk, """
            {"entities":[{"identifier":"r1","properties":{"is_disabled":"x"}},{"identifier":"r2"},{"identifier":"r3","relations":{"project":"p"}},
             {"identifier":{"combinator":"and","rules":[{"property":"url","operator":"=","value":"none"}]}}]}
            """);

        Assert.Equal(207, reply.Status);
        Assert.False((bool)reply["ok"]!);
        Assert.Equal(1, (int)Assert.Single(reply["entities"]!.AsArray())!["index"]!);
        Assert.Equal([(0, "r1", 422), (2, "r3", 404), (3, "unknown", 404)], reply["errors"]!.AsArray()
            .Select(error => ((int)error!["index"]!, (string)error["identifier"]!, (int)error["statusCode"]!)));
        Assert.Equal("r2", Assert.Single(_port.Entities()).Identifier);
    }

    [Fact]
    public async Task IdentifierOutsideThePattern_RefusesTheWholeCall()
    {
        var reply = await _client.SendAsync("POST", Bulk, """{"entities":[{"identifier":"r1"},{"identifier":"a b"}]}""");

        Assert.Equal(422, reply.Status);
        Assert.Empty(_port.Entities());
    }

    [Theory]
    [InlineData(0, 422)]
    [InlineData(20, 200)]
    [InlineData(21, 422)]
    public async Task Size_IsLimited(int count, int status)
    {
        var entities = string.Join(',', Enumerable.Range(1, count).Select(number => $$"""{"identifier":"r{{number}}"}"""));

        Assert.Equal(status, (await _client.SendAsync("POST", Bulk, $$"""{"entities":[{{entities}}]}""")).Status);
    }

    [Fact]
    public async Task TooManyBytes_Is413()
    {
        var reply = await _client.SendAsync("POST", Bulk, $$"""{"entities":[{"identifier":"r1","title":"{{new string('x', 10_000)}}"}]}""");

        Assert.Equal(413, reply.Status);
        Assert.Empty(_port.Entities());
    }

    [Fact]
    public async Task SameIdentifierTwice_TheLastOneIsKept()
    {
        await _client.SendAsync("POST", Bulk, """{"entities":[{"identifier":"r1","title":"first"},{"identifier":"r1","title":"second"}]}""");

        Assert.Equal("second", _port.Find(Repository, "r1")!.Title);
    }

    [Fact]
    public async Task RefusedEntity_FailsByItsIndexOnly()
    {
        _port.Faults.RefuseEntity(write => write.Identifier == "r2", statusCode: 403, message: "not yours");

        var reply = await _client.SendAsync("POST", Bulk, """{"entities":[{"identifier":"r1"},{"identifier":"r2"}]}""");

        Assert.Equal(207, reply.Status);
        Assert.Equal(403, (int)Assert.Single(reply["errors"]!.AsArray())!["statusCode"]!);
        Assert.NotNull(_port.Find(Repository, "r1"));
    }

    [Fact]
    public async Task Delete_NeedsToSayWhatBecomesOfDependents()
    {
        Relate();

        Assert.Equal(422, (await DeleteProjectAsync("")).Status);
        Assert.Equal(200, (await DeleteProjectAsync("?delete_dependents=false")).Status);
        Assert.Empty(_port.Find(Repository, "r1")!.Relations);
        Assert.Equal(404, (await DeleteProjectAsync("?delete_dependents=false")).Status);
    }

    [Fact]
    public async Task DeleteWithDependents_TakesEverythingThatPointsAtIt()
    {
        Relate();

        await DeleteProjectAsync("?delete_dependents=true");

        Assert.Empty(_port.Entities());
        Assert.Equal(2, _port.EntityDeletes);
    }

    [Fact]
    public async Task RequiredRelation_BlocksTheDeletionOfAll()
    {
        _port.AddBlueprint(SandboxBlueprint.Parse("""
            {"identifier":"release","title":"Release","schema":{"properties":{}},"relations":{"project":{"target":"azure_devops_project","required":true}}}
            """));
        _port.AddEntity(Project, "p1");
        _port.AddEntity(Project, "p2");
        _port.AddEntity("release", "1", relations: new() { ["project"] = "p2" });

        var reply = await BulkDeleteAsync(Project, """{"entities":["p1","p2"]}""");

        Assert.Equal(422, reply.Status);
        Assert.Equal(2, _port.Entities(Project).Count);
    }

    [Fact]
    public async Task BulkDelete_IsAllOrNothing()
    {
        _port.AddEntity(Repository, "r1");

        Assert.Equal(404, (await BulkDeleteAsync(Repository, """{"entities":["r1","gone"]}""")).Status);
        Assert.NotNull(_port.Find(Repository, "r1"));
        var reply = await BulkDeleteAsync(Repository, """{"entities":["r1"]}""");
        Assert.Equal("""{"ok":true,"deletedEntities":["r1"]}""", reply.Text);
        Assert.Empty(_port.Entities());
    }

    [Fact]
    public async Task BulkDelete_TakesAtMostAHundred()
    {
        var identifiers = string.Join(',', Enumerable.Range(1, 101).Select(number => $"\"r{number}\""));

        Assert.Equal(422, (await BulkDeleteAsync(Repository, $$"""{"entities":[{{identifiers}}]}""")).Status);
    }

    private void Relate()
    {
        _port.AddEntity(Project, "p1");
        _port.AddEntity(Repository, "r1", relations: new() { ["project"] = "p1" });
    }

    private Task<SandboxReply> DeleteProjectAsync(string query) => _client.SendAsync("DELETE", $"/v1/blueprints/{Project}/entities/p1{query}");

    private Task<SandboxReply> BulkDeleteAsync(string blueprint, string body) =>
        _client.SendAsync("POST", $"/v1/blueprints/{blueprint}/bulk/entities/delete?delete_dependents=false", body);
}
