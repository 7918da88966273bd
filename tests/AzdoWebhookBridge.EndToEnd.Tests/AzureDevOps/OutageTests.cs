using System.Text.Json;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.AzureDevOps;

/// <summary>Beside no other test: Azure DevOps puts a hook on probation that answers too late, whatever the reason.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedStories
{
    public const string Name = "Timed stories";
}

/// <summary>
/// Two bridges on one organization; one of them is down for days of Azure DevOps' own clock, until its subscriptions are switched
/// off and what happens is not even kept as a failed notification. Afterwards both catalogs are the same, and nobody did anything.
/// </summary>
[Collection(TimedStories.Name)]
public sealed class OutageTests
{
    [Fact]
    public async Task BridgeThatWasDown_CatchesUpByItself()
    {
        var clock = new ManualTimeProvider();
        clock.SetUtcNow(DateTimeOffset.UtcNow);
        await using var azureDevOps = await AzureDevOpsSandbox.StartAsync(new AzureDevOpsSandboxOptions { Time = clock }, CancellationToken.None);
        var story = new OrganizationStory(azureDevOps.Organization("contoso"));
        await using var up = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        await using var down = await BridgeRig.StartAsync(azureDevOps: azureDevOps);
        foreach (var rig in new[] { up, down })
        {
            (await BridgeCommand.RunAsync(rig.Settings, "hooks", "apply", "--yes")).Exits(0);
            (await BridgeCommand.RunAsync(rig.Settings, "backfill")).Exits(0);
            await BridgeRig.UntilAsync(() => IsGoodSinceAsync(rig, DateTimeOffset.MinValue));
        }

        story.Before();
        await azureDevOps.WaitForIdleAsync(CancellationToken.None);
        await up.SettledAsync();
        await down.SettledAsync();
        Assert.Equal(CatalogText.Of(up.Port), CatalogText.Of(down.Port));

        await down.Process.KillAsync();
        // Forty-eight hours: three minutes of resending, thirty-six hours of probation, then off.
        for (var hour = 0; hour < 48; hour++)
        {
            story.During(hour);
            await AdvanceAsync(azureDevOps, clock, TimeSpan.FromMinutes(4));
            await AdvanceAsync(azureDevOps, clock, TimeSpan.FromMinutes(56));
        }

        var ofDown = azureDevOps.Organization("contoso").Subscriptions
            .Where(subscription => subscription.ConsumerInputs["url"].Contains(new Uri(down.Settings["ASPNETCORE_URLS"]).Authority, StringComparison.Ordinal))
            .ToArray();
        Assert.Contains(ofDown, subscription => subscription.Status == "disabledBySystem");
        Assert.True(ofDown.Sum(subscription => subscription.Lost) > 0, "the story has to lose events, or it shows nothing");
        await up.SettledAsync();
        Assert.NotEqual(CatalogText.Of(up.Port), CatalogText.Of(down.Port));

        await down.RestartAsync();
        await azureDevOps.WaitForAsync(
            () => azureDevOps.Organization("contoso").Subscriptions.All(subscription => subscription.Status == "enabled"), CancellationToken.None)
            .WaitAsync(TimeSpan.FromMinutes(3));
        await BridgeRig.UntilAsync(() => IsGoodSinceAsync(down, DateTimeOffset.UtcNow.AddHours(40)));
        await down.SettledAsync();
        Assert.Equal(CatalogText.Of(up.Port), CatalogText.Of(down.Port));

        // What had become a notification before Azure DevOps gave up is there itself, not only what came of it.
        var failed = azureDevOps.Organization("contoso").Notifications
            .Where(notification => notification.Result == "failed" && ofDown.Any(subscription => subscription.Id == notification.SubscriptionId))
            .Select(notification => $"{notification.SubscriptionId} {notification.Id}")
            .ToArray();
        Assert.NotEmpty(failed);
        var stored = (await down.GetAsync("api/events?limit=500")).GetProperty("items").EnumerateArray()
            .Select(stored => $"{stored.GetProperty("subscriptionId").GetString()} {stored.GetProperty("notificationId").GetString()}");
        Assert.Empty(failed.Except(stored, StringComparer.OrdinalIgnoreCase));

        // And it goes on as if nothing had been.
        story.After();
        await azureDevOps.WaitForIdleAsync(CancellationToken.None);
        await up.SettledAsync();
        await down.SettledAsync();
        Assert.Equal(CatalogText.Of(up.Port), CatalogText.Of(down.Port));
    }

    // The mark moves only when the recovery is over.
    private static async Task<bool> IsGoodSinceAsync(BridgeRig rig, DateTimeOffset moment)
    {
        var reports = await rig.GetAsync("api/subscriptions");
        return reports.GetArrayLength() == 1 && reports[0] is var report && report.TryGetProperty("goodUntil", out var good) && good.ValueKind == JsonValueKind.String
            && good.GetDateTimeOffset() > moment;
    }

    private static async Task AdvanceAsync(AzureDevOpsSandbox azureDevOps, ManualTimeProvider clock, TimeSpan by)
    {
        clock.Advance(by);
        await azureDevOps.WaitForIdleAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }
}
