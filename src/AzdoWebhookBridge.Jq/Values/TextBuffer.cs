using AzdoWebhookBridge.Jq.Evaluation;

namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// The text of a string that one evaluation builds piece by piece; all its versions are beginnings of one buffer. As with
/// <see cref="Slots"/> only the evaluation that made it adds to it, and not after it has emitted a value.
/// </summary>
internal sealed class TextBuffer
{
    /// <summary>Below that length concatenating is cheaper.</summary>
    public const int MinLength = 1_024;

    private const int VersionBytes = 64;

    private readonly Run _owner;
    private readonly int _epoch;
    private char[] _units;

    public TextBuffer(Run owner, string text)
    {
        _owner = owner;
        _epoch = owner.Epoch;
        _units = new char[Reserve(text.Length)];
        text.CopyTo(_units);
        Used = text.Length;
    }

    public int Used { get; private set; }

    public bool IsNewest(Run run, int length) => ReferenceEquals(run, _owner) && run.Epoch == _epoch && length == Used;

    public void Append(string text)
    {
        _owner.Allocate(VersionBytes);
        if (Used + text.Length > _units.Length)
        {
            Array.Resize(ref _units, Reserve(Used + text.Length));
        }

        text.CopyTo(_units.AsSpan(Used));
        Used += text.Length;
    }

    public string Copy(int length)
    {
        if (_owner.Epoch == _epoch)
        {
            _owner.Steps(length >> 5);
            _owner.Allocate(length * 2L);
        }

        return new string(_units, 0, length);
    }

    private int Reserve(int length)
    {
        var capacity = length + (length >> 1);
        _owner.Allocate(capacity * 2L);
        return capacity;
    }
}
