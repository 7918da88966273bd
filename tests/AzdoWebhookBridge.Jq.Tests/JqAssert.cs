namespace AzdoWebhookBridge.Jq.Tests;

/// <summary>Short forms for "this program on this input gives this".</summary>
internal static class JqAssert
{
    public static string[] Run(string program, string input = "null", JqCompileOptions? options = null) =>
        [.. JqProgram.Compile(program, options).Evaluate(JqValue.Parse(input)).Select(output => output.ToJson())];

    public static void Outputs(string program, string input, params string[] expected)
    {
        var outputs = Run(program, input);
        Assert.Equal(expected, outputs);

        // The short way to the first output must agree with the general one.
        var first = JqProgram.Compile(program).First(JqValue.Parse(input));
        Assert.Equal(expected.FirstOrDefault(), first?.ToJson());
    }

    public static JqRuntimeException Fails(string program, string input = "null")
    {
        var compiled = JqProgram.Compile(program);
        var value = JqValue.Parse(input);
        return Assert.ThrowsAny<JqRuntimeException>(() => compiled.Evaluate(value).ToList());
    }

    public static JqLimitException Exhausts(string program, string input = "null", JqLimits? limits = null)
    {
        var compiled = JqProgram.Compile(program);
        var value = JqValue.Parse(input, JqValue.MaxNesting);
        return Assert.Throws<JqLimitException>(() => compiled.Evaluate(value, limits).ToList());
    }
}
