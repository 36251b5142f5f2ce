using System.Security.Cryptography;
using Rivet.Client.Slack;
using static Rivet.Client.Tests.Slack.ExportBuilder;

namespace Rivet.Client.Tests.Slack;

public sealed class SlackFilesTests : ImportTestBase
{
    private static string WithFile(string file)
        => $$"""[{"type":"message","user":"{{Ana}}","text":"see","ts":"1.0","files":[{{file}}]}]""";

    [Theory]
    [InlineData("__uploads/F0PLAN0001/计划.png")]
    [InlineData("files/F0PLAN0001-plan.png")]
    [InlineData("general/attachments/F0PLAN0001-plan.png")]
    public async Task File_BytesInTheArchive_IsAttachedWhole(string entry)
    {
        var bytes = RandomNumberGenerator.GetBytes((256 * 1024) + 5);
        var report = await ImportAsync(Company().With(entry, bytes).Day(WithFile("""{"id":"F0PLAN0001","name":"计划.png","mimetype":"image/png","size":3}""")));

        var attachment = Server.Only.Posts.Single().Attachments.Single();
        Assert.Equal(("计划.png", "image/png", (ulong)bytes.Length), (attachment.Name, attachment.MediaType, attachment.Size));
        var stored = Server.Chunks.Where(chunk => chunk.Key.File == attachment.FileId).OrderBy(chunk => chunk.Key.Index).SelectMany(chunk => chunk.Value);
        Assert.Equal(bytes, stored);
        Assert.Equal(1, report.Files);
    }

    [Fact]
    public async Task File_OnlyAnAddress_BecomesALine()
    {
        var report = await ImportAsync(Company().Day(WithFile("""{"id":"F0GONE0001","name":"film.mp4","size":2100000,"url_private":"https://files.example/x?t=secret"}""")));

        Assert.Equal("see\n📎 film.mp4 (2.1 MB): not in the archive", Server.Only.Posts.Single().Body.Text);
        Assert.Equal((0, 1), (report.Files, report.FilesMissing));
    }

    [Fact]
    public async Task File_DeletedOrTooLarge_BecomesALine()
    {
        var export = Company().With("__uploads/F0HUGE0001/a.bin", new byte[100]).Day(WithFile(
            """{"id":"F0TOMB0001","mode":"tombstone"},{"id":"F0HUGE0001","name":"a.bin","size":100}"""));
        var report = (await TryImportAsync(export, new SlackArchiveLimits { FileBytes = 99 })).Value;

        Assert.Equal("see\n📎 F0TOMB0001: deleted before the export\n📎 a.bin (100 B): too large to import", Server.Only.Posts.Single().Body.Text);
        Assert.Equal(2, report.FilesMissing);
    }

    [Fact]
    public async Task Files_MoreThanAPostHolds_FollowInFurtherPosts()
    {
        var export = Company();
        var files = Enumerable.Range(0, 45).Select(n => $"F0MANY{n:D4}").ToList();
        files.ForEach(id => export.With($"__uploads/{id}/a.txt", [1]));
        await ImportAsync(export.Day(WithFile(string.Join(',', files.Select(id => $$"""{"id":"{{id}}","name":"a.txt"}""")))));

        Assert.Equal([20, 20, 5], Server.Only.Posts.Select(post => post.Attachments.Count));
    }

    [Fact]
    public async Task File_SecondRun_StoresNoChunkTwice()
    {
        var export = Company().With("__uploads/F0PLAN0001/a.txt", [1, 2, 3]).Day(WithFile("""{"id":"F0PLAN0001","name":"a.txt"}"""));
        await ImportAsync(export);
        await ImportAsync(export);

        Assert.Single(Server.Chunks);
        Assert.Single(Server.Only.Entries);
    }

    [Fact]
    public async Task File_EmptyOne_IsAttached()
    {
        await ImportAsync(Company().With("__uploads/F0NONE0001/a.txt", (byte[])[]).Day(WithFile("""{"id":"F0NONE0001","name":"a.txt"}""")));

        Assert.Equal(0ul, Server.Only.Posts.Single().Attachments.Single().Size);
    }
}
