using Xunit.Abstractions;

namespace AzdoWebhookBridge.Jq.Tests.Differential;

/// <summary>Generated programs over generated inputs give what jq gives.</summary>
public sealed class GeneratedProgramTests(ITestOutputHelper log)
{
    private const int Seed = 20240229;
    private const int InputsEach = 10;
    private const double LargestShare = 0.01;

    [OracleFact("1.8.2")]
    public void Programs_AgreeWith182()
    {
        var comparison = Compare("1.8.2", programs: 7000, plainNumbers: false);

        comparison.AssertExplained(LargestShare);
        Assert.True(comparison.Pairs >= 50_000, $"Only {comparison.Pairs} pairs were compared.");
        Assert.True(comparison.Unanswered <= comparison.Pairs / 1000, $"{comparison.Unanswered} pairs were not answered.");
        Assert.True(comparison.OtherWords <= comparison.Pairs / 50, $"{comparison.OtherWords} of {comparison.Pairs} pairs fail in other words.");
    }

    [OracleFact("1.7.1")]
    public void Programs_AgreeWith171()
    {
        var comparison = Compare("1.7.1", programs: 1500, plainNumbers: false);

        comparison.AssertExplained(LargestShare);
        Assert.True(comparison.Pairs >= 8_000, $"Only {comparison.Pairs} pairs were compared.");
    }

    [OracleFact("1.6")]
    public void Programs_AgreeWith16()
    {
        var comparison = Compare("1.6", programs: 1500, plainNumbers: true);

        comparison.AssertExplained(LargestShare);
        Assert.True(comparison.Pairs >= 6_000, $"Only {comparison.Pairs} pairs were compared.");
    }

    [OracleFact("1.8.2")]
    public void Programs_RefusedHere_AreRefusedBy182()
    {
        var generator = new ProgramGenerator(new Random(Seed));
        var refused = Enumerable.Range(0, 3000).Select(_ => generator.Next()).Where(program => TryCompile(program) is null).Distinct().ToList();
        using var oracle = Oracle.Open("1.8.2");

        Assert.DoesNotContain(refused, oracle.Compiles);
        Assert.NotEmpty(refused);
    }

    private Comparison Compare(string version, int programs, bool plainNumbers)
    {
        var random = new Random(Seed);
        var json = new JsonGenerator(random, plainNumbers);
        var inputs = Enumerable.Range(0, 40).Select(_ => json.Next()).ToList();
        var generator = new ProgramGenerator(random, plainNumbers);
        var compiled = Enumerable.Range(0, programs)
            .Select(_ => (Program: TryCompile(generator.Next()), Inputs: Enumerable.Range(0, InputsEach).Select(_ => random.Next(inputs.Count)).Distinct().ToList()))
            .Where(item => item.Program is not null)
            .Select(item => (item.Program!, (IReadOnlyList<int>)item.Inputs));
        using var oracle = Oracle.Open(version);

        var comparison = Comparison.Run(oracle, $"seed {Seed}", compiled, inputs);

        log.WriteLine(comparison.ToString());
        return comparison;
    }

    internal static JqProgram? TryCompile(string program)
    {
        try
        {
            return JqProgram.Compile(program);
        }
        catch (JqCompileException)
        {
            return null;
        }
    }
}
