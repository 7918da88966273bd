using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>Events of an invented organization, in the shapes that Azure DevOps sends.</summary>
internal static class Payloads
{
    public const string ProjectId = "5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b";
    public const string RepositoryId = "0b7c1f2e-3d4c-4e5f-8a9b-6c7d8e9f0a1b";

    private const string Containers = """
        {"collection":{"id":"c0ffee00-0000-4000-8000-000000000001","baseUrl":"https://dev.azure.com/northwind/"},
         "account":{"id":"c0ffee00-0000-4000-8000-000000000002","baseUrl":"https://dev.azure.com/northwind/"},
         "project":{"id":"5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b","baseUrl":"https://dev.azure.com/northwind/"}}
        """;

    /// <summary>An event around a resource.</summary>
    public static string Event(string eventType, string resource, string containers = Containers) => $$"""
        {"subscriptionId":"1f2e3d4c-5b6a-4789-8abc-def012345678","notificationId":12,"id":"7c1d2e3f-0a1b-4c2d-8e3f-4a5b6c7d8e9f",
         "eventType":"{{eventType}}","publisherId":"tfs","message":null,"detailedMessage":null,
         "resource":{{resource}},"resourceVersion":"1.0","resourceContainers":{{containers}},"createdDate":"2026-03-04T09:22:02.1180045Z"}
        """;

    /// <summary>The event with one member replaced; the path is of names and ends in the member. A null value removes it.</summary>
    public static string With(string body, string path, string? json)
    {
        var root = JsonNode.Parse(body)!;
        var names = path.Split('>');
        var parent = names[..^1].Aggregate(root, (node, name) => node[name]!).AsObject();
        parent.Remove(names[^1]);
        if (json is not null)
        {
            parent[names[^1]] = JsonNode.Parse(json);
        }

        return root.ToJsonString();
    }

    public static string Push { get; } = Event("git.push", """
        {"commits":[{"commitId":"33b55f7cb7e7e245323987634f960cf4a6e6bc74","comment":"Fix","url":"https://dev.azure.com/northwind/c/33b55"}],
         "refUpdates":[{"name":"refs/heads/feature","oldObjectId":"aad331d8d3b131fa9ae03cf5e53965b51942618a","newObjectId":"33b55f7cb7e7e245323987634f960cf4a6e6bc74"}],
         "repository":{"id":"0b7c1f2e-3d4c-4e5f-8a9b-6c7d8e9f0a1b","name":"Order Desk",
           "url":"https://dev.azure.com/northwind/_apis/git/repositories/0b7c1f2e-3d4c-4e5f-8a9b-6c7d8e9f0a1b",
           "project":{"id":"5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b","name":"Trade & Shop","description":"All that sells",
             "url":"https://dev.azure.com/northwind/_apis/projects/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b","state":"wellFormed",
             "visibility":"private","lastUpdateTime":"2026-02-01T08:00:00.123Z"},
           "defaultBranch":"refs/heads/main","remoteUrl":"https://northwind@dev.azure.com/northwind/Trade %26 Shop/_git/Order Desk"},
         "pushedBy":{"displayName":"Ann Lee","id":"a1","uniqueName":"ann@northwind.example"},
         "pushId":14,"date":"2026-03-04T09:22:01Z","url":"https://dev.azure.com/northwind/_apis/git/repositories/0b7c1f2e-3d4c-4e5f-8a9b-6c7d8e9f0a1b/pushes/14"}
        """);

    public static string PushMinimal { get; } = Event("git.push", """
        {"pushId":14,"url":"https://dev.azure.com/northwind/_apis/git/repositories/0b7c1f2e-3d4c-4e5f-8a9b-6c7d8e9f0a1b/pushes/14"}
        """);

    public static string Run { get; } = Event("ms.vss-pipelines.run-state-changed-event", """
        {"run":{"_links":{"web":{"href":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_build/results?buildId=910"},
           "pipeline.web":{"href":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_build/definition?definitionId=55"}},
           "pipeline":{"url":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_apis/pipelines/55?revision=3","id":55,"revision":3,"name":"order-desk-ci","folder":"\\"},
           "state":"completed","result":"succeeded","createdDate":"2026-03-04T09:00:00Z","url":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_apis/pipelines/55/runs/910","id":910,"name":"20260304.1"},
         "pipeline":{"url":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_apis/pipelines/55?revision=3","id":55,"revision":3,"name":"order-desk-ci","folder":"\\"},
         "projectId":"5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b","runId":910}
        """);

    public static string Stage { get; } =
        With(Run.Replace("run-state", "stage-state", StringComparison.Ordinal), "resource>stage", """{"id":"s1","name":"Deploy","state":"running"}""");

    public static string WorkItemCreated { get; } = Event("workitem.created", """
        {"id":31,"rev":1,"fields":{"System.AreaPath":"Trade & Shop","System.TeamProject":"Trade & Shop","System.WorkItemType":"Bug","System.State":"New",
           "System.CreatedDate":"2026-03-01T10:00:00.663Z","System.CreatedBy":"Ann Lee <ann@northwind.example>","System.ChangedDate":"2026-03-01T10:00:00.663Z",
           "System.ChangedBy":"Ann Lee <ann@northwind.example>","System.Title":"Basket loses items","Microsoft.VSTS.Common.Priority":2},
         "_links":{"html":{"href":"https://dev.azure.com/northwind/web/wi.aspx?pcguid=1&id=31"}},
         "url":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_apis/wit/workItems/31"}
        """);

    public static string WorkItemUpdated { get; } = Update(rev: 5, state: "Active");

    /// <summary>An update of work item 31. The resource's id numbers the update: 18.</summary>
    public static string Update(int rev, string state, string extraFields = "", string priority = "\"Microsoft.VSTS.Common.Priority\":2,") => Event("workitem.updated", $$"""
        {"id":18,"workItemId":31,"rev":{{rev}},"revisedBy":{"id":"a2","displayName":"Bo Chen"},"revisedDate":"9999-01-01T00:00:00Z",
         "fields":{"System.Rev":{"oldValue":{{rev - 1}},"newValue":{{rev}} },"System.State":{"oldValue":"New","newValue":"{{state}}"}{{extraFields}} },
         "_links":{"html":{"href":"https://dev.azure.com/northwind/web/wi.aspx?pcguid=1&id=31"} },
         "url":"https://dev.azure.com/northwind/5d1f0a7c-8f0e-4b57-9a3e-1c2d3e4f5a6b/_apis/wit/workItems/31/updates/18",
         "revision":{"id":31,"rev":{{rev}},"fields":{"System.TeamProject":"Trade & Shop","System.WorkItemType":"Bug","System.State":"{{state}}",
           "System.CreatedDate":"2026-03-01T10:00:00.663Z","System.CreatedBy":"Ann Lee <ann@northwind.example>",{{priority}}
           "System.ChangedDate":"2026-03-02T10:00:00.1Z","System.Title":"Basket loses items"},
           "url":"https://dev.azure.com/northwind/_apis/wit/workItems/31/revisions/{{rev}}"} }
        """);
}
