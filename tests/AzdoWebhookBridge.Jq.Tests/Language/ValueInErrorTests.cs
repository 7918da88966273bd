namespace AzdoWebhookBridge.Jq.Tests.Language;

/// <summary>How values are shown in errors: at most 29 bytes, whole characters, the closing delimiter kept.</summary>
public sealed class ValueInErrorTests
{
    [Theory]
    [InlineData("\"abcdefghijklmnopqrstuvwxyz0123456789\" | -.", "string (\"abcdefghijklmnopqrstuvwx...\") cannot be negated")]
    [InlineData("\"123456789012345678901234567\" | -.", "string (\"123456789012345678901234567\") cannot be negated")]
    [InlineData("\"1234567890123456789012345678\" | -.", "string (\"123456789012345678901234...\") cannot be negated")]
    [InlineData("\"ab\" + \"é\" * 20 | -.", "string (\"abééééééééééé...\") cannot be negated")]
    [InlineData("\"a\" + \"é\" * 20 | -.", "string (\"aééééééééééé...\") cannot be negated")]
    [InlineData("\"a\" + \"😀\" * 9 | -.", "string (\"a😀😀😀😀😀...\") cannot be negated")]
    [InlineData("[range(30)] | -.", "array ([0,1,2,3,4,5,6,7,8,9,10,1...]) cannot be negated")]
    [InlineData("{abc: [range(30)]} | -.", "object ({\"abc\":[0,1,2,3,4,5,6,7,8...}) cannot be negated")]
    [InlineData("[[[[\"a\" * 50]]]] | -.", "array ([[[[\"aaaaaaaaaaaaaaaaaaaa...]) cannot be negated")]
    [InlineData("{(\"k\" * 60): 1} | -.", "object ({\"kkkkkkkkkkkkkkkkkkkkkkk...}) cannot be negated")]
    [InlineData("\"\\n\\\"\" * 20 | -.", "string (\"\\n\\\"\\n\\\"\\n\\\"\\n\\\"\\n\\\"\\n\\\"...\") cannot be negated")]
    [InlineData("[1,2] - {a: \"bcdefghijklmnopqrstuvwxyz0123456789\"}", "array ([1,2]) and object ({\"a\":\"bcdefghijklmnopqrst...}) cannot be subtracted")]
    [InlineData("{} * 5", "object ({}) and number (5) cannot be multiplied")]
    [InlineData("[] / {}", "array ([]) and object ({}) cannot be divided")]
    [InlineData("5 % \"a\"", "number (5) and string (\"a\") cannot be divided (remainder)")]
    [InlineData("1 / 0", "number (1) and number (0) cannot be divided because the divisor is zero")]
    [InlineData("1 % 0", "number (1) and number (0) cannot be divided (remainder) because the divisor is zero")]
    [InlineData("{} + []", "object ({}) and array ([]) cannot be added")]
    [InlineData("true | -.", "boolean (true) cannot be negated")]
    public void Value_IsCut(string program, string message) => Assert.Equal(message, JqAssert.Fails(program).Message);
}
