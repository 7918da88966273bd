using System.Net;
using AzdoWebhookBridge.Ingress;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;
using AzdoWebhookBridge.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Stalled is handled like failed: while the database hangs the sender gets its 503 in time, and everything goes on afterwards.</summary>
[Trait("Property", "11")]
public sealed class HangingStoreTests
{
    private const int Senders = 40;

    [Fact]
    public async Task StoreThatHangs_Is503AfterFiveSeconds()
    {
        var time = new ManualTimeProvider();
        var never = new TaskCompletionSource();
        await using var host = await BridgeHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(time));
        var entered = new SemaphoreSlim(0);
        host.Store.OnAppend = () =>
        {
            entered.Release();
            return never.Task;
        };

        var before = time.ActiveTimers;
        var posts = Enumerable.Range(0, Senders).Select(number => host.PostAsync(Payloads.Push(notificationId: number))).ToArray();
        for (var sender = 0; sender < Senders; sender++)
        {
            Assert.True(await entered.WaitAsync(TimeSpan.FromMinutes(1)));
        }

        // Each waits with a timer of its own, from a moment after it entered.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (time.ActiveTimers < before + Senders)
        {
            await look.WaitForNextTickAsync(patience.Token);
        }

        time.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll(posts).WaitAsync(patience.Token);

        Assert.All(posts, post => Assert.Equal(HttpStatusCode.ServiceUnavailable, post.Result.StatusCode));
        Assert.All(posts, post => Assert.NotNull(post.Result.Headers.RetryAfter));
        Assert.Equal(0, host.App.Services.GetRequiredService<InFlightBudget>().Taken);
    }

    [Fact]
    public async Task DatabaseBehindABlackHole_Is503AndHeals()
    {
        await using var rig = await FaultRig.StartAsync(postgreSql: true);
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 1, 1, "Before"));
        await rig.QuietAsync();
        var bodies = Enumerable.Range(2, Senders).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList();

        rig.Proxy.Freeze();
        var refused = await Task.WhenAll(bodies.Select(body => rig.TryPostAsync(body.ToJsonString(), CancellationToken.None)));
        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Assert.Equal(0, rig.Services.GetRequiredService<InFlightBudget>().Taken);
        rig.Proxy.Thaw();

        await rig.PostAllAsync(bodies);
        await rig.UntilAsync("all items", () => rig.Port.Entities(FaultRig.WorkItem).Count == Senders + 1);
        await rig.QuietAsync();
        await rig.AgreesAsync();
    }
}
