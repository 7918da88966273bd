using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Sandbox.AzureDevOps;

namespace AzdoWebhookBridge.Benchmarks.Parts;

/// <summary>Made-up events of the shape and the size that Azure DevOps sends.</summary>
internal static class SampleEvents
{
    // Azure DevOps escapes no more than it must.
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly SampleOrganization Contoso = new("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));

    /// <summary>A push of one commit, about 2 KB.</summary>
    public static byte[] Push { get; } = Encoding.UTF8.GetBytes(
        Contoso.Push(Contoso.Repository(Contoso.Project("Payments"), "Checkout API")).ToJsonString(Relaxed));

    /// <summary>An update of a bug with the fields that people fill in, about 5 KB.</summary>
    public static byte[] WorkItemUpdated { get; } = Encoding.UTF8.GetBytes(FilledIn(
        Contoso.WorkItemUpdated(Contoso.Project("Payments"), 101, 3, "Amounts are off by a cent")).ToJsonString(Relaxed));

    public static EventInput Input(byte[] body) => new()
    {
        Body = body,
        Context = EventInput.NoContext,
        EventKey = "0123456789abcdef",
        EventTime = 638_000_000_000_000_000,
    };

    private static JsonNode FilledIn(JsonNode updated)
    {
        const string Text = "Bug #101 (Amounts are off by a cent) updated by Ada Example.";
        const string Html = "<a href=\"https://dev.azure.com/contoso/web/wi.aspx?pcguid=011858c1&id=101\">Bug #101</a> (Amounts are off by a cent) updated by Ada Example.";
        updated["message"] = Message(Text, Html);
        updated["detailedMessage"] = Message(Text + "\r\n- State: Active", Html + "<ul><li>State: Active</li></ul>");
        var fields = updated["resource"]!["revision"]!["fields"]!.AsObject();
        fields["System.Description"] = "<div>The sum of an order with more than one tax rate differs from the sum of its lines.</div>";
        fields["System.Tags"] = "money; rounding";
        fields["System.BoardColumn"] = "Active";
        fields["System.BoardColumnDone"] = false;
        fields["Microsoft.VSTS.Common.StateChangeDate"] = "2026-01-05T09:00:01.42Z";
        fields["Microsoft.VSTS.Common.ActivatedDate"] = "2026-01-05T09:00:01.42Z";
        fields["Microsoft.VSTS.Common.ActivatedBy"] = "Ada Example <Ada@example.com>";
        fields["Microsoft.VSTS.Common.Severity"] = "3 - Medium";
        fields["Microsoft.VSTS.Common.ValueArea"] = "Business";
        fields["Microsoft.VSTS.Common.StackRank"] = 1999952437.5;
        fields["Microsoft.VSTS.TCM.SystemInfo"] = "<div>Checkout API 4.2 on Linux</div>";
        fields["Microsoft.VSTS.TCM.ReproSteps"] =
            "<ol><li>Order two books and a mug.</li><li>Choose delivery to another country.</li><li>Compare the sum with that of the lines.</li></ol>";
        fields["Custom.Team"] = "Checkout";
        return updated;
    }

    private static JsonObject Message(string text, string html) => new() { ["text"] = text, ["html"] = html, ["markdown"] = text };
}
