using System.Runtime.CompilerServices;
using System.Text;
using AzdoWebhookBridge.Operations.Options;
using Microsoft.Extensions.Options;

namespace AzdoWebhookBridge.Doctor;

/// <summary>Whoever is told when something goes wrong; a message is sent only on request.</summary>
internal sealed class NotifyCheck(PlainHttp http, IOptions<NotifyOptions> options, DoctorWishes wishes) : IDoctorCheck
{
    private const string Message = """{"event":"test","message":"A test of the bridge's notifications, sent by 'bridge doctor --notify-test'."}""";

    public string Name => "notify";

    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(options.Value.Url))
        {
            yield return wishes.TestsNotify
                ? new Finding(Name, Severity.Problem, "Notify:Url is not set, so there is nobody to send a test to.", "Set Notify:Url.")
                : new Finding(Name, Severity.Skipped, "Notify:Url is not set: nobody is told when something goes wrong.");
            yield break;
        }

        if (!wishes.TestsNotify)
        {
            yield return new Finding(Name, Severity.Skipped, "Is set; --notify-test sends a message.");
            yield break;
        }

        // The address may hold a secret, so only its host is shown.
        var address = new Uri(options.Value.Url);
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(Message, Encoding.UTF8, "application/json") };
        var (answer, failure) = await http.SendAsync(request, [], cancellationToken).ConfigureAwait(false);
        yield return answer switch
        {
            { IsSuccess: true } => new Finding(Name, Severity.Ok, $"{address.Host} took a test message."),
            _ => new Finding(Name, Severity.Problem, $"{address.Host} did not take a test message: {failure ?? $"status {answer!.Status}."}", "Check Notify:Url."),
        };
    }
}
