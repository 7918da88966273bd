using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Ingress;

namespace AzdoWebhookBridge.AzureDevOps.Hooks;

/// <summary>
/// What hooks are to call, and as whom: the first ingress credential, because the others are there to run out.
/// </summary>
internal sealed class HookEndpoint
{
    /// <summary>The header that tells which credential a hook has: the credential itself cannot be read back.</summary>
    public const string MarkerHeader = "X-Azdo-Bridge";

    private const int MarkerIterations = 200_000;

    private readonly string _username = "";
    private readonly string _password = "";
    private readonly string _headerName = "";
    private readonly string _headerValue = "";
    private readonly Lazy<string> _marker;

    private HookEndpoint(string url, IngressCredential credential)
    {
        Url = url;
        // To the letter: the ingress compares them so.
        _username = credential.Username;
        _password = credential.Password;
        _marker = new(() => MarkerOf(url, _username, _password));
    }

    private HookEndpoint(string url, string headerName, string headerValue)
    {
        Url = url;
        _headerName = headerName.Trim();
        _headerValue = headerValue;
        _marker = new(() => MarkerOf(url, _headerName, _headerValue));
    }

    public string Url { get; }

    /// <summary>
    /// 24 bits of a slow hash: enough to see that the credential changed, too little to learn it from, and slow to try passwords on.
    /// </summary>
    public string Marker => _marker.Value;

    /// <summary>The values of a hook's inputs; all of them texts, as the service wants it.</summary>
    public IReadOnlyDictionary<string, string> ConsumerInputs => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [HookInputs.Url] = Url,
        [HookInputs.Username] = _username,
        [HookInputs.Password] = _password,
        [HookInputs.Headers] = _headerName.Length == 0
            ? $"{MarkerHeader}:{Marker}"
            : $"{MarkerHeader}:{Marker}\n{_headerName}:{_headerValue}",
        ["resourceDetailsToSend"] = "all",
        ["messagesToSend"] = "none",
        ["detailedMessagesToSend"] = "none",
        ["acceptUntrustedCerts"] = "false",
    };

    /// <returns>False with the setting that is missing.</returns>
    public static bool TryMake(
        AzureDevOpsOptions options, string pathBase, IngressOptions ingress,
        [NotNullWhen(true)] out HookEndpoint? endpoint, [NotNullWhen(false)] out string? problem)
    {
        endpoint = null;
        problem = null;
        if (!CatalogAddress.TryParse(options.PublicUrl, out _))
        {
            problem = "AzureDevOps:PublicUrl is not set, or no plain address: it is where Azure DevOps reaches the bridge, such as https://bridge.example.";
            return false;
        }

        var url = HookUrl.Compose(options.PublicUrl, pathBase, IngressEndpoints.Path);
        if (ingress.Credentials.FirstOrDefault(credential => credential.Username.Length > 0 && credential.Password.Length > 0) is { } basic)
        {
            endpoint = new HookEndpoint(url, basic);
        }
        else if (!string.IsNullOrWhiteSpace(ingress.Header.Name) && ingress.Header.Values.FirstOrDefault(value => value.Length > 0) is { } value)
        {
            endpoint = new HookEndpoint(url, ingress.Header.Name, value);
        }
        else
        {
            problem = "Ingress:Credentials:0:Username and :Password are not set: without a credential the bridge takes no event, so no hook can be made.";
            return false;
        }

        return true;
    }

    /// <summary>Whether hooks made for the one are as those made for the other.</summary>
    public bool IsSameAs(HookEndpoint? other) =>
        other is not null && Url == other.Url && _username == other._username && _password == other._password
        && _headerName == other._headerName && _headerValue == other._headerValue;

    private static string MarkerOf(string url, string name, string secret)
    {
        var hash = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{url}\n{name}"), MarkerIterations, HashAlgorithmName.SHA256, 3);
        return $"credential={Convert.ToHexStringLower(hash)}";
    }
}

/// <summary>Names of inputs that mean something to us.</summary>
internal static class HookInputs
{
    public const string ProjectId = "projectId";
    public const string Url = "url";
    public const string Username = "basicAuthUsername";
    public const string Password = "basicAuthPassword";
    public const string Headers = "httpHeaders";

    public const string ConsumerId = "webHooks";
    public const string ConsumerActionId = "httpRequest";

    /// <summary>Narrow a hook to some events. Others that a service adds by itself (<c>tfsSubscriptionId</c>, …) do not.</summary>
    private static readonly HashSet<string> Filters = new(StringComparer.OrdinalIgnoreCase)
    {
        "repository", "branch", "pushedBy", "pullrequestCreatedBy", "pullrequestReviewersContains", "notificationType", "mergeResult", "commentPattern",
        "path", "checkedInBy", "policyName",
        "pipelineId", "runStateId", "runResultId", "stageNameId", "stageStateId", "stageResultId", "jobNameId", "jobStateId", "jobResultId",
        "environmentName", "checkTypeId", "checkStatusId",
        "definitionName", "buildStatus",
        "areaPath", "workItemType", "tag", "changedFields", "linksChanged",
        "releaseDefinitionId", "releaseEnvironmentId", "releaseEnvironmentStatus", "releaseApprovalStatus", "releaseApprovalType",
    };

    public static bool IsFilter(string name, string value) =>
        Filters.Contains(name) && !string.IsNullOrWhiteSpace(value) && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>A secret as the service shows it.</summary>
    public static bool IsMasked(string value) => value.Length > 0 && value.All(letter => letter is '*' or '\u2022');
}
