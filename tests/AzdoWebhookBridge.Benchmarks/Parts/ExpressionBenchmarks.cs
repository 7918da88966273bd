using AzdoWebhookBridge.Jq;
using BenchmarkDotNet.Attributes;

namespace AzdoWebhookBridge.Benchmarks.Parts;

/// <summary>The kinds of expressions that mappings are made of, each on a parsed work item update.</summary>
[MemoryDiagnoser]
public class ExpressionBenchmarks
{
    private static readonly Dictionary<string, string> Programs = new(StringComparer.Ordinal)
    {
        ["path"] = ".body.resource.revision.fields.\"System.Title\"",
        ["missing path"] = ".body.resource.repository.project.name",
        ["comparison"] = ".body.eventType == \"workitem.updated\" and .body.resource.rev > 1",
        ["alternative"] = ".body.resource.revision.rev // .body.resource.rev",
        ["alternative after an error"] = "(.body.eventType.name) // .body.eventType",
        ["if"] = "if .body.resource.rev > 1 then \"changed\" else \"new\" end",
        ["first that fits"] = ".body | (.resource.projectId, .resourceContainers.project.id) | strings | select(. != \"\")",
        ["concatenation"] = ".body.resourceContainers.project.baseUrl + \"_workitems/\" + .body.id",
        ["interpolation"] = "\"\\(.body.resource.workItemId)-\\(.body.resource.rev)\"",
        ["split and join"] = ".body.resource.url | split(\"/\") | .[2:5] | join(\".\")",
        ["select and map"] = "[.body.resource.fields[] | select(.newValue != .oldValue)] | map(.newValue | tostring)",
        ["regex test"] = ".body.resource.revision.fields.\"System.Tags\" | test(\"(^|; )money($|;)\")",
        ["regex sub"] = ".body.resource.revision.fields.\"System.CreatedBy\" | sub(\" <.*>$\"; \"\")",
        ["date"] = ".body.resource.revision.fields.\"System.ChangedDate\" | fromdate | strftime(\"%Y-%m-%d\")",
        ["to_entries"] = ".body.resource.fields | to_entries | map(.key)",
        ["reduce"] = "reduce .body.resource.fields[] as $change (0; . + ($change | length))",
        ["error"] = ".body.resource.rev | startswith(\"1\")",
    };

    private JqValue _root = JqValue.Null;
    private JqProgram _program = JqProgram.Compile(".");

    public static IEnumerable<string> Kinds => Programs.Keys;

    [ParamsSource(nameof(Kinds))]
    public string Kind { get; set; } = "path";

    [GlobalSetup]
    public void Prepare()
    {
        _root = JqValue.Object([KeyValuePair.Create("body", JqValue.Parse(SampleEvents.WorkItemUpdated))]);
        _program = JqProgram.Compile(Programs[Kind]);
    }

    [Benchmark]
    public object Compile() => JqProgram.Compile(Programs[Kind]);

    [Benchmark]
    public object? Evaluate()
    {
        try
        {
            return _program.First(_root);
        }
        catch (JqRuntimeException exception)
        {
            return exception;
        }
    }
}
