using System.Buffers;
using System.IO.Pipelines;

namespace AzdoWebhookBridge.Ingress;

/// <summary>
/// Reads one request's body into one array of exactly its size, within the size limit and the common budget. Disposing it
/// gives the budget back.
/// </summary>
internal sealed class BodyReader(InFlightBudget budget, IngressSettings settings) : IDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private long _taken;

    public byte[] Body { get; private set; } = [];

    /// <summary>Null when the body is complete in <see cref="Body"/>.</summary>
    public ValueTask<Refusal?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength is not { } length)
        {
            return ReadUnknownLengthAsync(request.BodyReader, cancellationToken);
        }

        if (length > settings.MaxBodyBytes)
        {
            return ValueTask.FromResult<Refusal?>(Refusal.TooLarge(settings.MaxBodyBytes));
        }

        return TryTake(length)
            ? ReadKnownLengthAsync(request.BodyReader, (int)length, cancellationToken)
            : ValueTask.FromResult<Refusal?>(Refusal.Overloaded);
    }

    public void Dispose()
    {
        budget.Return(_taken);
        _taken = 0;
    }

    private async ValueTask<Refusal?> ReadKnownLengthAsync(PipeReader reader, int length, CancellationToken cancellationToken)
    {
        var body = GC.AllocateUninitializedArray<byte>(length);
        var filled = 0;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var isTooLong = filled + result.Buffer.Length > length;
            if (!isTooLong)
            {
                result.Buffer.CopyTo(body.AsSpan(filled));
                filled += (int)result.Buffer.Length;
            }

            reader.AdvanceTo(result.Buffer.End);
            if (isTooLong || (result.IsCompleted && filled < length))
            {
                return Refusal.BrokenBody;
            }

            if (result.IsCompleted)
            {
                Body = body;
                return null;
            }
        }
    }

    private async ValueTask<Refusal?> ReadUnknownLengthAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        byte[] buffer = [];
        var filled = 0;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var needed = filled + result.Buffer.Length;
                Refusal? refusal = null;
                if (needed > settings.MaxBodyBytes)
                {
                    refusal = Refusal.TooLarge(settings.MaxBodyBytes);
                }
                else if (needed > buffer.Length && !TryGrow(ref buffer, filled, (int)needed))
                {
                    refusal = Refusal.Overloaded;
                }
                else
                {
                    result.Buffer.CopyTo(buffer.AsSpan(filled));
                    filled = (int)needed;
                }

                reader.AdvanceTo(result.Buffer.End);
                if (refusal is not null || result.IsCompleted)
                {
                    Body = refusal is null ? buffer.AsSpan(0, filled).ToArray() : [];
                    return refusal;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TryGrow(ref byte[] buffer, int filled, int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBuffer, Math.Max(needed, buffer.Length * 2)));
        if (!TryTake(larger.Length - buffer.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        buffer.AsSpan(0, filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
        return true;
    }

    private bool TryTake(long bytes)
    {
        if (!budget.TryTake(bytes, settings.MaxBytesInFlight))
        {
            return false;
        }

        _taken += bytes;
        return true;
    }
}
