using AzdoWebhookBridge.Benchmarks.Comparison;
using AzdoWebhookBridge.Benchmarks.Load;
using BenchmarkDotNet.Running;

// parts [BenchmarkDotNet options] | compare [rounds] (beside the jq binding of Port's backend) | ingest [seconds [postgresql]] | load [seconds [rounds]] | both [seconds [rounds]] | grow [events [postgresql]] | deliver [events] | replicas [seconds] | stages [events] | backfill [work items [unlimited]] | kill [rounds [events]] [postgresql] | hit PORT[,PORT] SECONDS [rounds] (servers that run already) | bare, stub (the servers that the runs compare to and deliver to)
var onPostgreSql = args.Contains("postgresql");
switch (args.FirstOrDefault())
{
    case "bare":
        await BareServer.RunAsync();
        return 0;
    case "stub":
        await CatalogStub.RunAsync();
        return 0;
    case "ingest":
        await LoadRun.IngestAsync(TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1]) : 10), onPostgreSql, rounds: args.Length > 3 ? int.Parse(args[3]) : 3);
        return 0;
    case "load":
        return await WholeRun.RunAsync(TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1]) : 10), rounds: args.Length > 2 ? int.Parse(args[2]) : 3);
    case "both":
        await WholeRun.DeliverAndIngestAsync(TimeSpan.FromSeconds(args.Length > 1 ? int.Parse(args[1]) : 10), rounds: args.Length > 2 ? int.Parse(args[2]) : 3);
        return 0;
    case "grow":
        return await GrowthLoad.RunAsync(args.Length > 1 ? int.Parse(args[1]) : 1_000_000, onPostgreSql);
    case "stages":
        await StageCosts.RunAsync(args.Length > 1 ? int.Parse(args[1]) : 50_000);
        return 0;
    case "hit":
        await LoadRun.HitAsync(
            [.. args[1].Split(',').Select(int.Parse)], TimeSpan.FromSeconds(int.Parse(args[2])), rounds: args.Length > 3 ? int.Parse(args[3]) : 1);
        return 0;
    case "deliver":
        var distinct = args.Length > 1 ? int.Parse(args[1]) : 100_000;
        BacklogLoad.Print(distinct, await BacklogLoad.RunAsync(distinct));
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
        Console.Error.WriteLine("usage: parts [options] | compare [rounds] | ingest [seconds [postgresql]] | load [seconds [rounds]] | both [seconds [rounds]] | grow [events [postgresql]] | deliver [events] | replicas [seconds] | stages [events] | backfill [work items [unlimited]] | kill [rounds [events]] [postgresql]");
        return 1;
}
