using System.Runtime.CompilerServices;
using AzdoWebhookBridge.Ingress;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Who may deliver events, and whether anybody could guess how.</summary>
internal sealed class IngressCheck(IOptions<IngressOptions> options) : IDoctorCheck
{
    /// <summary>Below this a password can be tried out.</summary>
    private const int ShortestSecret = 16;

    private static readonly string[] Known =
    [
        "password", "passw0rd", "secret", "changeme", "change-me", "admin", "test", "demo", "webhook", "azure", "azure-devops", "azuredevops",
        "123456", "12345678", "123456789", "qwerty", "letmein", "bridge", "hook", "port", "konnect",
    ];

    public string Name => "ingress";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        if (!new IngressSettings(options.Value, long.MaxValue).HasCredential)
        {
            yield return new Finding(
                Name, Severity.Problem, "No credential is configured, so every delivery is refused.",
                "Set Ingress:Credentials:0:Username and Ingress:Credentials:0:Password (32 random characters).");
            yield break;
        }

        var secrets = options.Value.Credentials.Where(one => one.Password.Length > 0).Select((one, index) =>
                ($"Ingress:Credentials:{index}:Password", one.Password, one.Username))
            .Concat(options.Value.Header.Values.Where(value => value.Length > 0).Select((value, index) => ($"Ingress:Header:Values:{index}", value, "")));
        var isFine = true;
        foreach (var (key, secret, username) in secrets)
        {
            if (Judge(key, secret, username) is { } finding)
            {
                isFine = false;
                yield return finding;
            }
        }

        if (isFine)
        {
            yield return new Finding(Name, Severity.Ok, "Takes deliveries, with credentials that cannot be guessed.");
        }
    }

    private Finding? Judge(string key, string secret, string username)
    {
        const string Fix = "Choose 32 random characters, add them as a second credential, run 'bridge hooks apply', then remove the old one.";
        var isKnown = Known.Contains(secret, StringComparer.OrdinalIgnoreCase) || string.Equals(secret, username, StringComparison.OrdinalIgnoreCase);
        return isKnown ? new Finding(Name, Severity.Problem, $"{key} is one that everybody tries.", Fix)
            : secret.Length < ShortestSecret || secret.Distinct().Count() < 6 ? new Finding(Name, Severity.Warning, $"{key} is weak: fewer than {ShortestSecret} characters, or too much alike.", Fix)
            : null;
    }
}
