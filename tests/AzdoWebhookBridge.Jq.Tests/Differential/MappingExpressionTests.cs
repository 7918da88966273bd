using Xunit.Abstractions;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Expressions of real mappings give what jq gives, on inputs of the right shape and of wrong ones.</summary>
public sealed class MappingExpressionTests(ITestOutputHelper log)
{
    private const int Seed = 8254;
    private const int InputsEach = 50;

    [OracleFact("1.8.2")]
    public void Expressions_AgreeWith182() => Compare("1.8.2");

    [OracleFact("1.7.1")]
    public void Expressions_AgreeWith171() => Compare("1.7.1");

    [OracleFact("1.6")]
    public void Expressions_AgreeWith16() => Compare("1.6");

    /// <summary>One of the published expressions has lost a space and is no program: jq must say so too.</summary>
    [OracleFact("1.8.2")]
    public void Expressions_CompileHereAsIn182()
    {
        using var oracle = Oracle.Open("1.8.2");

        Assert.All(MappingExpressions.All, expression => Assert.Equal(oracle.Compiles(expression), GeneratedProgramTests.TryCompile(expression) is not null));
    }

    private void Compare(string version)
    {
        var shapes = new ShapeGenerator(new Random(Seed));
        var inputs = new List<string>();
        var programs = new List<(JqProgram, IReadOnlyList<int>)>();
        var useful = 0;
        foreach (var program in MappingExpressions.All.Select(GeneratedProgramTests.TryCompile).OfType<JqProgram>())
        {
            var own = Enumerable.Range(inputs.Count, InputsEach).ToList();
            inputs.AddRange(own.Select(_ => shapes.For(program.Text)));
            programs.Add((program, own));
            useful += own.Any(input => Outcome.Of(program, JqValue.Parse(inputs[input])) is { Error: null, Outputs: [not "null", ..] }) ? 1 : 0;
        }

        using var oracle = Oracle.Open(version);
        var comparison = Comparison.Run(oracle, $"seed {Seed}", programs, inputs);

        log.WriteLine(comparison.ToString());
        log.WriteLine($"{useful} of {programs.Count} expressions gave a value");
        comparison.AssertExplained(0.02);
        Assert.Equal(0, comparison.Unanswered);
        Assert.True(useful >= 70, $"Only {useful} of {programs.Count} expressions gave a value on any input.");
    }
}
