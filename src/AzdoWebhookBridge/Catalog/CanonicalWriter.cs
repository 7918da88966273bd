using System.Buffers;
using System.Text;
using System.Text.Json;

namespace AzdoWebhookBridge.Catalog;

/// <summary>
/// A JSON writer that is kept per thread: a fold writes three small texts an entity, and buffers made anew for each were half of its
/// allocations. One at a time: begin, write, take the result.
/// </summary>
internal sealed class CanonicalWriter
{
    // Relaxed: the text goes into JSON bodies and our own store, never into HTML as it is.
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static CanonicalWriter? _kept;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    private CanonicalWriter() => Json = new Utf8JsonWriter(_buffer, Options);

    public Utf8JsonWriter Json { get; }

    public static CanonicalWriter Begin()
    {
        var writer = _kept ?? new CanonicalWriter();
        _kept = null;
        return writer;
    }

    public string EndAsText()
    {
        Json.Flush();
        var text = Encoding.UTF8.GetString(_buffer.WrittenSpan);
        Keep();
        return text;
    }

    public byte[] EndAsBytes()
    {
        Json.Flush();
        var bytes = _buffer.WrittenSpan.ToArray();
        Keep();
        return bytes;
    }

    // A writer whose user threw is not kept.
    private void Keep()
    {
        if (_buffer.Capacity <= MaxKeptBytes)
        {
            _buffer.ResetWrittenCount();
            Json.Reset();
            _kept = this;
        }
    }
}
