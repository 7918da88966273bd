using System.Text;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;
using AzdoWebhookBridge.Sandbox.AzureDevOps;
using BenchmarkDotNet.Attributes;

namespace AzdoWebhookBridge.Benchmarks.Parts;

/// <summary>The built-in mapping on one core: parse, evaluate all rules, and fold into documents.</summary>
[MemoryDiagnoser]
public class MappingBenchmarks
{
    private static readonly byte[] Context = """{"headers":{},"queryParams":{}}"""u8.ToArray();
    private readonly MappingRules _rules = BuiltInMapping.Rules;
    private readonly byte[] _push;
    private readonly byte[] _workItem;

    public MappingBenchmarks()
    {
        var contoso = new SampleOrganization("contoso", new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
        var project = contoso.Project("Payments");
        _push = Encoding.UTF8.GetBytes(contoso.Push(contoso.Repository(project, "Checkout API")).ToJsonString());
        _workItem = Encoding.UTF8.GetBytes(contoso.WorkItemUpdated(project, 101, 3, "Amounts are off by a cent").ToJsonString());
    }

    [Benchmark]
    public int Push() => Map(_push).Changes.Count;

    [Benchmark]
    public int WorkItemUpdated() => Map(_workItem).Changes.Count;

    [Benchmark]
    public int WorkItemUpdatedAndFolded() => Map(_workItem).Changes
        .Sum(change => EntityDocumentJson.Write(Fold.Apply(EntityDocument.Empty, change)).Length);

    private MappingResult Map(byte[] body) => EventMapper.Map(_rules, generation: 1, new EventInput
    {
        Body = body,
        Context = Context,
        EventKey = "0123456789abcdef",
        EventTime = 638_000_000_000_000_000,
    });
}
