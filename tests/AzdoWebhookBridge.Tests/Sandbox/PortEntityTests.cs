using AzdoWebhookBridge.Sandbox.Port;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class PortEntityTests : IAsyncLifetime
{
    private const string Repositories = "/v1/blueprints/azure_devops_repository";
    private const string WorkItems = "/v1/blueprints/azure_devops_work_item";

    private PortSandbox _port = null!;
    private SandboxClient _client = null!;

    public async Task InitializeAsync()
    {
        _port = await PortSandbox.StartAsync(null, CancellationToken.None);
        _client = await SandboxClient.ForAsync(_port);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _port.DisposeAsync();
    }

    [Fact]
    public async Task Create_StoresWhatWasSentAndTheDefaults()
    {
        var reply = await _client.SendAsync("POST", Repositories + "/entities?upsert=true", """
            {"identifier":"r1","title":"api","properties":{"url":"https://dev.azure.com/contoso/_git/api"}}
            """);

        Assert.Equal(201, reply.Status);
        var entity = _port.Find("azure_devops_repository", "r1")!;
        Assert.Equal("api", entity.Title);
        Assert.Equal("https://dev.azure.com/contoso/_git/api", (string?)entity.Properties["url"]);
        Assert.False((bool)entity.Properties["is_disabled"]!);
        Assert.Equal("sandbox-tests/1.0", entity.Datasource);
    }

    [Fact]
    public async Task Merge_ChangesOnlyWhatIsGivenAndNullClears()
    {
        await PostAsync("upsert=true", """{"identifier":"r1","title":"api","properties":{"url":"https://a.example","default_branch":"main"}}""");

        var reply = await PostAsync("upsert=true&merge=true", """{"identifier":"r1","properties":{"url":null,"is_disabled":true}}""");

        Assert.Equal(200, reply.Status);
        var entity = _port.Find("azure_devops_repository", "r1")!;
        Assert.Equal("api", entity.Title);
        Assert.False(entity.Properties.ContainsKey("url"));
        Assert.Equal("main", (string?)entity.Properties["default_branch"]);
        Assert.True((bool)entity.Properties["is_disabled"]!);
        Assert.Equal(2, entity.Writes);
    }

    [Fact]
    public async Task UpsertWithoutMerge_DropsWhatIsLeftOut()
    {
        await PostAsync("upsert=true", """{"identifier":"r1","title":"api","properties":{"default_branch":"main"}}""");

        await PostAsync("upsert=true", """{"identifier":"r1","properties":{"url":"https://a.example"}}""");

        var entity = _port.Find("azure_devops_repository", "r1")!;
        Assert.Null(entity.Title);
        Assert.False(entity.Properties.ContainsKey("default_branch"));
    }

    [Fact]
    public async Task ExistingIdentifierWithoutUpsert_IsAConflict()
    {
        await PostAsync("upsert=false", """{"identifier":"r1"}""");

        Assert.Equal(409, (await PostAsync("upsert=false", """{"identifier":"r1"}""")).Status);
    }

    [Theory]
    [InlineData("""{"identifier":"r1","properties":{"url":7}}""")]
    [InlineData("""{"identifier":"r1","properties":{"url":"https://dev.azure.com/contoso/My Project/_git/api"}}""")]
    [InlineData("""{"identifier":"r1","properties":{"is_disabled":"false"}}""")]
    [InlineData("""{"identifier":"r1","properties":{"colour":"red"}}""")]
    [InlineData("""{"identifier":"r1","relations":{"owner":"x"}}""")]
    [InlineData("""{"identifier":"r1","relations":{"project":["p1"]}}""")]
    [InlineData("""{"identifier":"r 1"}""")]
    [InlineData("""{"identifier":".."}""")]
    [InlineData("""{"identifier":"r1\n"}""")]
    [InlineData("""{"identifier":"r1","blueprint":"azure_devops_project"}""")]
    [InlineData("""{"identifier":"r1","titel":"misspelt"}""")]
    [InlineData("""{"identifier":"r1","title":"a","title":"b"}""")]
    [InlineData("""{"identifier":""")]
    public async Task EntityAgainstTheRules_IsRefusedAndNotStored(string body)
    {
        var reply = await PostAsync("upsert=true&create_missing_related_entities=true", body);

        Assert.Equal(422, reply.Status);
        Assert.False((bool)reply["ok"]!);
        Assert.NotNull(reply["message"]);
        Assert.Empty(_port.Entities());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("Łódź/日本\\x@1+2=3:4_5.6-7")]
    public async Task IdentifierWithinThePattern_IsTakenAndFoundByItsEncodedPath(string identifier)
    {
        await PostAsync("upsert=true", $$"""{"identifier":{{System.Text.Json.JsonSerializer.Serialize(identifier)}}}""");

        var reply = await _client.SendAsync("GET", Repositories + "/entities/" + Uri.EscapeDataString(identifier));

        Assert.Equal(200, reply.Status);
        Assert.Equal(identifier, (string?)reply["entity"]!["identifier"]);
    }

    [Fact]
    public async Task IdentifierEncodedTwice_IsAnotherEntity()
    {
        await PostAsync("upsert=true", """{"identifier":"a/b"}""");

        Assert.Equal(200, (await _client.SendAsync("GET", Repositories + "/entities/a%2Fb")).Status);
        Assert.Equal(404, (await _client.SendAsync("GET", Repositories + "/entities/a%252Fb")).Status);
    }

    [Fact]
    public async Task DateAndNumber_AreCheckedByTheBlueprint()
    {
        async Task<int> StatusAsync(string properties) => (await _client.SendAsync(
            "POST", WorkItems + "/entities?upsert=true", $$"""{"identifier":"5","properties":{{properties}}}""")).Status;

        Assert.Equal(201, await StatusAsync("""{"created_date":"2026-11-21T19:40:00.1234567Z","priority":2}"""));
        Assert.Equal(422, await StatusAsync("""{"created_date":"21.11.2026"}"""));
        Assert.Equal(422, await StatusAsync("""{"created_date":"2026-13-41T19:40:00Z"}"""));
        Assert.Equal(422, await StatusAsync("""{"priority":"2"}"""));
    }

    [Fact]
    public async Task MissingRelationTarget_IsNotFoundUnlessItMayBeCreated()
    {
        const string Body = """{"identifier":"r1","relations":{"project":"p1"}}""";

        var refused = await PostAsync("upsert=true", Body);
        Assert.Equal(404, refused.Status);
        Assert.Equal("not_found", (string?)refused["error"]);
        Assert.Equal("p1", (string?)refused["details"]!["withValue"]);
        Assert.Empty(_port.Entities());

        Assert.Equal(201, (await PostAsync("upsert=true&create_missing_related_entities=true", Body)).Status);
        var bare = _port.Find("azure_devops_project", "p1")!;
        Assert.True(bare.IsBare);
        Assert.Empty(bare.Properties);
        Assert.Equal("p1", (string?)_port.Find("azure_devops_repository", "r1")!.Relations["project"]);
    }

    [Fact]
    public async Task ValidationOnly_ChangesNothing()
    {
        await PostAsync("upsert=true&validation_only=true&create_missing_related_entities=true", """{"identifier":"r1","relations":{"project":"p1"}}""");

        Assert.Empty(_port.Entities());
        Assert.Equal(0, _port.EntityWrites);
    }

    [Theory]
    [InlineData("POST", "/entities?upsert=true&merg=true", 422)]
    [InlineData("POST", "/entities?UPSERT=true", 422)]
    [InlineData("POST", "/entities?upsert=1", 422)]
    [InlineData("POST", "/entities", 422)]
    [InlineData("POST", "/entities?upsert=true&upsert=true", 422)]
    [InlineData("POST", "/entities?upsert=true&run_id=r_1", 201)]
    public async Task QueryParameters_AreKnownByName(string method, string path, int status) =>
        Assert.Equal(status, (await _client.SendAsync(method, Repositories + path, """{"identifier":"r1"}""")).Status);

    [Fact]
    public async Task RequiredPropertyAndEnum_AreHeld()
    {
        _port.AddBlueprint(SandboxBlueprint.Parse("""
            {"identifier":"release","title":"Release","schema":{"required":["state"],
              "properties":{"state":{"type":"string","enum":["new","done"]},"tags":{"type":"array","items":{"type":"string"}}}},
             "relations":{"repositories":{"target":"azure_devops_repository","many":true}}}
            """));
        async Task<int> StatusAsync(string query, string body) =>
            (await _client.SendAsync("POST", "/v1/blueprints/release/entities?" + query, body)).Status;

        Assert.Equal(422, await StatusAsync("upsert=true", """{"identifier":"1"}"""));
        Assert.Equal(422, await StatusAsync("upsert=true", """{"identifier":"1","properties":{"state":"old"}}"""));
        Assert.Equal(422, await StatusAsync("upsert=true", """{"identifier":"1","properties":{"state":"new","tags":["a",1]}}"""));
        Assert.Equal(422, await StatusAsync("upsert=true", """{"identifier":"1","properties":{"state":"new"},"relations":{"repositories":"r1"}}"""));
        Assert.Equal(201, await StatusAsync(
            "upsert=true&create_missing_related_entities=true",
            """{"identifier":"1","properties":{"state":"new"},"relations":{"repositories":["r1","r2"]}}"""));
        Assert.Equal(200, await StatusAsync("upsert=true&merge=true", """{"identifier":"1","title":"one"}"""));
        Assert.Equal(422, await StatusAsync("upsert=true&merge=true", """{"identifier":"1","properties":{"state":null}}"""));
    }

    [Fact]
    public async Task SearchForTheIdentifier_FindsExactlyOneOrFails()
    {
        const string Search = """{"identifier":{"combinator":"and","rules":[{"property":"default_branch","operator":"=","value":"main"}]},"title":"found"}""";
        Assert.Equal(404, (await PostAsync("upsert=true&merge=true", Search)).Status);

        await PostAsync("upsert=true", """{"identifier":"r1","properties":{"default_branch":"main"}}""");
        Assert.Equal(200, (await PostAsync("upsert=true&merge=true", Search)).Status);
        Assert.Equal("found", _port.Find("azure_devops_repository", "r1")!.Title);

        await PostAsync("upsert=true", """{"identifier":"r2","properties":{"default_branch":"main"}}""");
        Assert.Equal(422, (await PostAsync("upsert=true&merge=true", Search)).Status);
    }

    [Fact]
    public async Task WriteThatChangesNothing_IsCounted()
    {
        const string Body = """{"identifier":"r1","title":"api"}""";
        await PostAsync("upsert=true&merge=true", Body);
        await PostAsync("upsert=true&merge=true", Body);

        Assert.Equal(2, _port.EntityWrites);
        Assert.Equal(1, _port.RedundantEntityWrites);
        Assert.Equal(2, _port.WriteCalls);
    }

    [Fact]
    public async Task DefaultThatWasCleared_DoesNotComeBackByMerge()
    {
        await PostAsync("upsert=true", """{"identifier":"r1"}""");
        await PostAsync("upsert=true&merge=true", """{"identifier":"r1","properties":{"is_disabled":null}}""");
        await PostAsync("upsert=true&merge=true", """{"identifier":"r1","title":"api"}""");

        Assert.False(_port.Find("azure_devops_repository", "r1")!.Properties.ContainsKey("is_disabled"));
    }

    [Fact]
    public async Task SearchByDatasource_FindsWhatThisClientWrote()
    {
        await PostAsync("upsert=true", """{"identifier":"r1"}""");
        _port.AddEntity("azure_devops_repository", "by-hand");

        var reply = await _client.SendAsync("POST", "/v1/entities/search?include=$identifier", """
            {"combinator":"and","rules":[{"property":"$datasource","operator":"contains","value":"sandbox-tests"}]}
            """);

        Assert.Equal("r1", (string?)Assert.Single(reply["entities"]!.AsArray())!["identifier"]);
    }

    [Fact]
    public async Task SearchInABlueprint_GoesOnWhereThePageEnded()
    {
        for (var number = 1; number <= 5; number++)
        {
            _port.AddEntity("azure_devops_repository", $"r{number}");
        }

        var identifiers = new List<string>();
        string? from = null;
        do
        {
            var cursor = from is null ? "" : $$""","from":"{{from}}" """;
            var reply = await _client.SendAsync("POST", Repositories + "/entities/search", $$"""{"limit":2{{cursor}}}""");
            identifiers.AddRange(reply["entities"]!.AsArray().Select(entity => (string)entity!["identifier"]!));
            from = (string?)reply["next"];
        }
        while (from is not null);

        Assert.Equal(["r1", "r2", "r3", "r4", "r5"], identifiers);
    }

    private Task<SandboxReply> PostAsync(string query, string body) => _client.SendAsync("POST", Repositories + "/entities?" + query, body);
}
