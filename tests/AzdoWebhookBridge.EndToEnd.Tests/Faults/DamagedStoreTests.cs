using System.Runtime.Versioning;
using AzdoWebhookBridge.EndToEnd.Tests.Infrastructure;

namespace AzdoWebhookBridge.EndToEnd.Tests.Faults;

/// <summary>A store that cannot be used is refused with cause and cure, and stays byte for byte as it was.</summary>
[Trait("Fault", "F6")]
[UnsupportedOSPlatform("windows")]
public sealed class DamagedStoreTests
{
    private const int Items = 20;

    public static TheoryData<string, string> Damages => new()
    {
        { "not a database", "is not an SQLite database" },
        { "damaged page", "is damaged" },
        { "cut in half", "is damaged" },
        { "file gone, log there", "is gone, but its write-ahead log" },
        { "another program's", "belongs to another program" },
        { "newer schema", "it was used by a newer one" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task DamagedStore_IsRefusedWithCauseAndLeftAlone(string damage, string words)
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        await rig.PostAllAsync(Enumerable.Range(1, Items).Select(item => rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}")).ToList());
        await rig.SettledAsync();
        Assert.Equal(0, await rig.Process.TerminateAsync());
        Damage(database, damage);
        var before = Snapshot(database);

        var refused = await BridgeCommand.RunAsync(rig.Settings, "serve");

        refused.Exits(1);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot(database));
    }

    [Fact]
    public async Task SecondBridgeOnTheSameFile_IsRefused()
    {
        await using var rig = await BridgeRig.StartAsync();

        var refused = await BridgeCommand.RunAsync(new Dictionary<string, string>(rig.Settings) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" }, "serve");

        refused.Exits(1);
        Assert.Contains("is in use by another bridge", refused.Error, StringComparison.Ordinal);
        Assert.Equal(202, (await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 1, 1, "The first goes on"))).Status);
    }

    [Fact]
    public async Task LogCutOffInItsLastWrite_LosesThatWriteOnly()
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        var acknowledged = new List<string>();
        for (var item = 1; item <= Items; item++)
        {
            acknowledged.Add((await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, item, 1, $"Item {item}"))).Body.GetProperty("eventId").GetString()!);
        }

        await rig.Process.KillAsync();
        await using (var log = new FileStream(database.Path + "-wal", FileMode.Append))
        {
            // What a power cut leaves of a write that was not acknowledged.
            log.Write(new byte[5000]);
        }

        await rig.RestartAsync();

        await Settled.CheckAsync(rig, acknowledged, Enumerable.Range(1, Items).ToDictionary(item => $"{item}", item => $"Item {item}"));
    }

    [Fact]
    public async Task FileDeletedUnderTheBridge_IsNotMadeAnewAndNothingIsAcknowledged()
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 1, 1, "Before"));
        File.Delete(database.Path);

        await BridgeRig.UntilAsync(async () => (await rig.PostAsync(rig.Contoso.WorkItem("created", rig.Project, 2, 1, "After"))).Status == 503);

        Assert.False(File.Exists(database.Path));
    }

    [Fact]
    public async Task FileOfAnotherUser_IsRefusedWithTheUserAndTheModes()
    {
        await using var rig = await BridgeRig.StartAsync();
        var database = new BridgeDatabase(rig);
        Assert.Equal(0, await rig.Process.TerminateAsync());
        File.SetUnixFileMode(Path.GetDirectoryName(database.Path)!, (UnixFileMode)Convert.ToInt32("755", 8));

        // As root the bridge may write everything; so not as root.
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            rig.RestartAsync("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"));

        Assert.Contains("user id 65534", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("writable", refusal.Message, StringComparison.Ordinal);
        await rig.RestartAsync();
    }

    private static void Damage(BridgeDatabase database, string damage)
    {
        switch (damage)
        {
            case "not a database":
                File.WriteAllText(database.Path, new string('x', 50_000));
                break;
            case "damaged page":
                using (var file = new FileStream(database.Path, FileMode.Open))
                {
                    for (var page = 3; page * 8192 < file.Length; page++)
                    {
                        file.Position = page * 8192;
                        file.Write(new byte[200]);
                    }
                }

                break;
            case "cut in half":
                using (var file = new FileStream(database.Path, FileMode.Open))
                {
                    file.SetLength(file.Length / 2 / 8192 * 8192);
                }

                break;
            case "file gone, log there":
                File.Delete(database.Path);
                File.WriteAllBytes(database.Path + "-wal", new byte[8192]);
                break;
            case "another program's":
                database.Change("PRAGMA application_id = 1");
                break;
            case "newer schema":
                database.Change("INSERT INTO schema_version (version, name, applied_at) VALUES (999, 'later', 0)");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, null);
        }
    }

    private static List<string> Snapshot(BridgeDatabase database) =>
    [
        .. new[] { "", "-wal" }.Select(part => database.Path + part).Where(File.Exists)
            .Select(path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))),
    ];
}
