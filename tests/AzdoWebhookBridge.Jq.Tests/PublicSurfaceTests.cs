using System.Reflection;
using System.Runtime.CompilerServices;

namespace AzdoWebhookBridge.Jq.Tests;

/// <summary>What others build on. A change here is a promise made or broken: the version and the library's README go with it.</summary>
public sealed class PublicSurfaceTests
{
    private static readonly Assembly Library = typeof(JqProgram).Assembly;

    [Fact]
    public void PublicSurface_IsThis()
    {
        var surface = Library.GetExportedTypes().OrderBy(type => type.Name, StringComparer.Ordinal).SelectMany(Describe);

        Assert.Equal(Expected.ReplaceLineEndings("\n").Trim(), string.Join('\n', surface));
    }

    [Fact]
    public void Library_RestsOnTheFrameworkAlone() => Assert.All(
        Library.GetReferencedAssemblies(), reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));

    private static IEnumerable<string> Describe(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(member => member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && member is not MethodInfo { IsSpecialName: true })
            .Where(member => !IsInherited(member))
            .Select(member => member is MethodInfo method
                ? $"  {method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})"
                : $"  {member.Name}")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Prepend(type.Name);

    private static bool IsInherited(MemberInfo member) =>
        member.Name is "Equals" or "GetHashCode" or "ToString" or "value__" or "Deconstruct" or "<Clone>$" or ".ctor";

    private const string Expected = """
        JqCompileException
          Column
          Length
          Line
          Offset
        JqCompileOptions
          Environment
          SingleQuotes
          Time
          Variables
        JqKind
          Array
          False
          Null
          Number
          Object
          String
          True
        JqLimit
          ArrayLength
          Depth
          Memory
          Nesting
          Outputs
          RegexTime
          Steps
          StringLength
        JqLimitException
          Limit
        JqLimits
          AllocatedBytes
          ArrayItems
          Default
          Depth
          MaxRegexTimeout
          Nesting
          Outputs
          RegexTimeout
          Steps
          StringBytes
        JqParseException
          BytePositionInLine
          Line
        JqProgram
          Compile(String, JqCompileOptions)
          Evaluate(JqValue, JqLimits, CancellationToken)
          Evaluate(JsonElement, JqLimits, CancellationToken)
          First(JqValue, JqLimits, CancellationToken)
          Lint()
          Text
        JqRuntimeException
          Value
        JqValue
          Array(IReadOnlyList`1)
          AsDouble()
          AsString()
          EmptyArray
          EmptyObject
          False
          From(Boolean)
          From(Decimal)
          From(Double)
          From(Int64)
          From(String)
          FromJson(JsonElement)
          IsNull
          IsTruthy
          Item
          Items
          Kind
          MaxNesting
          Members
          Null
          Object(IEnumerable`1)
          Order
          Parse(ReadOnlySpan`1, Int32)
          Parse(String, Int32)
          ToCanonicalJson()
          ToJson()
          True
          TryGet(String, JqValue&)
          TryGetInt64(Int64&)
          WriteTo(Utf8JsonWriter)
        JqWarning
          Code
          Column
          Line
          Message
        """;
}
