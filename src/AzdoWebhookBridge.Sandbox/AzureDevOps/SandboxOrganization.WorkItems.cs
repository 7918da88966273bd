namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

public sealed partial class SandboxOrganization
{
    private readonly WorkItemJson _workItemJson;

    // Work items are numbered over the whole organization: number n is at n - 1. Nothing leaves this list.
    private readonly List<WorkItemRecord> _workItems = [];

    // All revisions in the order in which they came: the one with watermark n is at n - 1.
    private readonly List<(int Id, int Revision)> _revisions = [];

    /// <summary>How many work items there are, deleted ones not counted.</summary>
    public int WorkItemCount => Read(() => _workItems.Count(item => !item.IsDeleted));

    internal WorkItemJson WorkItemJson => _workItemJson;

    internal IReadOnlyList<WorkItemRecord> WorkItemRecords => _workItems;

    internal IReadOnlyList<(int Id, int Revision)> RevisionLog => _revisions;

    /// <summary>The work item as it is, deleted or not; null when there never was one.</summary>
    public SampleWorkItem? WorkItem(int id) => Read(() => FindWorkItem(id)?.ToPublic());

    /// <summary><c>workitem.created</c>, at revision 1.</summary>
    public SampleWorkItem AddWorkItem(
        SampleProject project, string title, string type = "Bug", string state = "New", int priority = 2, string? tags = null) => Change(() =>
    {
        var now = Now();
        var item = NewWorkItem(Find(project), type, title, state, priority, now, tags);
        RaiseWorkItem("created", item);
        return item.ToPublic();
    });

    /// <summary><c>workitem.updated</c>, a revision more. What is not given stays.</summary>
    public SampleWorkItem UpdateWorkItem(int id, string? state = null, string? title = null, int? priority = null, string? tags = null) =>
        Change(() =>
        {
            var item = Alive(id);
            var before = item.Latest;
            Revise(item, before with
            {
                State = state ?? before.State,
                Title = title ?? before.Title,
                Priority = priority ?? before.Priority,
                Tags = tags ?? before.Tags,
            });
            RaiseUpdate(item, before);
            return item.ToPublic();
        });

    /// <summary><c>workitem.commented</c> and, for the same revision, <c>workitem.updated</c>.</summary>
    public SampleWorkItem CommentWorkItem(int id, string text) => Change(() =>
    {
        var item = Alive(id);
        var before = item.Latest;
        Revise(item, before with { Comment = text, CommentCount = before.CommentCount + 1 });
        RaiseWorkItem("commented", item);
        RaiseUpdate(item, before);
        return item.ToPublic();
    });

    /// <summary><c>workitem.deleted</c>: to the recycle bin, a revision more.</summary>
    public SampleWorkItem DeleteWorkItem(int id) => Change(() =>
    {
        var item = Alive(id);
        Revise(item, item.Latest with { IsDeleted = true });
        RaiseWorkItem("deleted", item);
        return item.ToPublic();
    });

    /// <summary><c>workitem.restored</c>, a revision more.</summary>
    public SampleWorkItem RestoreWorkItem(int id) => Change(() =>
    {
        var item = FindWorkItem(id) is { IsDeleted: true } deleted
            ? deleted
            : throw new InvalidOperationException($"Work item {id} is not in the recycle bin.");
        Revise(item, item.Latest with { IsDeleted = false });
        RaiseWorkItem("restored", item);
        return item.ToPublic();
    });

    internal WorkItemRecord? FindWorkItem(int id) => id > 0 && id <= _workItems.Count ? _workItems[id - 1] : null;

    private static IdentityForm FormOf(string version) => version switch
    {
        _ when version.StartsWith("5.", StringComparison.Ordinal) => IdentityForm.Full,
        _ when version.StartsWith("3.", StringComparison.Ordinal) => IdentityForm.Short,
        _ => IdentityForm.Text,
    };

    private WorkItemRecord NewWorkItem(ProjectRecord project, string type, string title, string state, int priority, DateTimeOffset at, string? tags = null)
    {
        var id = _workItems.Count + 1;
        _revisions.Add((id, 1));
        var first = new WorkItemRevision(1, _revisions.Count, title, state, priority, at) { Tags = tags };
        var item = new WorkItemRecord(id, project, type, at, first);
        _workItems.Add(item);
        return item;
    }

    private void SeedWorkItems(int count)
    {
        if (count == 0)
        {
            return;
        }

        string[] states = ["New", "Active", "Resolved", "Closed"];
        string[] types = ["Bug", "Task", "User Story"];
        var start = Now().AddDays(-30);
        for (var index = 0; index < count; index++)
        {
            // In the order of the revisions, which reports rely on: only the first seed can be in the past.
            var at = _revisions.Count == index ? start.AddSeconds(index) : Now();
            NewWorkItem(
                _projects[index % _projects.Count], types[index % types.Length], $"Work item {_workItems.Count + 1}",
                states[index % states.Length], (index % 4) + 1, at);
        }
    }

    private void Revise(WorkItemRecord item, WorkItemRevision next)
    {
        var number = item.Latest.Number + 1;
        _revisions.Add((item.Id, number));

        // A comment belongs to one revision; it is not carried on.
        var comment = next.CommentCount > item.Latest.CommentCount ? next.Comment : null;
        item.Add(next with { Number = number, Watermark = _revisions.Count, ChangedAt = Now(), Comment = comment });
    }

    private void RaiseWorkItem(string change, WorkItemRecord item)
    {
        var revision = item.Latest;
        Raise(
            $"workitem.{change}", item.Project, $"{item.Type} #{item.Id} ({revision.Title}) {change}.", Filters(item, revision),
            version => _workItemJson.Event(item, revision, FormOf(version)));
    }

    private void RaiseUpdate(WorkItemRecord item, WorkItemRevision before)
    {
        var after = item.Latest;
        List<string> changed = [];
        Note(before.Title != after.Title, "System.Title");
        Note(before.State != after.State, "System.State");
        Note(before.Priority != after.Priority, "Microsoft.VSTS.Common.Priority");
        Note(before.Tags != after.Tags, "System.Tags");
        Note(before.CommentCount != after.CommentCount, "System.History");
        Raise(
            "workitem.updated", item.Project, $"{item.Type} #{item.Id} ({after.Title}) updated.",
            [.. Filters(item, after), ("changedFields", [.. changed])],
            version => _workItemJson.Update(item, before, after, FormOf(version)));

        void Note(bool isChanged, string field)
        {
            if (isChanged)
            {
                changed.Add(field);
            }
        }
    }

    private static (string Input, string[] Values)[] Filters(WorkItemRecord item, WorkItemRevision revision) =>
    [
        ("areaPath", [item.Project.Name]),
        ("workItemType", [item.Type]),
        ("tag", revision.Tags?.Split("; ") ?? []),
        ("linksChanged", ["false"]),
    ];

    private WorkItemRecord Alive(int id) => FindWorkItem(id) is { IsDeleted: false } item
        ? item
        : throw new InvalidOperationException($"{Name} has no work item {id}.");
}
