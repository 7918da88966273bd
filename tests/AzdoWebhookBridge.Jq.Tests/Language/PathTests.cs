namespace AzdoWebhookBridge.Jq.Tests.Language;

/// <summary>Reading, writing and deleting by path.</summary>
public sealed class PathTests
{
    [Theory]
    [InlineData("[[10,20],30] | pick(first), pick(first | first), [path(first, last, nth(1))]", "[[10,20]]", "[[10]]", "[[0],[-1],[1]]")]
    [InlineData("[1,[2]] | path(getpath([1,0]))", "[1,0]")]
    [InlineData("[3,4] | first = 0, (last |= . + 1), (nth(1) = 9)", "[0,4]", "[3,5]", "[3,9]")]
    [InlineData("[path(limit(2; .a, .b, .c)), path(skip(1; .a, .b)), path(nth(1; .a, .b))]", "[[\"a\"],[\"b\"],[\"b\"],[\"b\"]]")]
    [InlineData("{a: [5]} | [paths], [paths(type == \"number\")]", "[[\"a\"],[\"a\",0]]", "[[\"a\",0]]")]
    public void Path_IsGivenByBuiltins(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("[range(10)] | del(.[1], .[-6], .[2], .[-3:9])", "[0,3,5,6,9]")]
    [InlineData("[range(6)] | del(.[2:4], .[3:5])", "[0,1,5]")]
    [InlineData("[range(6)] | del(.[-1], .[5], .[0])", "[1,2,3,4]")]
    [InlineData("[range(4)] | del(.[nan], .[9], .[1.9])", "[0,2,3]")]
    [InlineData("{a: [1,2,3], b: 4} | del(.a[0,2], .b, .c.d)", "{\"a\":[2]}")]
    [InlineData("[1,2,3,4] | del(.[1:3][0])", "[1,3,4]")]
    [InlineData("{a: {b: 1}} | delpaths([[\"a\"], [\"a\",\"b\"]]), delpaths([[]])", "{}", "null")]
    [InlineData("[[1,2],[3]] | del(.[][0])", "[[2],[]]")]
    public void Deletion_SeesTheContainerAsItWas(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("[1,2,3] | .[1.9], .[-1.5], .[-0.5], .[nan], .[1e300], .[-1e300]", "2", "3", "1", "null", "null", "null")]
    [InlineData("[range(3)] | .[1:nan], .[nan:1], .[0.5:1.2], .[-1.5:]", "[1,2]", "[0]", "[0,1]", "[1,2]")]
    [InlineData("[1,2,3,4] | [.[(0, 1):(2, 3)]]", "[[1,2],[1,2,3],[2],[2,3]]")]
    [InlineData("[1,2,3] | .[0.9] = 0, (.[-1.2] = 0)", "[0,2,3]", "[1,2,0]")]
    [InlineData("null | .[\"a\"], .[0], .[1:2], has(\"a\")", "null", "null", "null", "false")]
    public void Index_IsCutAndNanIsNowhere(string program, params string[] expected) => JqAssert.Outputs(program, "null", expected);

    [Theory]
    [InlineData("5 | .a", "Cannot index number with string (\"a\")")]
    [InlineData("{} | .[0]", "Cannot index object with number (0)")]
    [InlineData("[] | .[\"a\"]", "Cannot index array with string (\"a\")")]
    [InlineData("\"abc\" | .[1.5]", "Cannot index string with number (1.5)")]
    [InlineData("null | .[null]", "Cannot index null with null (null)")]
    [InlineData("5 | .[1:2]", "Cannot index number with object ({\"start\":1,\"end\":2})")]
    [InlineData("5 | .[]", "Cannot iterate over number (5)")]
    [InlineData("null | .[]", "Cannot iterate over null (null)")]
    [InlineData("[] | .[\"a\":1]", "Array/string slice indices must be integers")]
    [InlineData("5 | getpath([\"a\"])", "Cannot index number with string (\"a\")")]
    [InlineData("null | getpath([true])", "Cannot index null with boolean (true)")]
    [InlineData("1 | getpath(\"a\")", "Path must be specified as an array")]
    [InlineData("[3] | .[[3]] = 1", "Cannot update field at array index of array")]
    [InlineData("[1] | .[-2] = 1", "Out of bounds negative array index")]
    [InlineData("[1] | .[nan] = 1", "Cannot set array element at NaN index")]
    [InlineData("{a: 1} | setpath([0]; 1)", "Cannot index object with number (0)")]
    [InlineData("\"x\" | .[0:1] = \"y\"", "Cannot update string slices")]
    [InlineData("[1] | .[0:1] = 5", "A slice of an array can only be assigned another array")]
    [InlineData("{} | delpaths(1)", "Paths must be specified as an array")]
    [InlineData("{} | delpaths([1])", "Path must be specified as array, not number")]
    [InlineData("1 | delpaths([[\"a\"]])", "Cannot delete fields from number")]
    [InlineData("1 | delpaths([[\"a\",\"b\"]])", "Cannot index number with string (\"a\")")]
    [InlineData("{} | delpaths([[1]])", "Cannot delete number field of object")]
    [InlineData("[1] | delpaths([[\"a\"]])", "Cannot delete string element of array")]
    [InlineData("path(1)", "Invalid path expression with result 1")]
    [InlineData("{a: 1} | path(.a | tojson | .[0])", "Invalid path expression near attempt to access element 0 of \"1\"")]
    [InlineData("[1] | path(reverse | .[])", "Invalid path expression near attempt to iterate through [1]")]
    [InlineData("[1,2] | pick(last)", "Out of bounds negative array index")]
    [InlineData("5 | {(.): 3}", "Cannot use number (5) as object key")]
    [InlineData("5 as [$x] | $x", "Cannot index number with number (0)")]
    [InlineData("5 as {a: $x} | $x", "Cannot index number with string (\"a\")")]
    public void Failure_IsNamed(string program, string message) => Assert.Equal(message, JqAssert.Fails(program).Message);
}
