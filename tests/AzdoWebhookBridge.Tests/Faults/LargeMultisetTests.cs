using System.Text;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Tests.Catalogs;
using AzdoWebhookBridge.Tests.Faults.Infrastructure;

namespace AzdoWebhookBridge.Tests.Faults;

/// <summary>Up to two hundred events of one entity, each three times and in any order: the document is the same to the byte.</summary>
[Trait("Fault", "F9")]
public sealed class LargeMultisetTests
{
    [Fact]
    public void EventsThreefoldInAnyOrder_GiveTheSameBytes()
    {
        for (var seed = 0; seed < Rounds.Of(500); seed++)
        {
            var random = new ChangeGenerator(seed);
            var changes = random.Events(count: 1 + random.Next(200)).SelectMany(item => item).ToArray();

            var once = Document(changes);
            var thrice = Document(random.Shuffle([.. changes, .. changes, .. changes]));

            Assert.True(once.AsSpan().SequenceEqual(thrice), $"seed {seed}: {Encoding.UTF8.GetString(thrice)} instead of {Encoding.UTF8.GetString(once)}");
        }
    }

    private static byte[] Document(IEnumerable<EntityChange> changes) =>
        EntityDocumentJson.Write(changes.Aggregate(EntityDocument.Empty, Fold.Apply));
}
