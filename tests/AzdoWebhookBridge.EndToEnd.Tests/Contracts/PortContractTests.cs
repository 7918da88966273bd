using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

[Trait("Needs", "ContractMocks")]
public sealed class PortContractTests
{
    private const string Repositories = "/blueprints/azure_devops_repository";
    private const string Upsert = "?upsert=true&merge=true&create_missing_related_entities=true";

    [ContractMocksFact]
    public async Task EveryPortOperation_AnswersWithinTheContract()
    {
        await using var session = await ContractSession.StartForPortAsync(CancellationToken.None);
        await session.PortAsync(401, "POST", "/auth/access_token", """{"clientId":"sandbox","clientSecret":"wrong"}""");
        await session.SignInAsync();
        await session.PortAsync(401, "GET", "/blueprints", token: "wrong");
        await DriveBlueprintsAsync(session);
        await DriveSingleEntitiesAsync(session);
        await DriveBulkAsync(session);
        await DriveReadingAsync(session);
        await DriveDeletingAsync(session);
        await DriveWebhooksAsync(session);
        await DriveFailuresAsync(session);
        Assert.Empty(await session.Proxies.ViolationsAsync(CancellationToken.None));
    }

    [ContractMocksFact]
    public async Task RequestsThatBreakTheContract_AreRefusedBySandboxAndContractAlike()
    {
        await using var session = await ContractSession.StartForPortAsync(CancellationToken.None);
        await session.SignInAsync();
        (string Method, string Path, string? Body)[] bad =
        [
            ("POST", "/auth/access_token", """{"client_id":"a","clientSecret":"b"}"""),
            ("POST", "/auth/access_token", """{"clientId":"a","clientSecret":"b","more":1}"""),
            ("POST", Repositories + "/entities?merge=true", """{"identifier":"a"}"""),
            ("POST", Repositories + "/entities?upsert=True", """{"identifier":"a"}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":"a b"}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":".."}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":1}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"title":"no identifier"}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":"a","propertys":{}}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":"a","title":null}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":"a","properties":{"a b":1}}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":"a","relations":{"project":7}}"""),
            ("POST", Repositories + "/entities?upsert=true", """{"identifier":{"combinator":"and","rules":[{"property":"x","operator":"like","value":"y"}]}}"""),
            ("POST", Repositories + "/entities/bulk?upsert=true", """{"entities":[]}"""),
            ("POST", Repositories + "/entities/bulk?upsert=true", Bulk(21)),
            ("POST", Repositories + "/entities/bulk?upsert=true", """{"entities":[{"identifier":"a"},{"identifier":"a#b"}]}"""),
            ("POST", Repositories + "/entities/bulk?upsert=true", """{"entities":[{"identifier":"a"}],"upsert":true}"""),
            ("PATCH", Repositories + "/entities/a", """{"blueprint":"azure_devops_repository"}"""),
            ("PATCH", Repositories + "/entities/a", """{"properties":[]}"""),
            ("DELETE", Repositories + "/entities/a", null),
            ("POST", Repositories + "/bulk/entities/delete?delete_dependents=false", Bulk(1)),
            ("POST", Repositories + "/entities/search", """{"limit":1001}"""),
            ("POST", "/entities/search", """{"rules":[]}"""),
            ("POST", "/entities/search", """{"combinator":"and","rules":[{"property":"a","operator":"~","value":"x"}]}"""),
            ("POST", "/blueprints", """{"identifier":"a","title":"A"}"""),
            ("POST", "/blueprints", """{"identifier":"a","title":"A","schema":{"properties":{"x":{"type":"text"}}}}"""),
            ("POST", "/blueprints", """{"identifier":"a","title":"A","schema":{"properties":{}},"relation":{}}"""),
            ("POST", "/webhooks", """{"title":"no enabled"}"""),
        ];
        IReadOnlyList<string> seen = [];
        foreach (var (method, path, body) in bad)
        {
            await session.PortAsync(422, method, path, body);
            seen = await session.RequireNewViolationAsync(seen, $"{method} {path} {body}");
        }

        await session.PortAsync(401, "GET", "/blueprints", token: " ");
        seen = await session.RequireNewViolationAsync(seen, "a request without a token");
        Assert.DoesNotContain(seen, line => line.Contains(" response", StringComparison.Ordinal));
        Assert.Equal(0, session.Port.EntityWrites);
    }

    [ContractMocksFact]
    public async Task AnswerThatBreaksTheContract_IsSeen()
    {
        await using var session = await ContractSession.StartForPortAsync(CancellationToken.None);
        await session.SignInAsync();
        session.Port.Faults.RespondOnceWith(200, body: """{"ok":true,"entities":[{"identifier":"e1"}],"errors":[]}""");
        await session.PortAsync(200, "POST", Repositories + "/entities/bulk" + Upsert, Bulk(1));
        Assert.Contains(
            await session.Proxies.ViolationsAsync(CancellationToken.None), line => line.Contains(" response", StringComparison.Ordinal));
    }

    private static async Task DriveBlueprintsAsync(ContractSession session)
    {
        const string Team = """
            {"identifier":"sandbox_team","title":"Team","icon":"Team","description":"Of people",
             "schema":{"properties":{
                "mail":{"type":"string","format":"email"},
                "size":{"type":"number"},
                "level":{"type":"string","enum":["low","high"],"enumColors":{"low":"green","high":"red"}},
                "tags":{"type":"array","items":{"type":"string"}},
                "extra":{"type":"object"}},"required":["mail"]},
             "relations":{"projects":{"title":"Projects","target":"azure_devops_project","many":true,"required":false}}}
            """;
        await session.PortAsync(201, "POST", "/blueprints?create_catalog_page=false", Team);
        await session.PortAsync(409, "POST", "/blueprints", Team);
        await session.PortAsync(404, "POST", "/blueprints", """
            {"identifier":"lost","title":"L","schema":{"properties":{}},"relations":{"x":{"target":"nowhere","many":false,"required":false}}}
            """);
        await session.PortAsync(200, "GET", "/blueprints");
        await session.PortAsync(200, "GET", "/blueprints/sandbox_team");
        await session.PortAsync(404, "GET", "/blueprints/nowhere");
        await session.PortAsync(200, "PATCH", "/blueprints/sandbox_team", """{"description":"Of good people"}""");
        await session.PortAsync(200, "PUT", "/blueprints/sandbox_team", Team);
        await session.PortAsync(404, "PATCH", "/blueprints/nowhere", """{"title":"x"}""");
        await session.PortAsync(201, "POST", "/blueprints", """{"identifier":"short_lived","title":"S","schema":{"properties":{}}}""");
        await session.PortAsync(200, "DELETE", "/blueprints/short_lived");
        await session.PortAsync(404, "DELETE", "/blueprints/short_lived");
        await session.PortAsync(422, "DELETE", "/blueprints/azure_devops_project");
    }

    private static async Task DriveSingleEntitiesAsync(ContractSession session)
    {
        const string Entity = """
            {"identifier":"contoso/api+1","title":"api","icon":"Git","team":["a"],"blueprint":"azure_devops_repository",
             "properties":{"url":"https://dev.azure.com/contoso/_git/api","default_branch":"refs/heads/main"},
             "relations":{"project":"p1"}}
            """;
        await session.PortAsync(404, "POST", Repositories + "/entities?upsert=true", Entity);
        await session.PortAsync(201, "POST", Repositories + "/entities" + Upsert, Entity);
        await session.PortAsync(200, "POST", Repositories + "/entities" + Upsert, Entity);
        await session.PortAsync(409, "POST", Repositories + "/entities?upsert=false", Entity);
        await session.PortAsync(404, "POST", "/blueprints/nowhere/entities?upsert=true", """{"identifier":"a"}""");
        await session.PortAsync(422, "POST", Repositories + "/entities?upsert=true", """{"identifier":"a","properties":{"url":"no url"}}""");
        await session.PortAsync(422, "POST", Repositories + "/entities?upsert=true", """{"identifier":"a","relations":{"owner":"b"}}""");
        await session.PortAsync(201, "POST", Repositories + "/entities?upsert=true&validation_only=true", """{"identifier":"dry"}""");
        await session.PortAsync(200, "POST", Repositories + "/entities?upsert=true&merge=true", """
            {"identifier":{"combinator":"and","rules":[{"property":"default_branch","operator":"=","value":"refs/heads/main"}]},"title":"found"}
            """);
        await session.PortAsync(200, "PATCH", Repositories + "/entities/contoso%2Fapi%2B1", """
            {"title":null,"team":null,"properties":{"url":null},"relations":{"project":null}}
            """);
        await session.PortAsync(404, "PATCH", Repositories + "/entities/nobody", """{"title":"x"}""");
        await session.PortAsync(200, "PUT", Repositories + "/entities/contoso%2Fapi%2B1", """{"identifier":"contoso/api+1","title":"api","relations":{"project":"p1"}}""");
        await session.PortAsync(201, "POST", "/blueprints/sandbox_team/entities?upsert=true", """
            {"identifier":"people","properties":{"mail":"a@b.example","size":3,"level":"low","tags":["x"],"extra":{"a":1}},"relations":{"projects":["p1"]}}
            """);
    }

    private static async Task DriveBulkAsync(ContractSession session)
    {
        await session.PortAsync(200, "POST", Repositories + "/entities/bulk" + Upsert, Bulk(20));
        await session.PortAsync(207, "POST", Repositories + "/entities/bulk?upsert=true&merge=true", """
            {"entities":[{"identifier":"e1","properties":{"is_disabled":"no"}},{"identifier":"e2","relations":{"project":"missing"}},
             {"identifier":{"combinator":"and","rules":[{"property":"url","operator":"=","value":"none"}]}},{"identifier":"e3","title":"ok"}]}
            """);
        await session.PortAsync(404, "POST", "/blueprints/nowhere/entities/bulk?upsert=true", Bulk(1));
    }

    private static async Task DriveReadingAsync(ContractSession session)
    {
        const string Query = """{"combinator":"and","rules":[{"property":"$blueprint","operator":"=","value":"azure_devops_repository"},{"combinator":"or","rules":[{"property":"$title","operator":"isNotEmpty"},{"property":"$identifier","operator":"beginsWith","value":"e"}]}]}""";
        await session.PortAsync(200, "GET", Repositories + "/entities");
        await session.PortAsync(200, "GET", Repositories + "/entities?include=$identifier&include=url&exclude_calculated_properties=true");
        await session.PortAsync(200, "GET", Repositories + "/entities/contoso%2Fapi%2B1");
        await session.PortAsync(404, "GET", Repositories + "/entities/nobody");
        await session.PortAsync(404, "GET", "/blueprints/nowhere/entities");
        await session.PortAsync(200, "GET", Repositories + "/entities-count");
        await session.PortAsync(200, "POST", "/entities/search", Query);
        var page = await session.PortAsync(200, "POST", Repositories + "/entities/search", $$"""{"query":{{Query}},"limit":2,"include":["$title"]}""");
        await session.PortAsync(200, "POST", Repositories + "/entities/search", $$"""{"query":{{Query}},"limit":2,"from":"{{page!["next"]}}"}""");
        await session.PortAsync(200, "GET", "/organization");
    }

    private static async Task DriveDeletingAsync(ContractSession session)
    {
        await session.PortAsync(200, "DELETE", Repositories + "/entities/e1?delete_dependents=false");
        await session.PortAsync(404, "DELETE", Repositories + "/entities/e1?delete_dependents=false");
        await session.PortAsync(404, "POST", Repositories + "/bulk/entities/delete?delete_dependents=false", """{"entities":["e2","e1"]}""");
        await session.PortAsync(200, "POST", Repositories + "/bulk/entities/delete?delete_dependents=false", """{"entities":["e2","e3"]}""");
        await session.PortAsync(200, "DELETE", "/blueprints/azure_devops_project/entities/p1?delete_dependents=true");
    }

    private static async Task DriveWebhooksAsync(ContractSession session)
    {
        const string Webhook = """
            {"identifier":"azdo","title":"Azure DevOps","enabled":true,"security":{},"integrationType":"custom",
             "mappings":[{"blueprint":"azure_devops_project","filter":"true","entity":{"identifier":".body.id"}}]}
            """;
        await session.PortAsync(201, "POST", "/webhooks", Webhook);
        await session.PortAsync(409, "POST", "/webhooks", Webhook);
        await session.PortAsync(200, "GET", "/webhooks");
        await session.PortAsync(200, "GET", "/webhooks/azdo");
        await session.PortAsync(404, "GET", "/webhooks/other");
        await session.PortAsync(200, "PATCH", "/webhooks/azdo", """{"enabled":false}""");
        await session.PortAsync(200, "DELETE", "/webhooks/azdo");
    }

    private static async Task DriveFailuresAsync(ContractSession session)
    {
        foreach (var status in (int[])[401, 403, 404, 409, 413, 422, 429, 500, 503])
        {
            session.Port.Faults.RespondOnceWith(status, retryAfter: TimeSpan.FromSeconds(1));
            await session.PortAsync(status, "POST", Repositories + "/entities/bulk" + Upsert, Bulk(1));
        }
    }

    private static string Bulk(int count) =>
        new JsonObject
        {
            ["entities"] = new JsonArray([.. Enumerable.Range(1, count).Select(number => new JsonObject { ["identifier"] = $"e{number}" })]),
        }.ToJsonString();
}
