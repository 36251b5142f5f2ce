using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

public sealed class SecrecyTests
{
    [Fact]
    public async Task Content_OfEveryKind_IsNowhereInClear()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server, "Zylophon Kupferwerk");
        var bo = await company.AddAsync("Boleslaw Quetzal", "Qwertz-Notebook");
        var group = (await company.Founder.AskAsync(
            Method.CreateConversation,
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = "Projekt Xanthippe", Members = { bo.Person } },
            CreateConversationResponse.Parser)).Conversation.ConversationId;
        var sent = await company.Founder.SendAsync(group, "the plum is in the attic 李子在阁楼");
        await ReactAsync(bo, group, sent.Sequence, ":plumbob:");
        var file = Guid.NewGuid().ToByteArray();
        await company.Founder.AskAsync(
            Method.PutFileChunk,
            new PutFileChunkRequest { ConversationId = group, FileId = ByteString.CopyFrom(file), Last = true, Data = ByteString.CopyFromUtf8("sealed-file-content-7731") },
            PutFileChunkResponse.Parser);
        var attachment = new Attachment { FileId = ByteString.CopyFrom(file), Name = "vermilion-ledger.txt", MediaType = "text/plain", Size = 24 };
        await SendAsync(company.Founder, group, new Content { Post = new Post { Body = new Body { Text = "see file" }, Attachments = { attachment } } });
        Assert.NotEmpty(await bo.ReadAsync(group));
        string[] secrets =
        [
            "the plum is in the attic", "李子在阁楼", ":plumbob:", "sealed-file-content-7731", "vermilion-ledger", "Projekt Xanthippe",
            "Boleslaw Quetzal", "Qwertz-Notebook", "Zylophon Kupferwerk",
        ];

        // While running, with the write-ahead log in place, and after a kill.
        Assert.Empty(Found(folder.Path, secrets));
        server.Kill();
        Assert.Empty(Found(folder.Path, secrets));
        Assert.DoesNotContain(secrets, secret => server.Log.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_AndData_AreTheirOwnersAlone()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        Assert.NotEmpty(Directory.GetFiles(server.KeysFolder));
        Assert.All(Directory.GetFiles(server.KeysFolder), file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & others));
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(server.KeysFolder) & others);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(server.DataFolder) & others);
    }

    [Fact]
    public void Server_Listening_OpensNoOtherPort()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        using var ss = Process.Start(new ProcessStartInfo("ss", ["-Hltnup"]) { RedirectStandardOutput = true })!;
        var own = ss.StandardOutput.ReadToEnd().Split('\n').Where(line => line.Contains($"pid={server.ProcessId},", StringComparison.Ordinal)).ToList();

        var only = Assert.Single(own);
        Assert.Contains($"127.0.0.1:{server.Port}", only, StringComparison.Ordinal);
    }

    private static Task ReactAsync(Device device, ByteString conversation, ulong target, string emoji)
        => SendAsync(device, conversation, new Content { Reaction = new Reaction { Target = target, Emoji = emoji } });

    private static Task SendAsync(Device device, ByteString conversation, Content content)
        => device.AskAsync(
            Method.Send,
            new SendRequest { ConversationId = conversation, ClientMessageId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), Content = content.ToByteString() },
            SendResponse.Parser);

    /// <summary>Which secrets stand in which files, in UTF-8 or UTF-16.</summary>
    private static List<string> Found(string folder, string[] secrets)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == "rivet.lock")
            {
                Assert.Equal(0, new FileInfo(file).Length); // Held by the server, and empty.
                continue;
            }

            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            found.AddRange(from secret in secrets
                           where bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(secret)) >= 0
                           select $"{secret} in {file}");
        }

        return found;
    }
}
