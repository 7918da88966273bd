namespace AzdoWebhookBridge.Tests.Storage;

public abstract partial class StoreConformanceTests
{
    [Fact]
    public async Task NamedDocument_SurvivesAReopen_IsReplaced_AndRemoved()
    {
        Assert.Null(await Store.ReadStateAsync("backfill", None));

        await Store.WriteStateAsync("backfill", """{"n":1}""", Now, None);
        await Store.WriteStateAsync("backfill", """{"n":2,"text":"äöü\u0000"}""", Now, None);
        await Store.WriteStateAsync("other", "[]", Now, None);
        Store = await ReopenAsync(Store);
        Assert.Equal("""{"n":2,"text":"äöü\u0000"}""", await Store.ReadStateAsync("backfill", None));

        await Store.WriteStateAsync("backfill", null, Now, None);
        Assert.Null(await Store.ReadStateAsync("backfill", None));
        Assert.Equal("[]", await Store.ReadStateAsync("other", None));
    }

    [Fact]
    public async Task NamedLease_IsHeldAndHeldOn()
    {
        Assert.True(await Store.HoldAsync("watch", Lease, None));
        Assert.True(await Store.HoldAsync("watch", Lease, None));
        Assert.True(await Store.HoldAsync("other", Lease, None));
        await Store.LetGoAsync("watch", None);
        await Store.LetGoAsync("nobody's", None);
        Assert.True(await Store.HoldAsync("watch", Lease, None));
    }
}
