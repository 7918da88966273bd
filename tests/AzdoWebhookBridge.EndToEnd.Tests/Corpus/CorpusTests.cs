using System.Globalization;
using System.Text;
using System.Text.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Corpus;

/// <summary>Real and odd event bodies through the whole service, against a Port that checks every type and format.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    [ReferenceEventsFact]
    public async Task EveryReferenceEvent_IsTakenOrRefusedForAReason_AndNothingOddReachesTheCatalog()
    {
        await using var rig = await BridgeRig.StartAsync(withKonnect: true);
        var rows = new List<(string Folder, string State, int Entities)>();
        var testEvents = new List<string>();
        foreach (var file in ReferenceEvents.Files())
        {
            var bytes = await File.ReadAllBytesAsync(file);
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json") { CharSet = Encoding.UTF8.WebName };
            var (status, body) = await rig.PostAsync(content);
            var folder = Path.GetFileName(Path.GetDirectoryName(file))!;
            var hasType = HasEventType(bytes);
            Assert.True(status == (hasType ? 202 : 400), $"{file}: {status} {body}");
            if (!hasType)
            {
                Assert.Contains("eventType", body.ToString(), StringComparison.Ordinal);
                rows.Add((folder, "400", 0));
                continue;
            }

            var id = body.GetProperty("eventId").GetString()!;
            var details = default(JsonElement);
            await BridgeRig.UntilAsync(async () => (details = await rig.GetAsync($"api/events/{id}")).GetProperty("event").GetProperty("state").GetString() != "stored");
            var state = details.GetProperty("event").GetProperty("state").GetString()!;
            Assert.True(details.TryGetProperty("explanation", out var explanation) && explanation.ValueKind == JsonValueKind.Object, $"{file} is not explained");
            var effects = details.GetProperty("effects").EnumerateArray().ToList();
            rows.Add((folder, state, effects.Count));
            if (state == "test")
            {
                Assert.Empty(effects);
            }

            Assert.NotEqual("failed", state);
        }

        await rig.SettledAsync();
        var entities = rig.Port.Entities();
        Assert.DoesNotContain(entities, entity => entity.Identifier is "null" or "0" or "");
        Assert.Equal(0, (await rig.GetAsync("api/entities?state=parked")).GetProperty("items").GetArrayLength());
        foreach (var folder in rows.GroupBy(row => row.Folder, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var states = folder.GroupBy(row => row.State, StringComparer.Ordinal).Select(group => $"{group.Count()} {group.Key}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {folder.Key} | {folder.Count()} | {string.Join(", ", states)} | {folder.Sum(row => row.Entities)} |"));
        }
    }

    private static bool HasEventType(byte[] bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        return json.RootElement.TryGetProperty("eventType", out var type) && type.ValueKind == JsonValueKind.String;
    }
}
