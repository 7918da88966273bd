using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AzdoWebhookBridge.Benchmarks.Parts;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Jq;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Benchmarks.Comparison;

/// <summary>
/// The built-in mapping beside npm's jq-node-bindings doing the same: both map the same bytes, on one thread each, in turns, and
/// what they make of them is compared first.
/// </summary>
internal static class MappingComparison
{
    private const double ByExpressionGoal = 80;
    private const double AsProgramGoal = 4;
    private const int AllocatedGoal = 6 * 1024;

    /// <returns>0 when the results are the same and all goals are met; else 1.</returns>
    public static int Run(int rounds, string peerFolder)
    {
        var rules = BuiltInMapping.Rules;
        var peerRules = PeerRule.Of(rules);
        using var peer = PeerProcess.Start(peerFolder);
        peer.Ask(new JsonObject
        {
            ["do"] = "load",
            ["rules"] = new JsonArray([.. peerRules.Select(rule => (JsonNode)rule.ToJson())]),
            ["program"] = PeerRule.Program(peerRules),
        });

        var met = true;
        foreach (var (name, body) in new[] { ("git.push", SampleEvents.Push), ("workitem.updated", SampleEvents.WorkItemUpdated) })
        {
            Check(rules, peerRules, peer, name, body, asProgram: false);
            Check(rules, peerRules, peer, name, body, asProgram: true);
            met &= Compare(rules, peer, name, body, rounds);
        }

        Console.WriteLine(met ? "all goals met" : "NOT all goals met");
        return met ? 0 : 1;
    }

    private static bool Compare(MappingRules rules, PeerProcess peer, string name, byte[] body, int rounds)
    {
        var input = SampleEvents.Input(body);
        List<double> ours = [];
        List<double> byExpression = [];
        List<double> asProgram = [];
        OurRate(rules, input, TimeSpan.FromSeconds(2));
        PeerRate(peer, body, asProgram: false, TimeSpan.FromSeconds(0.5));
        PeerRate(peer, body, asProgram: true, TimeSpan.FromSeconds(0.5));
        for (var round = 0; round < rounds; round++)
        {
            ours.Add(OurRate(rules, input, TimeSpan.FromSeconds(1)));
            byExpression.Add(PeerRate(peer, body, asProgram: false, TimeSpan.FromSeconds(1)));
            asProgram.Add(PeerRate(peer, body, asProgram: true, TimeSpan.FromSeconds(1)));
        }

        var rate = Median(ours);
        var overExpression = rate / Median(byExpression);
        var overProgram = rate / Median(asProgram);
        var parsed = Allocated(() => JqValue.Parse(body)) + Allocated(() => JqValue.Parse(input.Context.Span));
        var beyond = Allocated(() => EventMapper.Map(rules, 1, input)) - parsed;
        Say($"{name}, {body.Length:N0} bytes, medians of {rounds} rounds (least to most):");
        Say($"  bridge                    {Show(ours)} events/s, {1e6 / rate:F1} µs");
        Say($"  binding, by expression    {Show(byExpression)} events/s; the bridge is {overExpression:F0} times as fast (goal {ByExpressionGoal:F0})");
        Say($"  binding, as one program   {Show(asProgram)} events/s; the bridge is {overProgram:F1} times as fast (goal {AsProgramGoal:F0})");
        Say($"  allocated by the bridge   {beyond:N0} bytes an event beyond the parsed document's {parsed:N0} (goal {AllocatedGoal:N0})");
        return overExpression >= ByExpressionGoal && overProgram >= AsProgramGoal && beyond <= AllocatedGoal;
    }

    private static double OurRate(MappingRules rules, EventInput input, TimeSpan time)
    {
        var events = 0;
        var start = Stopwatch.GetTimestamp();
        do
        {
            for (var i = 0; i < 100; i++)
            {
                EventMapper.Map(rules, 1, input);
            }

            events += 100;
        }
        while (Stopwatch.GetElapsedTime(start) < time);

        return events / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double PeerRate(PeerProcess peer, byte[] body, bool asProgram, TimeSpan time) => (double)peer.Ask(new JsonObject
    {
        ["do"] = "measure",
        ["asProgram"] = asProgram,
        ["milliseconds"] = (int)time.TotalMilliseconds,
        ["event"] = Encoding.UTF8.GetString(body),
    })["eventsPerSecond"]!;

    private static long Allocated(Func<object> action)
    {
        const int Times = 1_000;
        action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Times; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
    }

    // What the bridge writes is what the peer's values come to.
    private static void Check(
        MappingRules rules, IReadOnlyList<PeerRule> peerRules, PeerProcess peer, string name, byte[] body, bool asProgram)
    {
        var results = peer.Ask(new JsonObject { ["do"] = "map", ["asProgram"] = asProgram, ["event"] = Encoding.UTF8.GetString(body) })["results"]!.AsArray();
        var changes = EventMapper.Map(rules, 1, SampleEvents.Input(body)).Changes;
        var next = 0;
        var expressions = peerRules.Count(rule => rule.Filter.Length > 0);
        for (var i = 0; i < peerRules.Count; i++)
        {
            if (results[i] is not JsonArray values)
            {
                continue;
            }

            expressions += peerRules[i].Expressions.Count;
            if (values[0] is not null)
            {
                CheckChange(peerRules[i].Rule, values, changes[next++]);
            }
        }

        Require(next == changes.Count, $"{name}: the peer makes {next} entities, the bridge {changes.Count}");
        Say($"{name}: same {next} entities from {expressions} expressions {(asProgram ? "as one program" : "one by one")}");
    }

    private static void CheckChange(MappingRule rule, JsonArray values, EntityChange change)
    {
        var position = 0;
        Require(Value(values[position++]) is var id && FieldText.AsText(id) == change.Key.Identifier, $"{rule.Label}: identifier {id}, not {change.Key.Identifier}");
        if (rule.Version is not null)
        {
            var version = FieldText.ReadVersion(Value(values[position++]), out _);
            Require(version == change.Version.Rule, $"{rule.Label}: version {version}, not {change.Version.Rule}");
        }

        foreach (var field in rule.Fields)
        {
            var value = Value(values[position++]);
            var expected = value.IsNull ? null : FieldText.Write(field.Kind, value, out _);
            Require(expected == change.Fields.GetValueOrDefault(field.Path), $"{rule.Label}: {field.Shown} is {expected}, not {change.Fields.GetValueOrDefault(field.Path)}");
        }
    }

    private static JqValue Value(JsonNode? node) => node is null ? JqValue.Null : JqValue.Parse(node.ToJsonString());

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Show(List<double> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(values),8:N0} ({values.Min():N0} to {values.Max():N0})");

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
