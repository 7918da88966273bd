using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace AzdoWebhookBridge.Jq.Tests;

public sealed class ValueTests
{
    [Theory]
    [InlineData("\"\\ud800\"", "\"\uFFFD\"")]
    [InlineData("\"\\ud83d\\ude00\"", "\"😀\"")]
    [InlineData("\"a\\n\\t\\\"\\\\\\/\\b\\f\\r\\u0001\\u007f\"", "\"a\\n\\t\\\"\\\\/\\b\\f\\r\\u0001\\u007f\"")]
    [InlineData("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}")]
    [InlineData(" [ 1 , 2 ] ", "[1,2]")]
    [InlineData("{\"\\ud800\":1}", "{\"\uFFFD\":1}")]
    public void Parse_ReadsWhatJqReads(string json, string expected) => Assert.Equal(expected, JqValue.Parse(json).ToJson());

    [Fact]
    public void Parse_SkipsAByteOrderMark_AndRepairsInvalidUtf8()
    {
        byte[] utf8 = [0xEF, 0xBB, 0xBF, (byte)'"', 0xFF, (byte)'"'];

        Assert.Equal("\uFFFD", JqValue.Parse(utf8).AsString());
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("[1,\n secret]", 2, 2)]
    [InlineData("1 2", 1, 3)]
    [InlineData("{\"secret\" 1}", 1, 11)]
    public void Parse_SaysWhereAndNotWhat(string json, int line, int position)
    {
        var exception = Assert.Throws<JqParseException>(() => JqValue.Parse(json));

        Assert.Equal((line, position), ((int)exception.Line, (int)exception.BytePositionInLine));
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_LimitsDepth()
    {
        Assert.Equal("[[]]", JqValue.Parse("[[]]", 2).ToJson());
        Assert.Contains("deep", Assert.Throws<JqParseException>(() => JqValue.Parse("[[[]]]", 2)).Message, StringComparison.Ordinal);
        Assert.Throws<JqParseException>(() => JqValue.Parse(new string('[', 257) + new string(']', 257)));
        Assert.Throws<JqParseException>(() => JqValue.Parse(new string('[', 100_000), int.MaxValue));
    }

    [Fact]
    public void DeepValue_CannotBeBuilt()
    {
        var value = JqValue.EmptyArray;
        var exception = Assert.Throws<JqLimitException>(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                value = JqValue.Array([value]);
            }
        });

        Assert.Equal(JqLimit.Nesting, exception.Limit);
    }

    [Theory]
    [InlineData("12345678901234567890", "12345678901234567890", false)]
    [InlineData("1.0", "1", true)]
    [InlineData("100e-2", "1", true)]
    [InlineData("0.12345678901234567890123456789", "0.12345678901234567890123456788", false)]
    [InlineData("12345678901234567890", "12345678901234567891", false)]
    [InlineData("1e400", "1e401", false)]
    [InlineData("-0", "0", true)]
    public void Numbers_CompareExactly(string left, string right, bool equal)
    {
        var x = JqValue.Parse(left);
        var y = JqValue.Parse(right);

        Assert.Equal(equal || left == right, x.Equals(y));
        Assert.Equal(equal || left == right, x.ToCanonicalJson() == y.ToCanonicalJson());
    }

    [Fact]
    public void EqualValues_HaveOneCanonicalTextAndHash()
    {
        var left = JqValue.Parse("""{"b":[1.0,2e1],"a":{"z":null,"y":1e30}}""");
        var right = JqValue.Parse("""{"a":{"y":1000000000000000000000000000000,"z":null},"b":[1,20]}""");

        Assert.Equal(left, right);
        Assert.Equal(left.GetHashCode(), right.GetHashCode());
        Assert.Equal(left.ToCanonicalJson(), right.ToCanonicalJson());
        Assert.Equal("""{"a":{"y":1e+30,"z":null},"b":[1,20]}""", left.ToCanonicalJson());
    }

    [Fact]
    public void Members_AreReachable()
    {
        var value = JqValue.Parse("""{"a":[1,"x",true],"n":9007199254740993}""");

        Assert.Equal("x", value["a"][1].AsString());
        Assert.Equal(JqKind.True, value["a"][-1].Kind);
        Assert.True(value["missing"][3]["x"].IsNull);
        Assert.True(value["n"].TryGetInt64(out var number));
        Assert.Equal(9007199254740993, number);
        Assert.Equal(["a", "n"], value.Members.Select(member => member.Key));
        Assert.Equal(3, value["a"].Items.Count);
        Assert.False(value.TryGet("x", out _));
        Assert.False(JqValue.Parse("1.5").TryGetInt64(out _));
        Assert.False(JqValue.Parse("9223372036854775808").TryGetInt64(out _));
    }

    [Fact]
    public void From_MakesValues()
    {
        Assert.Equal("1.50", JqValue.From(1.50m).ToJson());
        Assert.Equal("9223372036854775807", JqValue.From(long.MaxValue).ToJson());
        Assert.Equal("0.1", JqValue.From(0.1).ToJson());
        Assert.Equal("\"a\uFFFD\"", JqValue.From("a\ud800").ToJson());
        Assert.True(JqValue.From((string?)null).IsNull);
        Assert.Equal("""{"k":[true]}""", JqValue.Object([new("k", JqValue.Array([JqValue.From(true)]))]).ToJson());
    }

    [Fact]
    public void WriteTo_GivesTheSameDocument()
    {
        var value = JqValue.Parse("""{"a":[1.0,12345678901234567890,null,true,"ü\u0000"]}""");
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            value.WriteTo(writer);
        }

        Assert.Equal(value.ToJson(), JqValue.Parse(stream.ToArray()).ToJson());
        using var document = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(value.ToJson(), JqValue.FromJson(document.RootElement).ToJson());
    }

    [Fact]
    public void ParsingWhatWasWritten_GivesTheValueBack()
    {
        const int Seed = 4711;
        var random = new Random(Seed);
        for (var i = 0; i < 5_000; i++)
        {
            var value = Build(random, 4);
            var back = JqValue.Parse(value.ToJson());

            Assert.True(value.Equals(back), $"seed {Seed}, case {i}: {value.ToJson()}");
            Assert.Equal(value.ToCanonicalJson(), back.ToCanonicalJson());
            Assert.Equal(value.GetHashCode(), back.GetHashCode());
            Assert.Equal(value, JqValue.Parse(value.ToCanonicalJson()));
        }
    }

    [Fact]
    public void AnyString_SurvivesTheRoundTrip() => Prop.ForAll<string>(text =>
    {
        var value = JqValue.From(text ?? string.Empty);
        var utf8 = Encoding.UTF8.GetBytes(value.ToJson());
        return JqValue.Parse(utf8).Equals(value);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void AnyDouble_SurvivesTheRoundTrip() => Prop.ForAll<double>(number =>
        double.IsNaN(number) || double.IsInfinity(number) || JqValue.Parse(JqValue.From(number).ToJson()).AsDouble().Equals(number))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Order_IsTotal()
    {
        const int Seed = 99;
        var random = new Random(Seed);
        for (var i = 0; i < 3_000; i++)
        {
            var (a, b, c) = (Build(random, 2), Build(random, 2), Build(random, 2));
            var order = JqValue.Order;

            Assert.True(Math.Sign(order.Compare(a, b)) == -Math.Sign(order.Compare(b, a)), $"seed {Seed}, case {i}");
            Assert.True(order.Compare(a, b) > 0 || order.Compare(b, c) > 0 || order.Compare(a, c) <= 0, $"seed {Seed}, case {i}");
            Assert.True(order.Compare(a, b) == 0 == a.Equals(b), $"seed {Seed}, case {i}");
        }
    }

    private static JqValue Build(Random random, int depth)
    {
        string[] texts = ["", "a", "ü", "😀", "\"", "\\", "\n", "\u0000", "\uFFFF", "a b", "key"];
        string[] numbers = ["0", "-0", "1", "1.0", "-1.50", "1e2", "1e-7", "12345678901234567890", "0.1", "1e300", "123456789.123456789123456789"];
        return random.Next(depth > 0 ? 7 : 5) switch
        {
            0 => JqValue.Null,
            1 => JqValue.From(random.Next(2) == 0),
            2 => JqValue.Parse(numbers[random.Next(numbers.Length)]),
            3 => JqValue.From(random.NextDouble() * Math.Pow(10, random.Next(-20, 20))),
            4 => JqValue.From(texts[random.Next(texts.Length)] + texts[random.Next(texts.Length)]),
            5 => JqValue.Array([.. Enumerable.Range(0, random.Next(4)).Select(_ => Build(random, depth - 1))]),
            _ => JqValue.Object(Enumerable.Range(0, random.Next(12)).Select(i =>
                KeyValuePair.Create(texts[random.Next(texts.Length)] + i % 5, Build(random, depth - 1)))),
        };
    }
}
