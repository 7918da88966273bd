using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Jq;
using AzdoWebhookBridge.Mapping;
using BenchmarkDotNet.Attributes;

namespace AzdoWebhookBridge.Benchmarks.Parts;

/// <summary>The built-in mapping on one core: parse, evaluate all rules, and fold into documents.</summary>
[MemoryDiagnoser]
public class MappingBenchmarks
{
    private readonly MappingRules _rules = BuiltInMapping.Rules;
    private readonly EventInput _push = SampleEvents.Input(SampleEvents.Push);
    private readonly EventInput _workItem = SampleEvents.Input(SampleEvents.WorkItemUpdated);

    [Benchmark]
    public object ParsePush() => JqValue.Parse(_push.Body.Span);

    [Benchmark]
    public object ParseWorkItemUpdated() => JqValue.Parse(_workItem.Body.Span);

    [Benchmark]
    public int Push() => EventMapper.Map(_rules, generation: 1, _push).Changes.Count;

    [Benchmark]
    public int WorkItemUpdated() => EventMapper.Map(_rules, generation: 1, _workItem).Changes.Count;

    [Benchmark]
    public int WorkItemUpdatedAndFolded() => EventMapper.Map(_rules, generation: 1, _workItem).Changes
        .Sum(change => EntityDocumentJson.Write(Fold.Apply(EntityDocument.Empty, change)).Length);
}
