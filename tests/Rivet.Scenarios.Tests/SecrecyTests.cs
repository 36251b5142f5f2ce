using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Rivet.Storage;
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
        await ImportAsync(company);
        await ConfigureAsync(company);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();
        string[] secrets =
        [
            "imported-body-of-the-old-days", "Kassiopeia Oldhand", "kassio-handle", "Channel Hollyhock", "password-of-the-mail-server", "webhook-secret-5521", "invited@obscure-garden.example",
            "the plum is in the attic", "李子在阁楼", ":plumbob:", "sealed-file-content-7731", "vermilion-ledger", "Projekt Xanthippe",
            "Boleslaw Quetzal", "Qwertz-Notebook", "Zylophon Kupferwerk",
        ];
        using var control = new TempFolder();
        await File.WriteAllTextAsync(Path.Combine(control.Path, "found"), "x" + secrets[0], Company.Ct);
        Assert.Single(Found(control.Path, secrets));

        // While running, with the write-ahead log in place, and after a kill; the backup lies in the same folder, and temporary files of this very process.
        Assert.Empty(Found(folder.Path, secrets));
        Assert.Empty(OpenFiles(server.ProcessId).SelectMany(file => FoundIn(file, secrets)));
        server.Kill();
        Assert.Empty(Found(folder.Path, secrets));
        Assert.DoesNotContain(secrets, secret => server.Log.Contains(secret, StringComparison.Ordinal));
    }

    /// <summary>A table that is not named here may hold something that the scan above does not know: add its content there, and the table here.</summary>
    [Fact]
    public void Tables_AreAllNamedInTheScan()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        server.Stop();
        using var snapshot = StoreSnapshot.Open(server.DataFolder);
        var tables = snapshot.Schema.Tables.Select(table => table.Name).ToArray();
        var unnamed = tables.Except(ScannedTables.All).ToArray();
        Assert.True(
            unnamed.Length == 0, $"In no list of ScannedTables: {string.Join(", ", unnamed)}. Content joins the scan with words of its own; to come were {string.Join(", ", ScannedTables.ToCome)}.");
        Assert.Empty(ScannedTables.All.Except(tables));
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

    /// <summary>An archive's person, channel and message.</summary>
    private static async Task ImportAsync(Company company)
    {
        var people = await company.Founder.AskAsync(
            Method.ImportPeople,
            new ImportPeopleRequest { Source = "slack:T1", People = { new ImportedPerson { ExternalId = "U1", Name = "Kassiopeia Oldhand", Handle = "kassio-handle" } } },
            ImportPeopleResponse.Parser);
        var channel = await company.Founder.AskAsync(
            Method.ImportConversation,
            new ImportConversationRequest { Source = "slack:T1", ExternalId = "C1", Title = "Channel Hollyhock", Members = { people.PersonIds } },
            ImportConversationResponse.Parser);
        var added = await company.Founder.AskAsync(
            Method.ImportEntries,
            new ImportEntriesRequest
            {
                ConversationId = channel.Conversation.ConversationId,
                Entries =
                {
                    new ImportedEntry
                    {
                        ExternalId = "1.1", AuthorPersonId = people.PersonIds[0], OwnTimeMs = 1_700_000_000_000,
                        Content = new Content { Post = new Post { Body = new Body { Text = "imported-body-of-the-old-days" } } }.ToByteString(),
                    },
                },
            },
            ImportEntriesResponse.Parser);
        Assert.Equal(1u, added.Added);
    }

    /// <summary>What an administrator types that is nobody else's business.</summary>
    private static async Task ConfigureAsync(Company company)
    {
        var mail = new MailServer
        {
            Host = "mail.example.com", Port = 465, Security = MailSecurity.ImplicitTls, Sender = "rivet@example.com", SenderName = "Rivet", User = "rivet", Password = "password-of-the-mail-server",
        };
        await company.Founder.AskAsync(Method.ChangeMail, new ChangeMailRequest { Mail = mail }, ChangeMailResponse.Parser);
        await company.Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Boleslaw Quetzal", MailAddress = "invited@obscure-garden.example" }, CreateInvitationResponse.Parser);
        var export = new AddLogExportRequest { Kind = LogExportKind.Webhook, Name = "hook", Address = "https://hooks.example.com/rivet", Secret = "webhook-secret-5521-webhook-secret" };
        await company.Founder.AskAsync(Method.AddLogExport, export, AddLogExportResponse.Parser);
    }

    private static Task ReactAsync(Device device, ByteString conversation, ulong target, string emoji)
        => SendAsync(device, conversation, new Content { Reaction = new Reaction { Target = target, Emoji = emoji } });

    private static Task SendAsync(Device device, ByteString conversation, Content content)
        => device.AskAsync(
            Method.Send,
            new SendRequest { ConversationId = conversation, ClientMessageId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), Content = content.ToByteString() },
            SendResponse.Parser);

    /// <summary>The files that a process holds open, also those that were unlinked: temporary ones. What is no file on a disk is left out.</summary>
    private static IEnumerable<string> OpenFiles(int processId)
        => Directory.EnumerateFileSystemEntries($"/proc/{processId}/fd").Where(entry => new FileInfo(entry).LinkTarget is { } target && target.StartsWith('/') && !target.StartsWith("/dev/", StringComparison.Ordinal) && !target.StartsWith("/memfd:", StringComparison.Ordinal) && !target.EndsWith("/rivet.lock", StringComparison.Ordinal)
            && !target.StartsWith("/proc/", StringComparison.Ordinal) && !target.EndsWith(".dll", StringComparison.Ordinal));

    private static IEnumerable<string> FoundIn(string file, string[] secrets)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return [.. from secret in secrets
                   where bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(secret)) >= 0
                   select $"{secret} in {file}"];
    }

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

            found.AddRange(FoundIn(file, secrets));
        }

        return found;
    }
}
