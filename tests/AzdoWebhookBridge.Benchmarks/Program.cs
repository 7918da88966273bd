using AzdoWebhookBridge.Benchmarks.Comparison;
using AzdoWebhookBridge.Benchmarks.Load;
using BenchmarkDotNet.Running;

// parts [BenchmarkDotNet options] | compare [rounds] (beside the jq binding of Port's backend) | ingest [seconds [postgresql]] | deliver [events [postgresql]] | replicas [seconds] | backfill [work items [unlimited]] | kill [rounds [events]] [postgresql] | hit PORT SECONDS (a server that runs already) | bare (the server that ingest compares to)
var onPostgreSql = args.Contains("postgresql");
switch (args.FirstOrDefault())
{
    case "bare":
        await BareServer.RunAsync();
        return 0;
    case "ingest":
        await LoadRun.IngestAsync(TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1]) : 10), onPostgreSql);
        return 0;
    case "hit":
        await LoadRun.HitAsync(int.Parse(args[1]), TimeSpan.FromSeconds(int.Parse(args[2])));
        return 0;
    case "deliver":
        await LoadRun.DeliverAsync(args.Length > 1 ? int.Parse(args[1]) : 20_000, onPostgreSql);
        return 0;
    case "backfill":
        return await BackfillLoad.RunAsync(args.Length > 1 ? int.Parse(args[1]) : 100_000, isLimited: args.ElementAtOrDefault(2) != "unlimited");
    case "kill":
        return await KillRun.RunAsync(
            args.Length > 1 ? int.Parse(args[1]) : 20, args.Length > 2 && int.TryParse(args[2], out var events) ? events : 20_000, onPostgreSql);
    case "replicas":
        await ReplicaLoad.RunAsync(TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1]) : 10));
        return 0;
    case "parts":
        BenchmarkSwitcher.FromAssembly(typeof(LoadRun).Assembly).Run(args[1..]);
        return 0;
    case "compare":
        return MappingComparison.Run(
            rounds: args.Length > 1 ? int.Parse(args[1]) : 5,
            peerFolder: Path.Combine("tests", "AzdoWebhookBridge.Benchmarks", "Peer"));
    default:
        Console.Error.WriteLine("usage: parts [options] | compare [rounds] | ingest [seconds [postgresql]] | deliver [events [postgresql]] | replicas [seconds] | backfill [work items [unlimited]] | kill [rounds [events]] [postgresql]");
        return 1;
}
