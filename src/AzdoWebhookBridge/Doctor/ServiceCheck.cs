using System.Runtime.CompilerServices;
using System.Text.Json;
using AzdoWebhookBridge.Delivery.Http;
using AzdoWebhookBridge.Operations.Access;

namespace AzdoWebhookBridge.Doctor;

/// <summary>The running service on this machine: its readiness, and whether its API takes our key.</summary>
internal sealed class ServiceCheck(PlainHttp http, DoctorWishes wishes, IConfiguration configuration) : IDoctorCheck
{
    public string Name => "service";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (answer, _) = await http.GetAsync(wishes.ServiceAddress, cancellationToken).ConfigureAwait(false);
        using var json = answer?.TryReadObject();
        if (answer is null)
        {
            yield return new Finding(
                Name, Severity.Warning, $"No service answers at {wishes.ServiceAddress.GetLeftPart(UriPartial.Authority)}.",
                "Start it by 'bridge serve'; when it listens elsewhere, set ASPNETCORE_URLS as it does.");
            yield break;
        }

        if (json is null || !json.RootElement.TryGetProperty("checks", out var checks) || checks.ValueKind != JsonValueKind.Array)
        {
            yield return new Finding(
                Name, Severity.Warning, $"Something else than the bridge answers at {wishes.ServiceAddress.GetLeftPart(UriPartial.Authority)} (status {answer.Status}).",
                "Set ASPNETCORE_URLS as the service has it.");
            yield break;
        }

        foreach (var check in checks.EnumerateArray())
        {
            var severity = Text(check, "status") switch { "healthy" => Severity.Ok, "degraded" => Severity.Warning, _ => Severity.Problem };
            if (severity != Severity.Ok)
            {
                yield return new Finding(Name, severity, $"{Text(check, "name")}: {Text(check, "detail")}");
            }
        }

        yield return answer.IsSuccess
            ? new Finding(Name, Severity.Ok, "Runs and is ready.")
            : new Finding(Name, Severity.Problem, "Runs, but is not ready: events are refused with 503.", "See the findings above and the service's log.");
        yield return await KeyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Finding> KeyAsync(CancellationToken cancellationToken)
    {
        var admin = new AdminOptions();
        configuration.GetSection(AdminOptions.SectionName).Bind(admin);
        if (admin.ApiKeys.Concat(admin.ReadOnlyApiKeys).FirstOrDefault(one => one.Length > 0) is not { } configured)
        {
            return new Finding(
                "api key", Severity.Warning, "No key is configured, so the API, the metrics and 'bridge events' are closed.", "Set Admin:ApiKeys:0 to a random text.");
        }

        var key = new SecretText(configured);
        var root = wishes.ServiceAddress.AbsoluteUri[..^"health/ready".Length];
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root + "api/overview"));
        request.Headers.TryAddWithoutValidation("X-Api-Key", key.Reveal());
        var (answer, failure) = await http.SendAsync(request, [key], cancellationToken).ConfigureAwait(false);
        return answer switch
        {
            { IsSuccess: true } => new Finding("api key", Severity.Ok, "The service takes it."),
            { Status: 401 or 403 } => new Finding(
                "api key", Severity.Problem, $"The service refuses the configured key (status {answer.Status}).", "It runs with another Admin:ApiKeys: restart it, or use its key."),
            _ => new Finding("api key", Severity.Warning, $"The API did not answer as expected: {failure ?? $"status {answer!.Status}."}"),
        };
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
