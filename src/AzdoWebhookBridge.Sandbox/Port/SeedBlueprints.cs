namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>The four blueprints that Port's own Azure DevOps example starts from.</summary>
public static class SeedBlueprints
{
    public static SandboxBlueprint Project { get; } = Define("project", "Project", """
        "description": { "type": "string", "title": "Description" },
        "url": { "type": "string", "format": "url", "title": "Link" },
        "visibility": { "type": "string", "title": "Visibility" },
        "last_updated_time": { "type": "string", "format": "date-time", "title": "Last update" }
        """, isRelatedToProject: false);

    public static SandboxBlueprint Repository { get; } = Define("repository", "Repository", """
        "url": { "type": "string", "format": "url", "title": "Link" },
        "default_branch": { "type": "string", "title": "Default branch" },
        "is_disabled": { "type": "boolean", "default": false, "title": "Disabled" }
        """);

    public static SandboxBlueprint Pipeline { get; } = Define("pipeline", "Pipeline", """
        "url": { "type": "string", "format": "url", "title": "Link" },
        "revision": { "type": "number", "title": "Revision" }
        """);

    public static SandboxBlueprint WorkItem { get; } = Define("work_item", "Work item", """
        "url": { "type": "string", "format": "url", "title": "Link" },
        "revision": { "type": "number", "title": "Revision" },
        "type": { "type": "string", "title": "Type" },
        "state": { "type": "string", "title": "State" },
        "created_date": { "type": "string", "format": "date-time", "title": "Created" },
        "created_by": { "type": "string", "title": "Created by" },
        "updated_date": { "type": "string", "format": "date-time", "title": "Changed" },
        "priority": { "type": "number", "title": "Priority" }
        """);

    /// <summary>All of them, targets of relations first.</summary>
    public static IReadOnlyList<SandboxBlueprint> All { get; } = [Project, Repository, Pipeline, WorkItem];

    private static SandboxBlueprint Define(string name, string title, string properties, bool isRelatedToProject = true)
    {
        var relations = isRelatedToProject
            ? """ "project": { "title": "Project", "target": "azure_devops_project", "many": false, "required": false } """
            : "";
        return SandboxBlueprint.Parse($$"""
            {
              "identifier": "azure_devops_{{name}}",
              "title": "{{title}}",
              "icon": "AzureDevops",
              "schema": { "properties": { {{properties}} }, "required": [] },
              "mirrorProperties": {},
              "calculationProperties": {},
              "relations": { {{relations}} }
            }
            """);
    }
}
