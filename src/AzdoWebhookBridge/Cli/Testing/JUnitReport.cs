using System.Globalization;
using System.Text;
using System.Xml;

namespace AzdoWebhookBridge.Cli.Testing;

/// <summary>
/// Test results in the form that build servers read (JUnit's XML as Ant writes it: Azure Pipelines, Jenkins, GitLab and GitHub
/// actions take it).
/// </summary>
internal static class JUnitReport
{
    /// <param name="suite">The name of it all: the folder.</param>
    /// <param name="rules">Which rules were tested.</param>
    /// <param name="results">One a test.</param>
    public static string Write(string suite, string rules, IReadOnlyCollection<MappingTestResult> results)
    {
        using var text = new Utf8StringWriter();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true }))
        {
            writer.WriteStartElement("testsuites");
            WriteCounts(writer, "bridge mapping test", results);
            writer.WriteStartElement("testsuite");
            WriteCounts(writer, suite, results);
            foreach (var result in results)
            {
                writer.WriteStartElement("testcase");
                writer.WriteAttributeString("classname", Clean(rules));
                writer.WriteAttributeString("name", Clean(result.Test.Name));
                writer.WriteAttributeString("file", Clean(result.Test.EventPath));
                if (!result.IsPassed)
                {
                    writer.WriteStartElement("failure");
                    writer.WriteAttributeString("message", Clean(result.Differences[0]));
                    writer.WriteString(Clean(string.Join('\n', result.Differences)));
                    writer.WriteEndElement();
                }

                writer.WriteEndElement();
            }

            writer.WriteEndElement();
            writer.WriteEndElement();
        }

        return text.ToString() + "\n";
    }

    private static void WriteCounts(XmlWriter writer, string name, IReadOnlyCollection<MappingTestResult> results)
    {
        writer.WriteAttributeString("name", Clean(name));
        writer.WriteAttributeString("tests", results.Count.ToString(CultureInfo.InvariantCulture));
        writer.WriteAttributeString("failures", results.Count(result => !result.IsPassed).ToString(CultureInfo.InvariantCulture));
        writer.WriteAttributeString("errors", "0");
    }

    /// <summary>XML has no way to say most control characters.</summary>
    private static string Clean(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? Rune.ReplacementChar : rune));

    /// <summary>Says UTF-8 in the declaration, which is what the file is written in.</summary>
    private sealed class Utf8StringWriter() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
