using System.Text.Json.Nodes;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>How people stand in a work item's fields.</summary>
internal enum IdentityForm
{
    /// <summary><c>Name &lt;mail&gt;</c>: resource version 1.0, and reports.</summary>
    Text,

    /// <summary>An object without id: resource version 3.1-preview.3.</summary>
    Short,

    /// <summary>Whole: REST and resource version 5.1-preview.3.</summary>
    Full,
}

/// <summary>Work items as REST answers and events show them.</summary>
internal sealed class WorkItemJson(string baseUrl)
{
    public const string Person = Wire.Ada;

    public JsonObject WorkItem(WorkItemRecord item, IReadOnlyCollection<string>? fields = null, bool withLinks = false)
    {
        var json = new JsonObject
        {
            ["id"] = item.Id,
            ["rev"] = item.Latest.Number,
            ["fields"] = Fields(item, item.Latest, IdentityForm.Full, fields),
        };
        if (withLinks)
        {
            json["_links"] = Links(item);
        }

        json["url"] = Url(item);
        return json;
    }

    /// <summary>One row of the reporting API: every field has its reference name, people are texts.</summary>
    public JsonObject Report(WorkItemRecord item, WorkItemRevision revision, IReadOnlyCollection<string>? fields, IdentityForm identities)
    {
        var all = Fields(item, revision, identities, fields);
        if (Wants(fields, "System.Id"))
        {
            all["System.Id"] = item.Id;
        }

        if (Wants(fields, "System.Rev"))
        {
            all["System.Rev"] = revision.Number;
        }

        if (Wants(fields, "System.RevisedDate"))
        {
            all["System.RevisedDate"] = revision == item.Latest
                ? "9999-01-01T00:00:00Z"
                : Wire.FieldTime(item.Revision(revision.Number + 1).ChangedAt);
        }

        if (revision.IsDeleted)
        {
            all["System.IsDeleted"] = true;
        }

        return new JsonObject { ["id"] = item.Id, ["rev"] = revision.Number, ["fields"] = all };
    }

    /// <summary>The resource of <c>workitem.created</c>, <c>.deleted</c>, <c>.restored</c> and <c>.commented</c>.</summary>
    public JsonObject Event(WorkItemRecord item, WorkItemRevision revision, IdentityForm identities)
    {
        var fields = Fields(item, revision, identities, null);
        if (revision.Comment is not null)
        {
            fields["System.History"] = revision.Comment;
        }

        return new JsonObject
        {
            ["id"] = item.Id,
            ["rev"] = revision.Number,
            ["fields"] = fields,
            ["_links"] = Links(item),
            ["url"] = revision.IsDeleted ? $"{baseUrl}{item.Project.Id}/_apis/wit/recyclebin/{item.Id}" : Url(item),
        };
    }

    /// <summary>The resource of <c>workitem.updated</c>: the update, with the whole work item under <c>revision</c>.</summary>
    public JsonObject Update(WorkItemRecord item, WorkItemRevision before, WorkItemRevision after, IdentityForm identities)
    {
        var revision = new JsonObject
        {
            ["id"] = item.Id,
            ["rev"] = after.Number,
            ["fields"] = Fields(item, after, identities, null),
            ["_links"] = Wire.Links(("self", $"{Url(item)}/revisions/{after.Number}"), ("parent", Url(item))),
            ["url"] = $"{Url(item)}/revisions/{after.Number}",
        };
        if (after.Comment is not null)
        {
            revision["commentVersionRef"] = new JsonObject { ["commentId"] = after.Watermark, ["version"] = 1 };
        }

        return new JsonObject
        {
            ["id"] = after.Number,
            ["workItemId"] = item.Id,
            ["rev"] = after.Number,
            ["revisedBy"] = Wire.Identity(baseUrl, Person),
            ["revisedDate"] = "9999-01-01T00:00:00Z",
            ["fields"] = Changes(before, after),
            ["_links"] = Wire.Links(
                ("self", $"{Url(item)}/updates/{after.Number}"), ("workItemUpdates", $"{Url(item)}/updates"), ("parent", Url(item)), ("html", Page(item))),
            ["url"] = $"{Url(item)}/updates/{after.Number}",
            ["revision"] = revision,
        };
    }

    public string Url(WorkItemRecord item) => $"{baseUrl}{item.Project.Id}/_apis/wit/workItems/{item.Id}";

    private static bool Wants(IReadOnlyCollection<string>? fields, string name) =>
        fields is null || fields.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static JsonObject Changes(WorkItemRevision before, WorkItemRevision after)
    {
        var changes = new JsonObject
        {
            ["System.Rev"] = Change(before.Number, after.Number),
            ["System.AuthorizedDate"] = Change(Wire.FieldTime(before.ChangedAt), Wire.FieldTime(after.ChangedAt)),
            ["System.RevisedDate"] = Change(Wire.FieldTime(after.ChangedAt), "9999-01-01T00:00:00Z"),
            ["System.ChangedDate"] = Change(Wire.FieldTime(before.ChangedAt), Wire.FieldTime(after.ChangedAt)),
            ["System.Watermark"] = Change(before.Watermark, after.Watermark),
        };
        if (before.Title != after.Title)
        {
            changes["System.Title"] = Change(before.Title, after.Title);
        }

        if (before.State != after.State)
        {
            changes["System.State"] = Change(before.State, after.State);
        }

        if (before.Priority != after.Priority)
        {
            changes["Microsoft.VSTS.Common.Priority"] = Change(before.Priority, after.Priority);
        }

        if (before.Tags != after.Tags)
        {
            changes["System.Tags"] = Change(before.Tags, after.Tags);
        }

        if (after.Comment is not null)
        {
            changes["System.CommentCount"] = Change(before.CommentCount, after.CommentCount);
            changes["System.History"] = new JsonObject { ["newValue"] = after.Comment };
        }

        return changes;
    }

    /// <summary>What there was nothing of is left out, on either side.</summary>
    private static JsonObject Change(JsonNode? oldValue, JsonNode? newValue)
    {
        var change = new JsonObject();
        if (oldValue is not null)
        {
            change["oldValue"] = oldValue;
        }

        if (newValue is not null)
        {
            change["newValue"] = newValue;
        }

        return change;
    }

    private JsonObject Fields(WorkItemRecord item, WorkItemRevision revision, IdentityForm identities, IReadOnlyCollection<string>? wanted)
    {
        var fields = new JsonObject();
        if (wanted?.Contains("System.Id", StringComparer.OrdinalIgnoreCase) == true)
        {
            fields["System.Id"] = item.Id;
        }

        if (wanted?.Contains("System.Rev", StringComparer.OrdinalIgnoreCase) == true)
        {
            fields["System.Rev"] = revision.Number;
        }

        Add("System.AreaPath", item.Project.Name);
        Add("System.TeamProject", item.Project.Name);
        Add("System.IterationPath", item.Project.Name);
        Add("System.WorkItemType", item.Type);
        Add("System.State", revision.State);
        Add("System.Reason", "New");
        Add("System.CreatedDate", Wire.FieldTime(item.CreatedAt));
        AddPerson("System.CreatedBy");
        Add("System.ChangedDate", Wire.FieldTime(revision.ChangedAt));
        AddPerson("System.ChangedBy");
        Add("System.CommentCount", revision.CommentCount);
        Add("System.Title", revision.Title);
        Add("Microsoft.VSTS.Common.Priority", revision.Priority);
        if (revision.Tags is not null)
        {
            Add("System.Tags", revision.Tags);
        }

        return fields;

        void Add(string name, JsonNode value)
        {
            if (Wants(wanted, name))
            {
                fields[name] = value;
            }
        }

        void AddPerson(string name)
        {
            if (Wants(wanted, name))
            {
                fields[name] = identities switch
                {
                    IdentityForm.Text => $"{Person} <{Wire.Mail(Person)}>",
                    IdentityForm.Short => new JsonObject { ["displayName"] = Person, ["name"] = $"{Person} <{Wire.Mail(Person)}>", ["uniqueName"] = Wire.Mail(Person) },
                    _ => Wire.Identity(baseUrl, Person),
                };
            }
        }
    }

    private JsonObject Links(WorkItemRecord item) => Wire.Links(
        ("self", Url(item)), ("workItemUpdates", $"{Url(item)}/updates"), ("workItemRevisions", $"{Url(item)}/revisions"), ("html", Page(item)));

    private string Page(WorkItemRecord item) => $"{baseUrl}{item.Project.Id}/_workitems/edit/{item.Id}";
}
