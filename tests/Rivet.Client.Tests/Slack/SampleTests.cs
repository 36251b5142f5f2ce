using System.Text;
using Rivet.Testing;

namespace Rivet.Client.Tests.Slack;

/// <summary>The project's own archive holds what its page says.</summary>
public sealed class SampleTests : ImportTestBase
{
    [Fact]
    public async Task Sample_Imported_HoldsEveryKind()
    {
        var export = new ExportBuilder();
        var folder = Path.Combine(Fixtures.RepositoryRoot(), "samples", "company");
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            export.With(Path.GetRelativePath(folder, file), File.ReadAllBytes(file));
        }

        var report = await ImportAsync(export);

        Assert.Equal((209, 13, 5), (report.Records, report.People, report.Channels));
        Assert.Empty(report.Skipped);
        Assert.Equal((4, 1), (report.Files, report.FilesMissing));
        Assert.All(
            [report.Joins, report.Leaves, report.Notices, report.Changes, report.Deletions, report.Replies, report.Edited, report.Reactions],
            count => Assert.NotEqual(0, count));
        Assert.Equal(0, report.RepliesWithoutThread);
        Assert.Contains(Server.Conversations, conversation => conversation.Title == "茶水间");
        Assert.Contains(Server.Conversations.SelectMany(conversation => conversation.Posts), post => post.Mentions.Count > 0);
        Assert.All(Server.Chunks.Values, chunk => Assert.True(chunk.Length > 50));
        Assert.Contains(Server.Chunks.Values, chunk => Encoding.UTF8.GetString(chunk).Contains("ginkgo table 银杏桌", StringComparison.Ordinal));
    }
}
