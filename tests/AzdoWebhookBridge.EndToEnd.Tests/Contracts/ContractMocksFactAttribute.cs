namespace AzdoWebhookBridge.EndToEnd.Tests.Contracts;

/// <summary>A test that needs the vendors' documents and the tool that judges by them; skipped, with the reason, without.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContractMocksFactAttribute : FactAttribute
{
    public ContractMocksFactAttribute() => Skip = ContractProxies.WhyNot;
}
