using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AzdoWebhookBridge.Catalog;
using AzdoWebhookBridge.Mapping;

namespace AzdoWebhookBridge.Backfill;

/// <summary>
/// Which entities a run found, by the rules that were in force when it began: also those whose fields it did not get to write, because
/// something with a higher version had. Kept as hashes, 64 bits each: two that are alike only keep something from being pruned.
/// </summary>
internal sealed class SeenEntities(MappingRules rules)
{
    private readonly HashSet<ulong> _hashes = [];

    /// <summary>Of the rules it was made with.</summary>
    public string Fingerprint => rules.Fingerprint;

    public void Add(BackfillItem item)
    {
        var result = EventMapper.Map(rules, generation: 0, new EventInput
        {
            Body = item.Body,
            Context = EventInput.NoContext,
            EventKey = "",
            EventTime = item.Moment.UtcTicks,
            IsBackfill = true,
        });
        foreach (var output in result.Outputs.Where(output => output.Kind == ChangeKind.Upsert))
        {
            Add(output.Key);
        }
    }

    public void Add(EntityKey key) => _hashes.Add(Hash(key));

    public bool Contains(EntityKey key) => _hashes.Contains(Hash(key));

    private static ulong Hash(EntityKey key) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Target}\n{key.Blueprint}\n{key.Identifier}")));
}
