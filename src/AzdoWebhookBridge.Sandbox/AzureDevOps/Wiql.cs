namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>A query, ready to run.</summary>
internal sealed record Wiql(IReadOnlyList<string> Columns, Func<WorkItemRecord, bool> Where, IReadOnlyList<(string Field, bool IsDescending)> Order)
{
    private static readonly Dictionary<string, Func<WorkItemRecord, IComparable?>> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["System.Id"] = item => (decimal)item.Id,
        ["System.Rev"] = item => (decimal)item.Latest.Number,
        ["System.Title"] = item => item.Latest.Title,
        ["System.State"] = item => item.Latest.State,
        ["System.WorkItemType"] = item => item.Type,
        ["System.TeamProject"] = item => item.Project.Name,
        ["System.AreaPath"] = item => item.Project.Name,
        ["System.IterationPath"] = item => item.Project.Name,
        ["System.CreatedDate"] = item => item.CreatedAt,
        ["System.ChangedDate"] = item => item.Latest.ChangedAt,
        ["System.Tags"] = item => item.Latest.Tags,
        ["Microsoft.VSTS.Common.Priority"] = item => (decimal)item.Latest.Priority,
    };

    /// <summary>How to read a field; null when there is none of that name.</summary>
    public static Func<WorkItemRecord, IComparable?>? Field(string name) => Fields.GetValueOrDefault(name);

    public IReadOnlyList<WorkItemRecord> Run(IReadOnlyList<WorkItemRecord> items, int top)
    {
        var found = items.Where(item => !item.IsDeleted && Where(item));
        if (Order is not ([] or [("System.Id", false)]))
        {
            IOrderedEnumerable<WorkItemRecord>? ordered = null;
            foreach (var (field, isDescending) in Order)
            {
                var key = Field(field)!;
                ordered = (ordered, isDescending) switch
                {
                    (null, false) => found.OrderBy(key),
                    (null, true) => found.OrderByDescending(key),
                    (_, false) => ordered.ThenBy(key),
                    _ => ordered.ThenByDescending(key),
                };
            }

            found = ordered!;
        }

        return [.. found.Take(top)];
    }
}

/// <summary>What the macros of a query stand for.</summary>
/// <param name="Project">The name for <c>@project</c>; null where there is none.</param>
/// <param name="Now">For <c>@today</c>.</param>
/// <param name="HasTimePrecision">Whether dates may have a time.</param>
internal sealed record WiqlContext(string? Project, DateTimeOffset Now, bool HasTimePrecision);
