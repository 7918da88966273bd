using Xunit.Abstractions;

namespace AzdoWebhookBridge.Jq.Tests.Conformance;

/// <summary>The examples of jq's manual.</summary>
public sealed class ManualTests(ITestOutputHelper output)
{
    private static readonly JqCompileOptions Options = new()
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PAGER"] = "less" },
    };

    [MaterialFact("jq/man.test")]
    public void EveryExample_GivesTheOutputsOfTheManual()
    {
        var blocks = ManualFile.Read(MaterialFactAttribute.PathOf("jq/man.test"));
        var failures = new List<string>();
        foreach (var block in blocks)
        {
            if (Check(block) is { } problem)
            {
                failures.Add($"{block.Name}\n    {problem}");
            }
        }

        output.WriteLine($"{blocks.Count - failures.Count} of {blocks.Count} examples pass");
        Assert.Empty(failures);
    }

    private static string? Check(ManualBlock block)
    {
        try
        {
            var program = JqProgram.Compile(block.Program, Options);
            if (block.MustFail)
            {
                return "compiles";
            }

            var outputs = program.Evaluate(JqValue.Parse(block.Input)).ToList();
            var expected = block.Expected.Select(text => JqValue.Parse(text)).ToList();
            return outputs.SequenceEqual(expected)
                ? null
                : $"gives {string.Join(' ', outputs)}, expected {string.Join(' ', expected)}";
        }
        catch (JqCompileException exception)
        {
            return block.MustFail ? null : exception.Message;
        }
        catch (Exception exception) when (exception is JqRuntimeException or JqLimitException)
        {
            return exception.Message;
        }
    }
}
