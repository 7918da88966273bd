namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// A name that a program asks objects for. Events of one kind are made alike, so the name is where it was in the object before,
/// or as absent as it was there. What is remembered is only a guess to check: threads may overwrite each other's.
/// </summary>
internal sealed class MemberName(string text)
{
    // An array of names that is remembered stays in memory.
    private const int MaxRemembered = 64;

    private int _position;
    private string[]? _absentFrom;

    public string Text { get; } = NameTable.Intern(text);

    public JqValue Of(ObjectValue obj)
    {
        var names = obj.Keys;
        var position = _position;
        if ((uint)position < (uint)names.Length && ReferenceEquals(names[position], Text))
        {
            return obj.Values[position];
        }

        return ReferenceEquals(names, _absentFrom) ? JqValue.Null : Search(obj);
    }

    private JqValue Search(ObjectValue obj)
    {
        var position = obj.IndexOf(Text);
        if (position >= 0)
        {
            _position = position;
            return obj.Values[position];
        }

        if (obj.Count <= MaxRemembered)
        {
            _absentFrom = obj.Keys;
        }

        return JqValue.Null;
    }
}
