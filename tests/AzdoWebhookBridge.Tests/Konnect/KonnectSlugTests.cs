using System.Text;
using AzdoWebhookBridge.Konnect;

namespace AzdoWebhookBridge.Tests.Konnect;

public sealed class KonnectSlugTests
{
    private const string Id = "4BC14D40-c903-45e2-872e-0462c7748079";

    [Theory]
    [InlineData("api", "api")]
    [InlineData("Payments API", "payments-api")]
    [InlineData("My.Service_v2", "my.service-v2")]
    [InlineData("a__b  c", "a-b-c")]
    [InlineData("--x..", "x")]
    [InlineData(".config", "config")]
    [InlineData("C#", "c")]
    [InlineData("Überweisung", "berweisung")]
    [InlineData("a--b", "a--b")]
    [InlineData("naïve café", "na-ve-caf")]
    [InlineData("日本語", "repo-4bc14d40")]
    [InlineData("___", "repo-4bc14d40")]
    [InlineData("", "repo-4bc14d40")]
    [InlineData("İstanbul", "stanbul")]
    public void Name_BecomesWhatKonnectTakes(string name, string expected) => Assert.Equal(expected, KonnectSlug.ServiceName(name, Id));

    [Theory]
    [InlineData("Shop", "API", "shop-api")]
    [InlineData("日本", "API", "api-4bc14d40")]
    [InlineData(null, "API", "api-4bc14d40")]
    [InlineData("Shop", "日本", "shop-repo-4bc14d40")]
    public void NameThatIsTaken_GetsTheProjectInFront(string? project, string name, string expected) =>
        Assert.Equal(expected, KonnectSlug.PrefixedName(project, name, Id));

    [Fact]
    public void LongName_IsCutWithoutALooseEnd()
    {
        var name = new string('a', 119) + "-bcd";

        Assert.Equal(new string('a', 119), KonnectSlug.ServiceName(name, Id));
        Assert.Equal(120, KonnectSlug.WithId(new string('b', 200), Id).Length);
        Assert.EndsWith("-4bc14d40", KonnectSlug.WithId(new string('b', 200), Id), StringComparison.Ordinal);
    }

    [Fact]
    public void AnyName_MatchesThePattern()
    {
        var random = new Random(20261121);
        for (var run = 0; run < 20_000; run++)
        {
            var text = RandomText(random);
            foreach (var slug in new[]
            {
                KonnectSlug.ServiceName(text, Id),
                KonnectSlug.PrefixedName(RandomText(random), text, RandomText(random)),
                KonnectSlug.WithId(text, RandomText(random)),
            })
            {
                Assert.Matches("^[0-9a-z.-]{1,120}$", slug);
                Assert.Equal(slug, KonnectSlug.ServiceName(slug, Id));
            }
        }
    }

    private static string RandomText(Random random)
    {
        const string Letters = "aZ09.-_ /\\ÄöİK日\u0000\ud800\udc00🎉'\"#";
        var text = new StringBuilder();
        for (var length = random.Next(random.Next(4) == 0 ? 300 : 12); length > 0; length--)
        {
            text.Append(Letters[random.Next(Letters.Length)]);
        }

        return text.ToString();
    }
}
