using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Tests.Sandbox;

public sealed class AzureDevOpsStateTests : IAsyncLifetime
{
    private AzureDevOpsSandbox _sandbox = null!;
    private AzureDevOpsSandboxClient _client = null!;

    private SandboxOrganization Contoso => _sandbox.Organization("contoso");

    public async Task InitializeAsync()
    {
        _sandbox = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { Organizations = ["contoso", "fabrikam"] }, CancellationToken.None);
        _client = AzureDevOpsSandboxClient.For(_sandbox);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Projects_ComeInPagesWithANumberAsToken()
    {
        Contoso.Seed(projects: 5);

        var first = await _client.GetAsync("_apis/projects?$top=2");
        var second = await _client.GetAsync($"_apis/projects?$top=2&continuationToken={first.Headers["x-ms-continuationtoken"]}");
        var last = await _client.GetAsync($"_apis/projects?$top=2&continuationToken={second.Headers["x-ms-continuationtoken"]}");

        Assert.Equal("2", first.Headers["x-ms-continuationtoken"]);
        Assert.Equal(
            ["Project 001", "Project 002", "Project 003", "Project 004", "Project 005"],
            new[] { first, second, last }.SelectMany(page => Names(page)));
        Assert.False(last.Headers.ContainsKey("x-ms-continuationtoken"));
        Assert.Equal(["Project 004", "Project 005"], Names(await _client.GetAsync("_apis/projects?$skip=3")));
    }

    [Fact]
    public async Task Project_IsFoundByNameAndIdAndRefusedWithATypedError()
    {
        var project = Contoso.AddProject("Payments & more", "All about money");

        Assert.Equal(project.Id.ToString(), (string?)(await _client.GetAsync("_apis/projects/payments%20%26%20more"))["id"]);
        var byId = await _client.GetAsync($"_apis/projects/{project.Id}");
        Assert.Equal(("All about money", "wellFormed"), ((string?)byId["description"], (string?)byId["state"]));

        var missing = await _client.GetAsync("_apis/projects/nowhere");
        Assert.Equal(404, missing.Status);
        Assert.Equal("ProjectDoesNotExistWithNameException", (string?)missing["typeKey"]);
        Assert.StartsWith("TF200016: ", (string?)missing["message"], StringComparison.Ordinal);
        Assert.Equal(404, (await _client.GetAsync("nowhere/_apis/git/repositories")).Status);
    }

    [Fact]
    public async Task Repositories_ShowWhatPeopleDid()
    {
        var project = Contoso.AddProject("Payments");
        var api = Contoso.AddRepository(project, "api");
        var web = Contoso.AddRepository(project, "web", isEmpty: true);
        var old = Contoso.AddRepository(project, "old");

        Contoso.RenameRepository(api, "api 2");
        Contoso.DisableRepository(web);
        Contoso.DeleteRepository(old);

        var list = await _client.GetAsync("Payments/_apis/git/repositories");
        Assert.Equal(["api 2", "web"], Names(list));
        Assert.Equal("https://dev.azure.com/contoso/Payments/_git/api%202", (string?)list["value"]![0]!["webUrl"]);
        Assert.Null(list["value"]![1]!["defaultBranch"]);
        Assert.True((bool?)list["value"]![1]!["isDisabled"]);
        Assert.Equal(2, (int?)(await _client.GetAsync("_apis/git/repositories"))["count"]);
        Assert.Equal("web", (string?)(await _client.GetAsync($"_apis/git/repositories/{web.Id}"))["name"]);
        Assert.Equal("web", (string?)(await _client.GetAsync("payments/_apis/git/repositories/WEB"))["name"]);
        Assert.Equal(404, (await _client.GetAsync($"_apis/git/repositories/{old.Id}")).Status);

        var bin = await _client.GetAsync($"{project.Id}/_apis/git/recycleBin/repositories");
        Assert.Equal(["old"], Names(bin));
        Assert.NotNull(bin["value"]![0]!["deletedDate"]);
    }

    [Fact]
    public async Task RepositoryOfTheSameName_IsAnotherOne()
    {
        var project = Contoso.AddProject("Payments");
        var first = Contoso.AddRepository(project, "api");
        Contoso.DeleteRepository(first);

        Assert.NotEqual(first.Id, Contoso.AddRepository(project, "api").Id);
        Assert.Equal(2, (await _client.GetAsync("Payments/_apis/git/repositories"))["value"]!.AsArray().Count
            + (await _client.GetAsync("Payments/_apis/git/recycleBin/repositories"))["value"]!.AsArray().Count);
    }

    [Fact]
    public async Task PullRequests_AreFilteredByStatusNewestFirst()
    {
        var api = Contoso.AddRepository(Contoso.AddProject("Payments"), "api");
        var first = Contoso.AddPullRequest(api, "one");
        Contoso.AddPullRequest(api, "two");
        Contoso.AddPullRequest(api, "three");
        Contoso.CompletePullRequest(first);

        Assert.Equal(["three", "two"], Titles(await _client.GetAsync("Payments/_apis/git/pullrequests")));
        Assert.Equal(["three", "two", "one"], Titles(await _client.GetAsync("Payments/_apis/git/pullrequests?searchCriteria.status=all")));
        Assert.Equal(["two"], Titles(await _client.GetAsync("Payments/_apis/git/pullrequests?$skip=1&$top=1")));
        var completed = await _client.GetAsync($"_apis/git/repositories/{api.Id}/pullrequests?searchCriteria.status=completed");
        Assert.NotNull(completed["value"]![0]!["closedDate"]);
    }

    [Fact]
    public async Task Pipelines_ComeInPagesAndRunsNewestFirst()
    {
        var project = Contoso.AddProject("Payments");
        var pipelines = Enumerable.Range(1, 3).Select(number => Contoso.AddPipeline(project, $"ci {number}")).ToList();
        Contoso.UpdatePipeline(pipelines[1], "ci two");
        var run = Contoso.Run(pipelines[0]);
        var second = Contoso.StartRun(pipelines[0]);

        var page = await _client.GetAsync("Payments/_apis/pipelines?$top=2");
        Assert.Equal(["ci 1", "ci two"], Names(page));
        Contoso.DeletePipeline(pipelines[1]);
        var rest = await _client.GetAsync($"Payments/_apis/pipelines?$top=2&continuationToken={page.Headers["x-ms-continuationtoken"]}");
        Assert.Equal(["ci 3"], Names(rest));
        Assert.False(rest.Headers.ContainsKey("x-ms-continuationtoken"));

        var runs = await _client.GetAsync($"Payments/_apis/pipelines/{pipelines[0].Id}/runs");
        Assert.Equal([second.Id, run.Id], runs["value"]!.AsArray().Select(one => (int)one!["id"]!));
        Assert.Equal(("succeeded", null), ((string?)runs["value"]![1]!["result"], (string?)runs["value"]![0]!["result"]));
        Assert.Equal(404, (await _client.GetAsync("Payments/_apis/pipelines/99")).Status);
    }

    [Fact]
    public async Task DeletedProject_TakesEverythingWithIt()
    {
        var project = Contoso.AddProject("Payments");
        Contoso.AddRepository(project, "api");
        Contoso.AddWorkItem(project, "one");
        Contoso.DeleteProject(project);

        Assert.Equal(404, (await _client.GetAsync("_apis/projects/Payments")).Status);
        Assert.Equal(0, (int?)(await _client.GetAsync("_apis/git/repositories"))["count"]);
        Assert.Equal(404, (await _client.GetAsync("_apis/wit/workitems/1")).Status);
        Assert.Empty((await _client.GetAsync("_apis/wit/reporting/workitemrevisions"))["values"]!.AsArray());
    }

    [Fact]
    public async Task TwoOrganizations_KnowNothingOfEachOther()
    {
        Contoso.AddProject("Payments");
        _sandbox.Organization("fabrikam").AddProject("Fiber");
        using var fabrikam = AzureDevOpsSandboxClient.For(_sandbox, "fabrikam");

        Assert.Equal(["Payments"], Names(await _client.GetAsync("_apis/projects")));
        var list = await fabrikam.GetAsync("_apis/projects");
        Assert.Equal(["Fiber"], Names(list));
        Assert.StartsWith("https://dev.azure.com/fabrikam/", (string?)list["value"]![0]!["url"], StringComparison.Ordinal);
        using var nobody = AzureDevOpsSandboxClient.For(_sandbox, "nobody");
        Assert.Equal(404, (await nobody.GetAsync("_apis/projects")).Status);
    }

    [Fact]
    public async Task Server_HasItsCollectionsBelowAPathAndNoPipelineEvents()
    {
        await using var server = await AzureDevOpsSandbox.StartAsync(
            new AzureDevOpsSandboxOptions { IsServer = true, Organizations = ["DefaultCollection"], PublicAddress = "https://tfs.example.com", LatestApiVersion = 7.0m },
            CancellationToken.None);
        server.Organization("DefaultCollection").AddProject("Payments");
        using var client = AzureDevOpsSandboxClient.For(server, "DefaultCollection");

        Assert.EndsWith("/tfs/DefaultCollection/", server.OrganizationAddress("DefaultCollection").AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(400, (await client.GetAsync("_apis/projects?api-version=7.1")).Status);
        var list = await client.GetAsync("_apis/projects?api-version=7.0");
        Assert.StartsWith("https://tfs.example.com/tfs/DefaultCollection/_apis/", (string?)list["value"]![0]!["url"], StringComparison.Ordinal);
        Assert.Equal(200, (await client.GetAsync("Payments/_apis/git/repositories?api-version=7.0")).Status);
        Assert.Equal(["tfs"], (await client.GetAsync("_apis/hooks/publishers?api-version=7.0"))["value"]!.AsArray().Select(one => (string)one!["id"]!));
    }

    private static IEnumerable<string> Names(SandboxReply reply) => Values(reply, "name");

    private static IEnumerable<string> Titles(SandboxReply reply) => Values(reply, "title");

    private static IEnumerable<string> Values(SandboxReply reply, string name)
    {
        Assert.Equal(200, reply.Status);
        return reply["value"]!.AsArray().Select(item => (string)item![name]!);
    }
}
