using System.Globalization;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.AzureDevOps;

/// <summary>A request to one organization, taken apart.</summary>
internal sealed class AzureDevOpsCall
{
    private readonly SandboxExchange _exchange;
    private readonly int _area;

    public AzureDevOpsCall(SandboxExchange exchange, SandboxOrganization organization, int organizationIndex)
    {
        (_exchange, Organization) = (exchange, organization);
        _area = organizationIndex + 1;
        if (!IsApis(_area))
        {
            var name = exchange.Segment(_area);
            Project = organization.FindProject(name) ?? throw AzureDevOpsRefusal.NotFound(
                "ProjectDoesNotExistWithNameException",
                $"TF200016: The following project does not exist: {name}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.");
            while (!IsApis(_area))
            {
                _area++; // a team, which does not matter here
            }
        }
    }

    public SandboxOrganization Organization { get; }

    /// <summary>The project in the path; null at the organization's own routes.</summary>
    public ProjectRecord? Project { get; }

    /// <summary>The projects that the call is about: that of the path, or all.</summary>
    public IReadOnlyList<ProjectRecord> Projects => Project is null ? Organization.ProjectRecords : [Project];

    /// <summary>The body, which must be an object.</summary>
    public JsonObject Body => _exchange.Json as JsonObject
        ?? throw AzureDevOpsRefusal.Invalid("Value cannot be null. Parameter name: the body must be a JSON object.");

    /// <summary>A segment after <c>_apis</c>; 0 is the area.</summary>
    public string Part(int index) => _exchange.Segment(_area + 1 + index);

    public int PartNumber(int index) => int.TryParse(Part(index), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw AzureDevOpsRefusal.Invalid($"The request is invalid. The parameter in the path, {Part(index)}, is no number.");

    /// <summary>A parameter of the query; names are compared without case, as the service does.</summary>
    public string? Query(string name) => QueryOf(_exchange, name);

    public static string? QueryOf(SandboxExchange exchange, string name) =>
        exchange.Request.Query.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is [{ Length: > 0 } value, ..]
            ? value
            : null;

    public int? QueryNumber(string name) => Query(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw AzureDevOpsRefusal.Invalid($"The request is invalid. The value '{text}' of {name} is not a number that is not negative.");

    public bool QueryFlag(string name) => Query(name) is { } text && (bool.TryParse(text, out var flag)
        ? flag
        : throw AzureDevOpsRefusal.Invalid($"The request is invalid. The value '{text}' of {name} is neither true nor false."));

    /// <summary>One of some words; the first is what no word means.</summary>
    public string QueryChoice(string name, params IReadOnlyList<string> choices) => Query(name) is not { } text ? choices[0]
        : choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw AzureDevOpsRefusal.Invalid($"The request is invalid. The value '{text}' of {name} is none of {string.Join(", ", choices)}.");

    public DateTimeOffset? QueryTime(string name) => Query(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw AzureDevOpsRefusal.Invalid($"The request is invalid. The value '{text}' of {name} is no time.");

    /// <summary>The envelope of every list.</summary>
    public static SandboxAnswer List(IEnumerable<JsonNode?> items)
    {
        var value = new JsonArray([.. items]);
        return new SandboxAnswer(200, new JsonObject { ["count"] = value.Count, ["value"] = value });
    }

    private bool IsApis(int index) => _exchange.Segment(index).Equals("_apis", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Where a route exists.</summary>
[Flags]
internal enum RouteScope
{
    Organization = 1,
    Project = 2,
    Both = Organization | Project,
    Team = 4,
}

/// <summary>A route below <c>_apis</c>.</summary>
internal sealed record AzureDevOpsRoute(string Method, string Path, RouteScope Scope, Func<AzureDevOpsCall, SandboxAnswer> Handle);
