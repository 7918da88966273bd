using System.Text;

namespace AzdoWebhookBridge.Jq.Tests.Fuzzing;

/// <summary>JSON texts with something changed: their bytes, their parts, their depth.</summary>
internal static class JsonMutations
{
    private const int MaxLength = 30_000;

    private static readonly string[] Parts =
    [
        "null", "true", "0", "-0", "1e999999999", "-1e-999999999", "123456789012345678901234567890.5", "nan", "NaN", "-nan", "Infinity", "1e", "01", "1.", ".5", "+1", "--1", "\"\"", "\"a\"", "\"\\ud800\"",
        "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\x\"", "\"\t\"", "\"", "\\", "[", "]", "{", "}", "[]", "{}", ",", ":", "{\"a\":1,\"a\":2}", "{\"\":{\"\":[]}}", "[[[[[[[[1]]]]]]]]", "/**/", "'", "\uFEFF",
        "\u2028", "😀", "0.1e-400", "9007199254740993", "18446744073709551616", "1425599507", "\"2015-03-05T23:51:47Z\"", "tru", "nulll", " ", "\0",
    ];

    private static readonly byte[][] BadBytes = [[0x80], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF8, 0x88], [0xFF], [0xC3], [0xF0, 0x9F, 0x98], [0xEF, 0xBB, 0xBF], [0x00], [0x7F]];

    public static byte[] Next(Dice dice)
    {
        var text = dice.Pick(FuzzCorpus.Inputs);
        switch (dice.Next(16))
        {
            case 0:
            case 1:
                text = Splice(dice, text);
                break;
            case 2:
            case 3:
                text = $"[{dice.Pick(FuzzCorpus.Inputs)},{text},{dice.Pick(Parts)}]";
                break;
            case 4:
                text = $"{{\"a\":{dice.Pick(FuzzCorpus.Inputs)},\"b\":{text},\"c\":{dice.Pick(Parts)}}}";
                break;
            case 5 when dice.OneIn(25):
                var (open, close) = dice.OneIn(2) ? ("[", "]") : ("{\"a\":", "}");
                var times = dice.Repeat("x", MaxLength / 3).Length;
                text = string.Concat(Enumerable.Repeat(open, times)) + text + string.Concat(Enumerable.Repeat(close, times - dice.Next(2)));
                break;
            case 6 when dice.OneIn(25):
                text = $"[{dice.Repeat(text + ",", MaxLength)}{dice.Pick(Parts)}]";
                break;
            default:
                break;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return dice.OneIn(6) ? Bytes(dice, bytes) : bytes;
    }

    private static string Splice(Dice dice, string text)
    {
        for (var turns = 1 + dice.Next(3); turns > 0; turns--)
        {
            var place = dice.Next(text.Length + 1);
            var end = Math.Min(text.Length, place + dice.Next(6));
            text = dice.Next(3) switch
            {
                0 => text[..place] + text[end..],
                1 => text[..place] + dice.Pick(Parts) + text[end..],
                _ => text[..end] + text[place..],
            };
        }

        return text;
    }

    private static byte[] Bytes(Dice dice, byte[] text)
    {
        List<byte> bytes = [.. text];
        for (var turns = 1 + dice.Next(3); turns > 0 && bytes.Count > 0; turns--)
        {
            var place = dice.Next(bytes.Count);
            switch (dice.Next(4))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << dice.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(place, dice.OneIn(4) ? bytes.Count - place : 1);
                    break;
                case 2:
                    bytes.Insert(place, (byte)dice.Next(256));
                    break;
                default:
                    bytes.InsertRange(place, dice.Pick(BadBytes));
                    break;
            }
        }

        return [.. bytes];
    }
}
