using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps.Hooks;

/// <summary>The body of a delivery.</summary>
internal static class EventBody
{
    // The key fields: what identifies the thing and where to read the rest.
    private static readonly string[] MinimalKeys =
        ["id", "workItemId", "rev", "url", "pushId", "pullRequestId", "repositoryId", "runId", "runUrl", "projectId", "stageName", "buildNumber"];

    /// <summary>What is posted, and what would be posted with full details; the history keeps that.</summary>
    public static (string Body, string Whole) Write(SandboxOrganization organization, SubscriptionRecord subscription, RaisedEvent raised, int notification)
    {
        var version = VersionOf(subscription);
        var resource = raised.Resource(version);
        var body = new JsonObject
        {
            ["subscriptionId"] = subscription.Id.ToString(),
            ["notificationId"] = notification,
            ["id"] = raised.Id.ToString(),
            ["eventType"] = raised.Type,
            ["publisherId"] = raised.Publisher,
            ["message"] = Message(subscription.Input("messagesToSend"), raised.Text),
            ["detailedMessage"] = Message(subscription.Input("detailedMessagesToSend"), raised.Text),
            ["resource"] = resource,
            ["resourceVersion"] = version,
            ["resourceContainers"] = Containers(organization, raised.Project),
            ["createdDate"] = Wire.Time(raised.At),
        };
        var whole = body.ToJsonString();
        var details = subscription.Input("resourceDetailsToSend") is { Length: > 0 } asked ? asked : organization.Options.UnsetResourceDetails;
        if (details is not ("none" or "minimal"))
        {
            return (whole, whole);
        }

        body["resource"] = details == "none" ? null : Minimal(resource);
        return (body.ToJsonString(), whole);
    }

    /// <summary>The event of a body as the history tells it: without the ids of the delivery, and without what is null.</summary>
    public static JsonObject ToHistory(string whole)
    {
        var json = JsonNode.Parse(whole)!.AsObject();
        foreach (var name in (string[])["subscriptionId", "notificationId"])
        {
            json.Remove(name);
        }

        foreach (var name in (string[])["message", "detailedMessage"])
        {
            if (json[name] is null)
            {
                json.Remove(name);
            }
        }

        return json;
    }

    private static string VersionOf(SubscriptionRecord subscription) => subscription.ResourceVersion is null or "" or "latest"
        ? EventTypes.Find(subscription.PublisherId, subscription.EventType)!.Versions[0]
        : subscription.ResourceVersion;

    private static JsonObject Minimal(JsonObject resource)
    {
        var minimal = new JsonObject();
        foreach (var key in MinimalKeys.Where(resource.ContainsKey))
        {
            minimal[key] = resource[key]?.DeepClone();
        }

        return minimal;
    }

    private static JsonObject? Message(string wanted, string text) => wanted switch
    {
        "none" => null,
        "text" or "html" or "markdown" => new JsonObject { [wanted] = text },
        _ => new JsonObject { ["text"] = text, ["html"] = text, ["markdown"] = text },
    };

    private static JsonObject Containers(SandboxOrganization organization, ProjectRecord project)
    {
        JsonObject Container(Guid id) => new() { ["id"] = id.ToString(), ["baseUrl"] = organization.BaseUrl };
        return new JsonObject
        {
            ["collection"] = Container(Wire.Id(organization.Name, "collection")),
            [organization.Options.IsServer ? "server" : "account"] = Container(Wire.Id(organization.Name, "account")),
            ["project"] = Container(project.Id),
        };
    }
}
