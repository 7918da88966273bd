namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>What is to be hooked, and how to judge what is there.</summary>
/// <param name="EventTypes">Those that the rules of the mapping name.</param>
/// <param name="EnablesDisabledByUser">See <see cref="HookPlanRules.EnablesDisabledByUser"/>.</param>
/// <param name="RewritesAll">See <see cref="HookPlanRules.RewritesAll"/>.</param>
internal sealed record HookWish(IReadOnlyCollection<string> EventTypes, bool EnablesDisabledByUser = true, bool RewritesAll = false);

/// <summary>A step that did not work.</summary>
/// <param name="Change">Which.</param>
/// <param name="Problem">Why, as a sentence.</param>
internal sealed record HookFailure(HookChange Change, AzureDevOpsException Problem)
{
    /// <summary>Whether it is about this one hook: others may work.</summary>
    public bool IsOfThisHook =>
        Problem.Failure is AzureDevOpsFailure.Refused or AzureDevOpsFailure.NotFound or AzureDevOpsFailure.Forbidden or AzureDevOpsFailure.OutcomeUnknown;
}

/// <summary>What came of a plan.</summary>
/// <param name="Done">Steps that the service took, in their order.</param>
/// <param name="Failures">Steps that it did not take, in their order.</param>
/// <param name="NotTried">Steps that had to wait for those.</param>
internal sealed record HookOutcome(IReadOnlyList<HookChange> Done, IReadOnlyList<HookFailure> Failures, IReadOnlyList<HookChange> NotTried)
{
    /// <summary>Why the first of them failed; null when all went well.</summary>
    public AzureDevOpsException? Problem => Failures.Count == 0 ? null : Failures[0].Problem;
}
