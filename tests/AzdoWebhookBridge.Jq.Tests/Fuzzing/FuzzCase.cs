using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>One mutated program, the bytes of one mutated input, and how they are run.</summary>
internal sealed record FuzzCase(string Program, byte[] Input)
{
    /// <summary>Small enough that an endless program costs little.</summary>
    private static readonly JqLimits Tight = new()
    {
        Steps = 20_000,
        Outputs = 20,
        Depth = 300,
        StringBytes = 64 * 1024,
        ArrayItems = 10_000,
        AllocatedBytes = 1024 * 1024,
        RegexTimeout = TimeSpan.FromMilliseconds(20),
    };

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool SingleQuotes { get; init; }

    public int MaxDepth { get; init; } = 256;

    public JqLimits Limits { get; init; } = Tight;

    /// <summary>Whether two threads run the program at once.</summary>
    public bool Together { get; init; }

    /// <summary>Whether the program gets the input as text, not as a value.</summary>
    public bool AsText { get; init; }

    /// <summary>The case with that number.</summary>
    public static FuzzCase Create(long seed, long index)
    {
        var dice = new Dice(seed, index);
        return new FuzzCase(ProgramMutations.Next(dice), JsonMutations.Next(dice))
        {
            SingleQuotes = dice.OneIn(8),
            MaxDepth = dice.OneIn(4) ? JqValue.MaxNesting : 256,
            Limits = dice.OneIn(20_000) ? JqLimits.Default : dice.OneIn(16) ? Tight with { Nesting = 20, Depth = 1_000 } : Tight,
            Together = dice.OneIn(50),
            AsText = dice.OneIn(16),
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"program {Show(Program)} quotes {SingleQuotes} depth {MaxDepth} default limits {Limits == JqLimits.Default} as text {AsText} input {Show(Encoding.UTF8.GetString(Input))}");

    private static string Show(string text)
    {
        var quoted = JsonSerializer.Serialize(text, Readable);
        return quoted.Length <= 1_000 ? quoted : $"{quoted[..500]} ... {quoted[^200..]} ({text.Length} characters)";
    }
}
