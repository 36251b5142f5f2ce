using System.Text.RegularExpressions;

namespace Rivet.Architecture.Tests;

/// <summary>Every kind of security event is said as a sentence on the log's pages, in both languages.</summary>
public sealed partial class EventTextTests
{
    [Theory]
    [InlineData("KindText.resx")]
    [InlineData("KindText.zh-CN.resx")]
    public void Kinds_OfTheProduct_HaveASentence(string texts)
    {
        var file = Repository.Read($"src/modules/Rivet.Audit/Pages/{texts}");
        var kinds = Repository.TrackedFiles
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => Kind().Matches(Repository.Read(file)).Select(match => match.Groups[1].Value))
            .ToHashSet();

        Assert.True(kinds.Count > 30, "the kinds are found");
        Assert.DoesNotContain(kinds, kind => !file.Contains($"<data name=\"{kind}\" ", StringComparison.Ordinal));
    }

    [GeneratedRegex("""\(\s*"([a-z0-9.-]+)",\s*OcsfType\.""")]
    private static partial Regex Kind();
}
