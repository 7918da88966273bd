using System.Text;
using AzdoWebhookBridge.Events;
using AzdoWebhookBridge.Tests.Infrastructure;

namespace AzdoWebhookBridge.Tests.Events;

public sealed class EnvelopeReaderTests
{
    private static EventEnvelope Read(string json)
    {
        Assert.True(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(json), out var envelope, out var error), error);
        return envelope;
    }

    private static string Refuse(string json)
    {
        Assert.False(EnvelopeReader.TryRead(Encoding.UTF8.GetBytes(json), out _, out var error));
        return error;
    }

    [Fact]
    public void RealEvent_EveryMemberIsRead()
    {
        var envelope = Read(Payloads.Push());

        Assert.Equal("git.push", envelope.EventType);
        Assert.Equal(Payloads.Subscription, envelope.SubscriptionId);
        Assert.Equal(12, envelope.NotificationId);
        Assert.Equal("03c164c2-8912-4d5e-8009-3707d5f83734", envelope.Id);
        Assert.Equal("tfs", envelope.PublisherId);
        Assert.Equal("1.0", envelope.ResourceVersion);
        Assert.Equal(ResourceKind.Object, envelope.Resource);
        Assert.Equal("1f6a0b5d-3c7e-4d59-8f7a-6f0c7a0c9a11", envelope.Containers.Project);
        Assert.True(envelope.Containers.HasBaseUrl);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 8, 15, 30, TimeSpan.Zero).Ticks + 1_234_567, envelope.CreatedTicks);
    }

    [Theory]
    [InlineData("2026-11-20T08:15:30.1234567Z", 1_234_567)]
    [InlineData("2026-11-20T08:15:30.1234567", 1_234_567)]
    [InlineData("2026-11-20T08:15:30.123Z", 1_230_000)]
    [InlineData("2026-11-20T08:15:30", 0)]
    [InlineData("2026-11-20T10:15:30.5+02:00", 5_000_000)]
    public void CreatedDate_IsReadInUtcToTheTick(string text, int fraction) =>
        Assert.Equal(
            new DateTimeOffset(2026, 11, 20, 8, 15, 30, TimeSpan.Zero).Ticks + fraction,
            Read($$"""{"eventType":"x","createdDate":"{{text}}"}""").CreatedTicks);

    [Theory]
    [InlineData("\"yesterday\"")]
    [InlineData("\"\"")]
    [InlineData("\"20/11/2026\"")]
    [InlineData("\"9999-12-31T23:59:59-14:00\"")]
    [InlineData("1700000000")]
    public void CreatedDateThatIsNone_IsAbsent(string value) =>
        Assert.Null(Read($$"""{"eventType":"x","createdDate":{{value}}}""").CreatedTicks);

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("4294967297", 4_294_967_297)]
    [InlineData("-1", -1)]
    public void NotificationId_Has64Bits(string value, long expected) =>
        Assert.Equal(expected, Read($$"""{"eventType":"x","notificationId":{{value}}}""").NotificationId);

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("1.5")]
    [InlineData("1e400")]
    [InlineData("\"12\"")]
    [InlineData("{}")]
    public void NotificationIdThatIsNone_IsAbsent(string value) =>
        Assert.Null(Read($$"""{"eventType":"x","notificationId":{{value}}}""").NotificationId);

    [Fact]
    public void RepeatedMember_LastOneWins()
    {
        var envelope = Read("""{"eventType":"a","notificationId":1,"resource":{},"eventType":"b","notificationId":"x","resource":{"a":1}}""");

        Assert.Equal("b", envelope.EventType);
        Assert.Null(envelope.NotificationId);
        Assert.Equal(ResourceKind.Object, envelope.Resource);
    }

    [Theory]
    [InlineData("""{"eventType":"x"}""", ResourceKind.Missing)]
    [InlineData("""{"eventType":"x","resource":null}""", ResourceKind.NotAnObject)]
    [InlineData("""{"eventType":"x","resource":[1]}""", ResourceKind.NotAnObject)]
    [InlineData("""{"eventType":"x","resource":{}}""", ResourceKind.EmptyObject)]
    [InlineData("""{"eventType":"x","resource":{"a":{}}}""", ResourceKind.Object)]
    public void Resource_IsTold(string json, object expected) => Assert.Equal(expected, Read(json).Resource);

    [Theory]
    [InlineData("\\ud800", "\uFFFD")]
    [InlineData("a\\ud800b", "a\uFFFDb")]
    [InlineData("\\ud800\\ud800", "\uFFFD\uFFFD")]
    [InlineData("\\udc00\\ud83d\\ude00", "\uFFFD\U0001F600")]
    [InlineData("\\u0000a\\u0000", "a")]
    [InlineData("\\u00e4\\n\\t\\\"\\\\\\/\\b\\f\\r", "ä\n\t\"\\/\b\f\r")]
    [InlineData("ä😀\\u0041", "ä😀A")]
    public void Text_IsCleaned(string escaped, string expected) =>
        Assert.Equal(expected, Read($$"""{"eventType":"{{escaped}}"}""").EventType);

    [Fact]
    public void EscapedNames_AreFoundAndLoneSurrogatesInNamesDoNotThrow() =>
        Assert.Equal("x", Read("""{"\ud800":1,"event\u0054ype":"x","\u0000":{"\udfff":[]}}""").EventType);

    [Theory]
    [InlineData("{", 1, 2)]
    [InlineData("""{"eventType":"x"} trailing""", 1, 19)]
    [InlineData("{\n  \"eventType\": nope}", 2, 17)]
    public void MalformedJson_IsRefusedWithItsPlaceAndWithoutItsText(string json, int line, int position)
    {
        var error = Refuse(json);

        Assert.Contains($"line {line}, byte {position} ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("nope", error, StringComparison.Ordinal);
        Assert.DoesNotContain("trailing", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("12")]
    public void NoObject_IsRefused(string json) => Assert.Contains("object", Refuse(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("[", "]", "resource")]
    [InlineData("{\"a\":", "}", "resource")]
    [InlineData("[", "]", "unknown")]
    [InlineData("[", "]", "eventType")]
    [InlineData("{\"id\":", "}", "resourceContainers")]
    public void Depth_64IsTakenAnd65IsRefused(string open, string close, string member)
    {
        string Nested(int depth) =>
            $$"""{"eventType":"x","{{member}}":{{string.Concat(Enumerable.Repeat(open, depth - 1))}}1{{string.Concat(Enumerable.Repeat(close, depth - 1))}}}""";

        Read(Nested(64));
        Assert.Contains("depth limit is 64", Refuse(Nested(65)), StringComparison.Ordinal);
        Assert.Contains("depth limit is 64", Refuse(Nested(100_000)), StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTruncation_IsRefused()
    {
        var body = Encoding.UTF8.GetBytes(Payloads.Push());
        for (var length = 0; length < body.Length; length++)
        {
            Assert.False(EnvelopeReader.TryRead(body.AsSpan(0, length), out _, out var error), $"at {length}");
            Assert.NotEmpty(error);
        }
    }

    [CorpusFact]
    public void Corpus_EveryEventHasATypeAndADateIsNeverGuessed()
    {
        foreach (var file in Directory.EnumerateFiles(CorpusFactAttribute.Folder!, "*.json", SearchOption.AllDirectories))
        {
            if (file.Contains("_invalid", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(EnvelopeReader.TryRead(File.ReadAllBytes(file), out var envelope, out var error), $"{file}: {error}");
            Assert.False(string.IsNullOrWhiteSpace(envelope.EventType), file);
            Assert.Equal(Path.GetFileName(Path.GetDirectoryName(file)), envelope.EventType);
        }
    }
}
