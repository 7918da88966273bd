using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;
using Xunit.Abstractions;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>
/// An answer means: on the disk, not in the page cache, which no kill can tell. So the system calls are looked at: the log with the
/// event in it is synced before the answer is sent.
/// </summary>
[Trait("Fault", "1b")]
public sealed class SyncBeforeAnswerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task EveryAnswer_IsSentAfterTheLogIsSynced()
    {
        using var folder = new TemporaryFolder();
        var trace = Path.Combine(folder.Path, "trace");
        await using var rig = await BridgeRig.StartAsync(isRunning: false);
        await rig.RestartAsync(SystemCalls.Wrapper(trace));
        var markers = Enumerable.Range(1, Rounds.Of(200)).Select(item => $"traced-{item:000000}-end").ToList();
        for (var item = 1; item <= markers.Count; item++)
        {
            // One after the other, so that the nth answer is the nth event's.
            var (status, body) = await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, markers[item - 1]));
            Assert.True(status == 202, $"{status}: {body}");
        }

        await rig.Process.TerminateAsync();
        await BridgeRig.UntilAsync(() => Task.FromResult(SystemCalls.Read(trace).Answers >= markers.Count));

        var calls = SystemCalls.Read(trace);
        output.WriteLine($"{calls.Answers} answers, {calls.Syncs} syncs of the log");
        Assert.Empty(calls.AnsweredBeforeSynced(markers));
        // The same trace without its syncs: what a bridge that only writes would look like.
        var unsynced = SystemCalls.Read(trace, line => !line.Contains("sync(", StringComparison.Ordinal) && !line.Contains("sync resumed", StringComparison.Ordinal));
        Assert.Equal(markers, unsynced.AnsweredBeforeSynced(markers));
    }
}
