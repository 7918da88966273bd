using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Tests.Mapping;

/// <summary>One rule for what a service hook tells and for what a backfill reads.</summary>
public sealed class BackfillRuleTests
{
    private const string Rules =
        """
        port:
          - name: both
            blueprint: item
            filter: .body.eventType == "workitem.created" and (.body.resource.rev == 1)
            backfill: [workitem]
            entity: { identifier: .body.resource.id | tostring }
          - name: backfill only
            blueprint: repo
            backfill: repository
            entity: { identifier: .body.resource.repository.id }
        """;

    [Fact]
    public void Rule_IsForItsKind_WhateverItsFilterSays()
    {
        var result = MappingTestBed.Map(
            MappingTestBed.Load(Rules), """{"eventType":"backfill.workitem","resource":{"id":7,"rev":5}}""", isBackfill: true);

        Assert.Equal("7", MappingTestBed.Only(result, "item").Key.Identifier);
    }

    [Fact]
    public void RuleWithoutFilter_IsForItsKindAlone()
    {
        var rules = MappingTestBed.Load(Rules);

        Assert.Equal(MappingOutcome.Ignored, MappingTestBed.Map(rules, """{"eventType":"git.push","resource":{"repository":{"id":"r"}}}""").Outcome);
        Assert.Single(MappingTestBed.Map(rules, """{"eventType":"backfill.repository","resource":{"repository":{"id":"r"}}}""", isBackfill: true).Changes);
    }

    [Fact]
    public void BackfillEventFromOutside_IsNotBelieved()
    {
        var result = MappingTestBed.Map(MappingTestBed.Load(Rules), """{"eventType":"backfill.workitem","resource":{"id":7,"rev":5}}""");

        Assert.Equal(MappingOutcome.Ignored, result.Outcome);
        Assert.Contains("came in from outside", result.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void PruneFromOutside_DeletesNothing() =>
        Assert.Empty(MappingTestBed.Map(
            MappingTestBed.Load(Rules),
            """{"eventType":"backfill.prune","resource":{"entities":[{"target":"port","blueprint":"item","identifier":"7"}]}}""").Changes);

    [Fact]
    public void Kinds_AreThoseThatRulesUse_ParentsFirst()
    {
        Assert.Equal(["repository", "workitem"], MappingTestBed.Load(Rules).BackfillKinds);
        Assert.Equal(
            ["project", "repository", "repository.deleted", "pipeline", "workitem", "workitem.deleted"], BuiltInMapping.Rules.BackfillKinds);
    }

    [Fact]
    public void EventTypes_ForSubscriptions_AreThoseOfFiltersOnly() =>
        Assert.Equal(["workitem.created"], MappingTestBed.Load(Rules).EventTypes);

    [Fact]
    public void UnknownKind_IsAProblemWithAHint()
    {
        var result = MappingLoader.Load("port: [{blueprint: a, backfill: workitems, entity: {identifier: .body.id}}]", "test.yaml");

        Assert.Contains("did you mean 'workitem'", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprint_CoversBackfill() => Assert.NotEqual(
        MappingTestBed.Load(Rules).Fingerprint, MappingTestBed.Load(Rules.Replace("backfill: [workitem]", "backfill: [run]", StringComparison.Ordinal)).Fingerprint);
}
