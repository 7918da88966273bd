using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.AzureDevOps;
using AzdoWebhookBridge.AzureDevOps.Hooks;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.AzureDevOps;

public sealed class HookPlanTests
{
    private const string Url = "https://bridge.example/hooks/webhooks/azure-devops";

    private static readonly IReadOnlyList<HookEvent> TwoEvents = [HookEvents.Find("git.push")!, HookEvents.Find("workitem.updated")!];

    private static HookPlanRules Rules => new() { UrlIsOurs = url => HookUrl.AreEqual(url, Url) };

    [Fact]
    public void NothingThere_MakesAll()
    {
        var plan = Plan(Desired(), []);

        Assert.Equal(["Create git.push contoso", "Create workitem.updated contoso"], Shown(plan));
        Assert.False(plan.IsHealthy);
    }

    [Fact]
    public void WhatWasMade_NeedsNoChange_HoweverTheServiceShowsIt()
    {
        var desired = Desired();
        var actual = desired.Select((hook, index) => AsMade(hook, $"s{index}", inputs =>
        {
            inputs["url"] = "HTTPS://Bridge.Example:443/hooks/webhooks/azure-devops/";
            inputs["basicAuthPassword"] = "********";
            inputs["acceptUntrustedCerts"] = "False";
            inputs["businessJustification"] = "because";
        })).ToList();
        var withoutSecrets = desired.Select((hook, index) => AsMade(hook, $"s{index}", inputs =>
        {
            inputs.Remove("basicAuthPassword");
            inputs["httpHeaders"] = "********";
            inputs["resourceDetailsToSend"] = "All";
        })).Select(hook => hook with { ResourceVersion = "" }).ToList();

        Assert.Empty(Plan(desired, actual).Changes);
        Assert.Empty(Plan(desired, withoutSecrets).Changes);
        Assert.True(Plan(desired, actual).IsHealthy);
        Assert.Equal(2, Plan(desired, actual).Unchanged);
    }

    [Theory]
    [InlineData("basicAuthPassword", null)]
    [InlineData("httpHeaders", null)]
    [InlineData(null, "branch")]
    [InlineData(null, "repository")]
    [InlineData(null, "projectId")]
    public void InputThatIsNull_IsNone(string? consumerInput, string? publisherInput)
    {
        var desired = Desired(events: [TwoEvents[0]]);
        var json = JsonNode.Parse(HookBody.Replace(desired[0], new HookSubscription { Id = "s", PublisherId = "tfs", EventType = "x" }).GetRawText())!;
        json["consumerInputs"]![consumerInput ?? "other"] = null;
        json["publisherInputs"]![publisherInput ?? "other"] = null;

        var actual = HookSubscription.Read(JsonSerializer.SerializeToElement(json));
        var plan = Plan(desired, [actual]);

        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Kept);
        Assert.DoesNotContain("null", HookBody.Replace(desired[0], actual).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void ProjectIdOfNothing_IsTheWholeOrganization()
    {
        var desired = Desired(events: [TwoEvents[0]]);

        Assert.Empty(Plan(desired, [AsMade(desired[0], "s") with { PublisherInputs = Inputs(("projectId", "00000000-0000-0000-0000-000000000000")) }]).Changes);
    }

    [Fact]
    public void HeadersThatTheServiceHides_AreNotWrittenForEver_ExceptWhenAskedFor()
    {
        var desired = Desired(events: [TwoEvents[0]]);
        var hidden = AsMade(desired[0], "s", inputs => inputs.Remove("httpHeaders"));

        Assert.Empty(Plan(desired, [hidden]).Changes);
        Assert.Single(Plan(desired, [hidden], Rules with { RewritesAll = true }).Changes);
        Assert.Single(Plan(desired, [AsMade(desired[0], "s", inputs => inputs["httpHeaders"] = "")]).Changes);
    }

    [Fact]
    public void EverythingAtOnce_GivesExactlyTheRightPlan()
    {
        var old = Desired(password: "old password");
        var push = old[0];
        var items = old[1];
        List<HookSubscription> actual =
        [
            AsMade(push, "probation") with { Status = HookSubscription.OnProbation, ProbationRetries = 3 },
            AsMade(push, "double") with { Created = DateTimeOffset.UnixEpoch },
            AsMade(items, "other-password"),
            AsMade(items, "narrowed") with { PublisherInputs = Inputs(("areaPath", "x\\y"), ("tfsSubscriptionId", "t")) },
            AsMade(push, "of-a-project") with { PublisherInputs = Inputs(("projectId", "p1")) },
            AsMade(push, "other-url", inputs => inputs["url"] = "https://other.example/webhooks/azure-devops"),
            AsMade(push, "other-consumer") with { ConsumerId = "slack" },
            AsMade(items, "not-wanted") with { EventType = "tfvc.checkin" },
        ];

        var plan = Plan(Desired(password: "new password"), actual);

        Assert.Equal(
            ["Update git.push contoso double", "Update workitem.updated contoso other-password", "Delete git.push contoso probation", "Delete git.push p1 of-a-project"],
            Shown(plan));
        Assert.Equal([new HookDifference("credential", "***", "***")], plan.Changes[1].Differences);
        Assert.Equal(["narrowed", "not-wanted"], plan.Kept.Select(kept => kept.Subscription.Id));
        Assert.Equal(2, plan.Foreign);
    }

    [Theory]
    [InlineData("onProbation", true, 1)]
    [InlineData("disabledBySystem", true, 1)]
    [InlineData("disabledByInactiveIdentity", false, 1)]
    [InlineData("disabledByUser", true, 1)]
    [InlineData("disabledByUser", false, 0)]
    public void HookThatIsOff_IsSwitchedOn_UnlessAPersonWantedItOff(string status, bool evenThen, int changes)
    {
        var desired = Desired(events: [TwoEvents[0]]);

        var plan = Plan(desired, [AsMade(desired[0], "s") with { Status = status }], Rules with { EnablesDisabledByUser = evenThen });

        Assert.Equal(changes, plan.Changes.Count);
        Assert.All(plan.Changes, change => Assert.Equal(HookChangeKind.Enable, change.Kind));
        Assert.False(plan.IsHealthy);
        Assert.Equal(status, plan.Hooks[0].Status);
    }

    [Fact]
    public void HookMadeByHand_IsTakenOverAndCompleted()
    {
        var desired = Desired(events: [TwoEvents[1]]);
        var byHand = new HookSubscription
        {
            Id = "h",
            PublisherId = "tfs",
            EventType = "workitem.updated",
            ResourceVersion = "1.0",
            ConsumerId = "webHooks",
            ConsumerActionId = "httpRequest",
            Status = "enabled",
            PublisherInputs = Inputs(("areaPath", ""), ("linksChanged", "false"), ("tfsSubscriptionId", "t1"), ("somethingNew", "x")),
            ConsumerInputs = Inputs(("url", Url), ("basicAuthUsername", "somebody"), ("resourceDetailsToSend", "minimal")),
        };

        var change = Assert.Single(Plan(desired, [byHand]).Changes);
        var body = HookBody.Replace(desired[0], byHand);

        Assert.Equal(HookChangeKind.Update, change.Kind);
        Assert.Equal(
            ["resourceVersion", "basicAuthUsername", $"header {HookEndpoint.MarkerHeader}", "resourceDetailsToSend", "messagesToSend", "detailedMessagesToSend"],
            change.Differences.Select(difference => difference.Field));
        Assert.Equal("enabled", body.GetProperty("status").GetString());
        Assert.Equal("t1", body.GetProperty("publisherInputs").GetProperty("tfsSubscriptionId").GetString());
        Assert.False(body.GetProperty("publisherInputs").TryGetProperty("projectId", out _));
        Assert.Equal("secret", body.GetProperty("consumerInputs").GetProperty("basicAuthPassword").GetString());
        Assert.Empty(Plan(desired, [HookSubscription.Read(body)]).Changes);
    }

    [Fact]
    public void NarrowedHook_DoesNotStandForTheWhole()
    {
        var desired = Desired(events: [TwoEvents[0]]);

        var plan = Plan(desired, [AsMade(desired[0], "n") with { PublisherInputs = Inputs(("Branch", "main")) }]);

        Assert.Equal(["Create git.push contoso"], Shown(plan));
        Assert.Equal("somebody narrowed it by Branch", Assert.Single(plan.Kept).Reason);
    }

    [Fact]
    public void ProjectsInsteadOfTheOrganization_ReplaceTheWiderHook()
    {
        var wide = Desired(events: [TwoEvents[0]]);
        var narrow = DesiredHooks.Make("contoso", Endpoint(), [new("p1", "Alpha"), new("P1", "Alpha"), new("p2", "Beta")], [TwoEvents[0]]);

        var plan = Plan(narrow, [AsMade(wide[0], "wide"), AsMade(narrow[0], "one") with { PublisherInputs = Inputs(("projectId", "P1")) }]);

        Assert.Equal(["Create git.push Beta", "Delete git.push contoso wide"], Shown(plan));
    }

    [Fact]
    public void MaskedSecrets_AreNotSentBack()
    {
        var hook = Desired()[0];
        var actual = AsMade(hook, "s", inputs =>
        {
            inputs["basicAuthPassword"] = "********";
            inputs["someOtherSecret"] = "***";
            inputs["businessJustification"] = "because";
        });

        var inputs = HookBody.Replace(hook, actual).GetProperty("consumerInputs");

        Assert.False(inputs.TryGetProperty("someOtherSecret", out _));
        Assert.Equal("because", inputs.GetProperty("businessJustification").GetString());
        Assert.All(inputs.EnumerateObject(), input => Assert.DoesNotContain("***", input.Value.GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void HeaderSecret_IsSentInsteadOfBasic()
    {
        Assert.True(HookEndpoint.TryMake(
            new AzureDevOpsOptions { PublicUrl = "https://bridge.example" }, "",
            new IngressOptions { Header = new IngressHeader { Name = "X-Secret", Values = ["one", "two"] } }, out var endpoint, out _));
        var hook = DesiredHooks.Make("contoso", endpoint, [], [TwoEvents[0]])[0];

        var inputs = HookBody.Create(hook).GetProperty("consumerInputs");

        Assert.Equal($"X-Azdo-Bridge:{endpoint.Marker}\nX-Secret:one", inputs.GetProperty("httpHeaders").GetString());
        Assert.False(inputs.TryGetProperty("basicAuthPassword", out _));
        Assert.DoesNotContain("one", hook.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Marker_ChangesWithTheCredentialOnly()
    {
        Assert.Equal(Endpoint().Marker, Endpoint().Marker);
        Assert.NotEqual(Endpoint().Marker, Endpoint("other").Marker);
        Assert.Matches("^credential=[0-9a-f]{6}$", Endpoint().Marker);
    }

    [Theory]
    [InlineData("https://bridge.example", "", "https://bridge.example/webhooks/azure-devops")]
    [InlineData("https://bridge.example/", "/hooks", "https://bridge.example/hooks/webhooks/azure-devops")]
    [InlineData("https://bridge.example/hooks", "/hooks", "https://bridge.example/hooks/webhooks/azure-devops")]
    [InlineData("https://bridge.example/a", "/hooks", "https://bridge.example/a/hooks/webhooks/azure-devops")]
    public void Url_HasThePathBaseOnce(string publicUrl, string pathBase, string url) =>
        Assert.Equal(url, HookUrl.Compose(publicUrl, pathBase, "/webhooks/azure-devops"));

    [Fact]
    public void MissingSettings_AreNamed()
    {
        Assert.False(HookEndpoint.TryMake(new AzureDevOpsOptions(), "", new IngressOptions(), out _, out var problem));
        Assert.StartsWith("AzureDevOps:PublicUrl", problem, StringComparison.Ordinal);
        Assert.False(HookEndpoint.TryMake(new AzureDevOpsOptions { PublicUrl = "https://b" }, "", new IngressOptions(), out _, out problem));
        Assert.StartsWith("Ingress:Credentials:0", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WantedEvents_AreThoseOfAlwaysAndOfTheRules()
    {
        var builtIn = HookEvents.Wanted(BuiltInMapping.Rules.EventTypes).Select(hook => hook.EventType).ToList();

        Assert.Superset(HookEvents.Always.ToHashSet(), builtIn.ToHashSet());
        Assert.Contains("git.repo.renamed", builtIn);
        Assert.Contains("workitem.deleted", builtIn);
        Assert.DoesNotContain("tfvc.checkin", builtIn);
        Assert.Equal(HookEvents.Always.Order(), HookEvents.Wanted(["backfill.repository", "nonsense"]).Select(hook => hook.EventType).Order());
        Assert.Equal(HookEvents.All.Count, HookEvents.All.Select(hook => hook.EventType).Distinct().Count());
    }

    [Fact]
    public void ElementThatIsNoHook_IsAnError() =>
        Assert.Throws<AzureDevOpsException>(() => HookSubscription.Read(JsonElement.Parse("""{"id":"x"}""")));

    private static HookEndpoint Endpoint(string password = "secret")
    {
        var ingress = new IngressOptions { Credentials = [new IngressCredential { Username = "azdo", Password = password }] };
        Assert.True(HookEndpoint.TryMake(new AzureDevOpsOptions { PublicUrl = "https://bridge.example" }, "/hooks", ingress, out var endpoint, out _));
        return endpoint;
    }

    private static IReadOnlyList<DesiredHook> Desired(string password = "secret", IReadOnlyList<HookEvent>? events = null) =>
        DesiredHooks.Make("contoso", Endpoint(password), [], events ?? TwoEvents);

    private static HookPlan Plan(IReadOnlyList<DesiredHook> desired, IReadOnlyList<HookSubscription> actual, HookPlanRules? rules = null) =>
        HookPlan.Make("contoso", desired, actual, rules ?? Rules);

    /// <summary>As the service has it after it took it, with what it adds.</summary>
    private static HookSubscription AsMade(DesiredHook hook, string id, Action<Dictionary<string, string>>? change = null)
    {
        var read = HookSubscription.Read(HookBody.Replace(hook, new HookSubscription { Id = id, PublisherId = "tfs", EventType = "x" }));
        var inputs = new Dictionary<string, string>(read.ConsumerInputs, StringComparer.OrdinalIgnoreCase) { ["basicAuthPassword"] = "********" };
        change?.Invoke(inputs);
        return read with
        {
            ConsumerInputs = inputs,
            PublisherInputs = new Dictionary<string, string>(read.PublisherInputs, StringComparer.OrdinalIgnoreCase) { ["tfsSubscriptionId"] = "t" },
        };
    }

    private static Dictionary<string, string> Inputs(params (string Key, string Value)[] inputs) =>
        inputs.ToDictionary(input => input.Key, input => input.Value, StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Shown(HookPlan plan) =>
        plan.Changes.Select(change => $"{change.Kind} {change.EventType} {change.Scope} {change.Subscription?.Id}".TrimEnd());
}
