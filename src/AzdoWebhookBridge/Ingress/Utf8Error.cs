using System.Buffers;
using System.Text;

namespace AzdoWebhookBridge.Ingress;

internal static class Utf8Error
{
    /// <summary>The first byte (from 0) that is not part of a valid sequence; the length when all are.</summary>
    public static int PositionIn(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (position < bytes.Length
            && Rune.DecodeFromUtf8(bytes[position..], out _, out var consumed) == OperationStatus.Done)
        {
            position += consumed;
        }

        return position;
    }
}
