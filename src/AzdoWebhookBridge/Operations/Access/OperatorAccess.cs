namespace AzdoWebhookBridge.Operations.Access;

/// <summary>How this process lets operators in, beyond API keys. Set while the application is composed.</summary>
internal sealed class OperatorAccess
{
    /// <summary>The documents are open: for the demonstration, which has nothing to hide.</summary>
    public bool DemoMode { get; set; }

    /// <summary>The authentication scheme of the dashboard's sign-in; null while there is none.</summary>
    public string? InteractiveScheme { get; set; }
}

/// <summary>Names of the policies. An endpoint that names none and does not allow anonymous callers needs <see cref="Read"/>.</summary>
internal static class OperatorPolicies
{
    /// <summary>Any key or sign-in.</summary>
    public const string Read = "operator-read";

    /// <summary>A full key, or a sign-in with one.</summary>
    public const string Write = "operator-write";

    /// <summary>As <see cref="Read"/>, and open in the demonstration.</summary>
    public const string Documents = "operator-documents";

    /// <summary>The claim that says how much an operator may do: <see cref="FullAccess"/> or <see cref="ReadAccess"/>.</summary>
    public const string AccessClaim = "bridge:access";

    public const string FullAccess = "full";

    public const string ReadAccess = "read";
}
