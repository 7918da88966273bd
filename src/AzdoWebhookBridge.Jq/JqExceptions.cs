namespace AzdoWebhookBridge.Jq;

// The three standard constructors would allow exceptions without the facts that callers rely on.
#pragma warning disable CA1032, MA0128

/// <summary>A program text that is not jq.</summary>
public sealed class JqCompileException : Exception
{
    internal JqCompileException(string message, int line, int column, int offset, int length)
        : base(message)
    {
        Line = line;
        Column = column;
        Offset = offset;
        Length = length;
    }

    /// <summary>Line of the offending text, from 1.</summary>
    public int Line { get; }

    /// <summary>Column of the offending text in UTF-16 units, from 1.</summary>
    public int Column { get; }

    /// <summary>Offset of the offending text from the start of the program.</summary>
    public int Offset { get; }

    /// <summary>Length of the offending text; 0 at the end of the program.</summary>
    public int Length { get; }
}

/// <summary>An error raised by a program at run time; <c>try</c> inside jq catches it.</summary>
public class JqRuntimeException : Exception
{
    public JqRuntimeException(JqValue value)
        : base(Describe(value))
    {
        Value = value;
    }

    internal JqRuntimeException(string message)
        : base(message)
    {
        Value = JqValue.From(message);
    }

    /// <summary>The error's value: a string for the language's own errors, anything for <c>error(x)</c>.</summary>
    public JqValue Value { get; }

    private static string Describe(JqValue value) =>
        value.Kind == JqKind.String ? value.AsString() : "error (not a string): " + ErrorText.Preview(value);
}

/// <summary>Raised by <c>halt_error</c>: ends the program with its value, past every <c>try</c>.</summary>
internal sealed class HaltException(JqValue value) : JqRuntimeException(value);

/// <summary>A budget of <see cref="JqLimits"/> is used up. Nothing inside jq catches it.</summary>
public sealed class JqLimitException : Exception
{
    internal JqLimitException(JqLimit limit, string message)
        : base(message)
    {
        Limit = limit;
    }

    /// <summary>Which budget ended the evaluation.</summary>
    public JqLimit Limit { get; }
}

/// <summary>Bytes that are not one JSON text. The message gives the position and never the text.</summary>
public sealed class JqParseException : Exception
{
    internal JqParseException(string message, long line, long bytePositionInLine, Exception? inner = null)
        : base(message, inner)
    {
        Line = line;
        BytePositionInLine = bytePositionInLine;
    }

    /// <summary>Line of the fault, from 1.</summary>
    public long Line { get; }

    /// <summary>Byte in that line, from 1.</summary>
    public long BytePositionInLine { get; }
}

#pragma warning restore CA1032, MA0128
