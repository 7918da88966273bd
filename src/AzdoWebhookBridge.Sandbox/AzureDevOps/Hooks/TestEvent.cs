using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>
/// The static samples of the Test button: the same event id each time, which some types even share, ids of nobody's project, and
/// containers without an address.
/// </summary>
internal static class TestEvent
{
    private static readonly Dictionary<string, string> Ids = new(StringComparer.Ordinal)
    {
        ["git.push"] = "03c164c2-8912-4d5e-8009-3707d5f83734",
        ["git.repo.created"] = "03c164c2-8912-4d5e-8009-3707d5f83734",
        ["git.repo.deleted"] = "03c164c2-8912-4d5e-8009-3707d5f83734",
        ["git.repo.renamed"] = "03c164c2-8912-4d5e-8009-3707d5f83734",
        ["git.pullrequest.updated"] = "af07be1b-f3ad-44c8-a7f1-c4835f2df06b",
        ["ms.vss-code.git-pullrequest-comment-event"] = "af07be1b-f3ad-44c8-a7f1-c4835f2df06b",
    };

    public static Guid IdOf(string eventType) => Ids.TryGetValue(eventType, out var id) ? new Guid(id) : Wire.Id("test", eventType);

    public static string Write(SubscriptionRecord subscription, int notification, DateTimeOffset now)
    {
        JsonObject Container(string id) => new() { ["id"] = id };
        return new JsonObject
        {
            ["subscriptionId"] = subscription.Id.ToString(),
            ["notificationId"] = notification,
            ["id"] = IdOf(subscription.EventType).ToString(),
            ["eventType"] = subscription.EventType,
            ["publisherId"] = subscription.PublisherId,
            ["message"] = null,
            ["detailedMessage"] = null,
            ["resource"] = Resource(subscription.EventType),
            ["resourceVersion"] = subscription.ResourceVersion is { Length: > 0 } version
                ? version
                : EventTypes.Find(subscription.PublisherId, subscription.EventType)!.Versions[0],
            ["resourceContainers"] = new JsonObject
            {
                ["collection"] = Container("c12d0eb8-e382-443b-9f9c-c52cba5014c2"),
                ["account"] = Container("f844ec47-a9db-4511-8281-8b63f4eaf94e"),
                ["project"] = Container("be9b3917-87e6-42a4-a549-2bc06a7a878f"),
            },
            ["createdDate"] = Wire.Time(now),
        }.ToJsonString();
    }

    private static JsonObject Resource(string eventType)
    {
        var json = new ResourceJson("https://fabrikam.visualstudio.com/");
        var project = new ProjectRecord(new Guid("6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c"), "Fabrikam-Fiber-Git");
        var repository = new RepositoryRecord(new Guid("278d5cd2-584d-4b63-824a-2ba458937249"), "Fabrikam-Fiber-Git", project);
        if (eventType.StartsWith("workitem.", StringComparison.Ordinal))
        {
            var revision = new WorkItemRevision(2, 2, "Some great new idea!", "New", 2, new DateTimeOffset(2014, 7, 15, 17, 42, 44, TimeSpan.Zero));
            var item = new WorkItemRecord(5, project, "Bug", revision.ChangedAt, revision);
            var work = new WorkItemJson("https://fabrikam.visualstudio.com/");
            if (eventType != "workitem.updated")
            {
                return work.Event(item, revision, IdentityForm.Text);
            }

            // The sample of an update names no work item, and its own id is that of the update.
            var update = work.Update(item, revision with { Number = 1, State = "Active" }, revision, IdentityForm.Text);
            update["workItemId"] = 0;
            return update;
        }

        return eventType.StartsWith("git.", StringComparison.Ordinal)
            ? new JsonObject { ["repository"] = json.PushedRepository(repository), ["refUpdates"] = new JsonArray(), ["pushId"] = 14 }
            : new JsonObject { ["projectId"] = project.Id.ToString() };
    }
}
