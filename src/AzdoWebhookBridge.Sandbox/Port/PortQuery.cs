using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Port;

/// <summary>
/// Query parameters. Names that a route does not know are refused: with a misspelt <c>merge</c> every upsert would
/// silently become a replace.
/// </summary>
internal static class PortQuery
{
    public const string Upsert = "upsert";
    public const string Merge = "merge";
    public const string CreateMissing = "create_missing_related_entities";
    public const string ValidationOnly = "validation_only";
    public const string DeleteDependents = "delete_dependents";

    // Provenance that Port's own clients send along with writes.
    private static readonly string[] Provenance =
        ["run_id", "node_run_identifier", "ocean_info_event_type", "ocean_info_resync_id"];

    private static readonly string[] Projections = ["include", "include[]", "exclude", "exclude[]"];

    private static readonly string[] ReadFlags =
    [
        "exclude_calculated_properties", "attach_title_to_relation", "attach_identifier_to_title_mirror_properties",
        "allow_partial_results",
    ];

    public static PortError? CheckWrite(SandboxExchange exchange, string[] flags, string? requiredFlag = null) =>
        Check(exchange, flags, Provenance, requiredFlag);

    public static PortError? CheckRead(SandboxExchange exchange) => Check(exchange, ReadFlags, Projections);

    public static PortError? Check(SandboxExchange exchange, string[] flags, string[] texts, string? requiredFlag = null)
    {
        foreach (var (name, values) in exchange.Request.Query)
        {
            if (flags.Contains(name, StringComparer.Ordinal))
            {
                if (values is not [("true" or "false")])
                {
                    return PortError.Invalid($"querystring/{name} must be true or false, once");
                }
            }
            else if (!texts.Contains(name, StringComparer.Ordinal))
            {
                return PortError.Invalid($"querystring must not have the parameter \"{name}\"");
            }
        }

        return requiredFlag is not null && !exchange.Request.Query.ContainsKey(requiredFlag)
            ? PortError.Invalid($"querystring must have required parameter \"{requiredFlag}\"")
            : null;
    }

    public static bool Flag(SandboxExchange exchange, string name) => exchange.QueryValue(name) == "true";

    public static string[] List(SandboxExchange exchange, string name) =>
    [
        .. exchange.Request.Query.Where(pair => pair.Key == name || pair.Key == name + "[]").SelectMany(pair => pair.Value),
    ];
}
