using System.Globalization;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Sandbox.Hosting;

namespace AzdoWebhookBridge.Sandbox.Konnect;

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">Where.</param>
/// <param name="Rule">One of the rules that the contract lists.</param>
/// <param name="Reason">For people.</param>
/// <param name="Bound">The limit, which the length rules have to name.</param>
/// <param name="Source">body or query.</param>
internal sealed record InvalidParameter(string Field, string Rule, string Reason, int? Bound = null, string Source = "body");

/// <summary>Errors as Konnect writes them: problem+json with a trace.</summary>
internal static class KonnectProblem
{
    private const string MediaType = "application/problem+json";

    private static long _trace = 1_000_000_000;

    public static SandboxAnswer BadRequest(params IEnumerable<InvalidParameter> parameters)
    {
        var answer = Of(400, "Bad Request", "Invalid parameters");
        answer.Body!["invalid_parameters"] = new JsonArray([.. parameters.Select(ToJson)]);
        return answer;
    }

    public static SandboxAnswer Unauthorized() => Of(401, "Unauthorized", "Invalid credentials");

    public static SandboxAnswer Forbidden() => Of(403, "Forbidden", "Forbidden");

    public static SandboxAnswer NotFound() => Of(404, "Not Found", "Not found");

    public static SandboxAnswer Conflict(string detail) => Of(409, "Conflict", detail);

    public static SandboxAnswer Of(int status, string title, string detail) => new(status, new JsonObject
    {
        ["status"] = status,
        ["title"] = title,
        ["type"] = "https://httpstatuses.com/" + status.ToString(CultureInfo.InvariantCulture),
        ["instance"] = "kong:trace:" + Interlocked.Increment(ref _trace).ToString(CultureInfo.InvariantCulture),
        ["detail"] = detail,
    })
    {
        ContentType = MediaType,
    };

    private static JsonObject ToJson(InvalidParameter parameter)
    {
        var json = new JsonObject
        {
            ["field"] = parameter.Field,
            ["rule"] = parameter.Rule,
            ["reason"] = parameter.Reason,
            ["source"] = parameter.Source,
        };
        if (parameter.Bound is { } bound)
        {
            json[parameter.Rule.StartsWith("min", StringComparison.Ordinal) ? "minimum" : "maximum"] = bound;
        }

        return json;
    }
}
