using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>The presets on every reference event: which entities, and that each fits its blueprint.</summary>
public sealed class PresetReferenceTests
{
    private const string SamplePullRequest = "pull_request 4bc14d40-c903-45e2-872e-0462c7748079/1";
    private const string Run = "build 5a9cc47d-2818-4a4a-b99d-db0a28f4e08f/5152";
    private const string Project = "be9b3917-87e6-42a4-a549-2bc06a7a878f";

    // The files of a folder, and what each of them gives. Not here: a comment without its pull request, a build whose ids are all zeros.
    private static readonly (string Folder, string Files, string Entities)[] Expected =
    [
        ("git.pullrequest.created", "aspnet-webhooks-1 drone-go-scm-1 go-playground-1 rfennell-dsl-1", SamplePullRequest),
        ("git.pullrequest.merged", "aspnet-webhooks-1 drone-go-scm-1 go-playground-1 jenkins-tfs-plugin-1 rfennell-dsl-1", SamplePullRequest),
        ("git.pullrequest.updated", "aspnet-webhooks-1 drone-go-scm-1 go-playground-1 rfennell-dsl-1", SamplePullRequest),
        ("ms.vss-code.git-pullrequest-comment-event", "drone-go-scm-1 drone-go-scm-2 drone-go-scm-3 go-azuredevops-2", SamplePullRequest),
        ("ms.vss-pipelines.run-state-changed-event",
            "adapted-run-canceled-1 adapted-run-canceling-1 adapted-run-failed-1 adapted-run-minimal-1 adapted-run-partially-succeeded-1 adapted-run-succeeded-1",
            Run),
        ("ms.vss-pipelines.run-state-changed-event", "docs-2022-1", $"build {Project}/11"),
        ("ms.vss-pipelines.run-state-changed-event", "docs-2025-1", "build 11bb11bb-cc22-dd33-ee44-55ff55ff55ff/11"),
        ("ms.vss-release.deployment-approval-completed-event", "rfennell-dsl-1", $"release {Project}/1, environment {Project}/release-stage/1"),
        ("ms.vss-release.deployment-approval-pending-event", "rfennell-dsl-1", $"release {Project}/1, environment {Project}/release-stage/1"),
        ("ms.vss-release.deployment-completed-event", "rfennell-dsl-1", $"environment {Project}/release-stage/1"),
        ("ms.vss-release.deployment-started-event", "rfennell-dsl-1", $"environment {Project}/release-stage/1"),
        ("ms.vss-release.release-abandoned-event", "rfennell-dsl-1", $"release {Project}/4"),
        ("ms.vss-release.release-created-event", "rfennell-dsl-1", $"release {Project}/4"),
    ];

    [ReferenceEventsFact]
    public void EveryEvent_GivesTheExpectedEntities()
    {
        var rules = Rules("pull-requests", "builds", "releases", "environments");
        var actual = ReferenceEvents.All()
            .Select(file => (file.Name, Entities: Describe(Map(rules, file.Body))))
            .Where(file => file.Entities.Length > 0)
            .Select(file => $"{file.Name} = {file.Entities}");
        var expected = Expected.SelectMany(one => one.Files.Split(' ').Select(file => $"{one.Folder}/{file} = {one.Entities}"));
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
    }

    [ReferenceEventsFact]
    public void EveryEntity_FitsItsBlueprint_AndNoExpressionFails()
    {
        foreach (var rules in (MappingRules[])[Rules("pull-requests", "builds", "releases", "environments"), Rules("ocean")])
        {
            foreach (var (name, body) in ReferenceEvents.All())
            {
                var result = Map(rules, body);
                Assert.False(result.Explanation.Contains("rrors\":", StringComparison.Ordinal), $"{name}: {result.Explanation}");
                foreach (var change in result.Changes.Where(change => change.Key.Target == "port"))
                {
                    Assert.DoesNotContain(change.Key.Identifier.Split('/'), part => part is "" or "0" or "null" or "00000000-0000-0000-0000-000000000000");
                    var blueprint = BuiltInBlueprints.Find(change.Key.Blueprint)!;
                    Assert.All(change.Fields, field => AssertFits(name, blueprint, field.Key, field.Value));
                }
            }
        }
    }

    private static void AssertFits(string file, JsonObject blueprint, string path, string json)
    {
        var value = JsonDocument.Parse(json).RootElement;
        if (value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : null;
        var fits = path.Split('/') switch
        {
            ["properties", var name] => blueprint["schema"]!["properties"]![name] is { } property && Fits((string)property["type"]!, (string?)property["format"]),
            ["relations", var name] => blueprint["relations"]![name] is not null && text is not null && CatalogNames.RefuseIdentifier(text) is null,
            _ => path is "title" && !string.IsNullOrEmpty(text),
        };
        Assert.True(fits, $"{file}: {path} = {json}");

        bool Fits(string type, string? format) => (type, format) switch
        {
            ("string", "url") => Uri.IsWellFormedUriString(text, UriKind.Absolute) && !text!.Contains("_apis", StringComparison.Ordinal),
            ("string", "date-time") => (text!.EndsWith('Z') || text[^6] is '+' or '-') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            ("string", _) => !string.IsNullOrEmpty(text),
            ("number", _) => value.ValueKind == JsonValueKind.Number,
            ("boolean", _) => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
            ("array", _) => value.ValueKind == JsonValueKind.Array,
            _ => false,
        };
    }

    private static MappingRules Rules(params string[] presets) => MappingSource.Load(BuiltInMapping.Sources(null, presets)).Rules!;

    private static MappingResult Map(MappingRules rules, byte[] body) => EventMapper.Map(rules, 1, new EventInput
    {
        Body = body,
        Context = """{"headers":{},"queryParams":{}}"""u8.ToArray(),
        EventKey = "event",
        EventTime = MappingTestBed.Time,
    });

    // Of what the presets add.
    private static string Describe(MappingResult result) => string.Join(", ", result.Changes
        .Where(change => change.Key.Blueprint is "azure_devops_pull_request" or "azure_devops_build" or "azure_devops_release" or "azure_devops_environment")
        .Select(change => $"{change.Key.Blueprint["azure_devops_".Length..]} {change.Key.Identifier}"));
}
