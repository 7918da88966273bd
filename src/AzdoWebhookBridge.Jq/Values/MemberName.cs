namespace AzdoWebhookBridge.Jq.Values;

/// <summary>
/// A name that a program asks objects for. Events of one kind are made alike, so the name is where it was in the object before,
/// or as absent as it was there. What is remembered is only a guess to check: threads may overwrite each other's.
/// </summary>
internal sealed class MemberName(string text)
{
    // An array of names that is remembered stays in memory: few names, and short ones.
    private const int MaxRemembered = 64;

    private int _position;
    private string[]? _absentFrom;

    public string Text { get; } = NameTable.Intern(text);

    public JqValue Of(ObjectValue obj)
    {
        // An object that an evaluation is still building has no array of names.
        if (obj.FixedKeys is not { } names)
        {
            return obj.Get(Text);
        }

        var position = _position;
        if ((uint)position < (uint)names.Length && ReferenceEquals(names[position], Text))
        {
            return obj.ValueAt(position);
        }

        return ReferenceEquals(names, _absentFrom) ? JqValue.Null : Search(obj, names);
    }

    private JqValue Search(ObjectValue obj, string[] names)
    {
        var position = obj.IndexOf(Text);
        if (position >= 0)
        {
            _position = position;
            return obj.ValueAt(position);
        }

        if (names.Length <= MaxRemembered && !ShapeTable.HasLong(names))
        {
            _absentFrom = names;
        }

        return JqValue.Null;
    }
}
