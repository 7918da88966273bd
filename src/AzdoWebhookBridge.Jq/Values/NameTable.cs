using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// Names of members that were read before. Events of one kind have the same names, so nearly every name is found here and
/// costs neither decoding nor an object. The table has a fixed size: a newcomer displaces the oldest name of its group of slots.
/// Threads may overwrite each other's entries, which costs a look-up and never an answer.
/// </summary>
internal static class NameTable
{
    /// <summary>Longer names are not kept.</summary>
    public const int MaxLength = 64;
    private const int GroupBits = 10;
    private const int GroupSize = 4;

    private static readonly string?[] Slots = new string?[GroupSize << GroupBits];

    /// <param name="name">Names that a program asks for: kept, so that look-ups find the very same object.</param>
    public static string Intern(string name) => Ascii.IsValid(name) ? Get(Encoding.UTF8.GetBytes(name), out _) : name;

    /// <param name="utf8">Without escapes.</param>
    /// <param name="hash">For the shape of the object.</param>
    public static string Get(ReadOnlySpan<byte> utf8, out uint hash)
    {
        hash = Hash(utf8);
        if (utf8.Length > MaxLength)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        var group = Slots.AsSpan((int)(hash >> (32 - GroupBits)) * GroupSize, GroupSize);
        foreach (var known in group)
        {
            if (known is not null && known.Length == utf8.Length && Ascii.Equals(utf8, known))
            {
                return known;
            }
        }

        var name = Encoding.UTF8.GetString(utf8);
        if (name.Length == utf8.Length)
        {
            group[..^1].CopyTo(group[1..]);
            group[0] = name;
        }

        return name;
    }

    // The ends and the length tell the names of one document apart.
    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        ulong head;
        ulong tail;
        if (utf8.Length >= 8)
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^8..]);
        }
        else if (utf8.Length >= 4)
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(utf8);
            tail = BinaryPrimitives.ReadUInt32LittleEndian(utf8[^4..]);
        }
        else
        {
            head = 0;
            foreach (var unit in utf8)
            {
                head = (head << 8) | unit;
            }

            tail = 0;
        }

        var mixed = ((head ^ (uint)utf8.Length) * 0x9E37_79B9_7F4A_7C15) ^ BitOperations.RotateLeft(tail * 0xC2B2_AE3D_27D4_EB4F, 31);
        return (uint)((mixed * 0x9E37_79B9_7F4A_7C15) >> 32);
    }
}
