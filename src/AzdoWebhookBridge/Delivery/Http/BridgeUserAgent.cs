using System.Reflection;
using System.Security.Cryptography;

namespace AzdoWebhookBridge.Delivery.Http;

/// <summary>
/// How we introduce ourselves: <c>azdo-webhook-bridge/VERSION/INSTANCE</c>. Port keeps it as the entity's <c>$datasource</c>,
/// so it must not tell the host's name.
/// </summary>
internal sealed class BridgeUserAgent
{
    public const string Product = "azdo-webhook-bridge";

    /// <summary>The version of this build.</summary>
    public static readonly string Version =
        typeof(BridgeUserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public BridgeUserAgent(string instance) => Value = $"{Product}/{Version}/{instance}";

    public string Value { get; }

    /// <summary>For one run of the process, when nobody gave a name.</summary>
    public static BridgeUserAgent ForThisRun() => new(RandomNumberGenerator.GetHexString(8, lowercase: true));
}
