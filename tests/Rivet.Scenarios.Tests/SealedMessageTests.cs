using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Rivet.Client;
using Rivet.Client.Home;
using Rivet.Client.Native;
using Rivet.Client.Native.Tls;
using Rivet.Client.Sealing;
using Rivet.Container;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.MessageKeys;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// Messages sealed by a company's own keys: real server, real terminal programs, a real key server over SoftHSM. The server stores and hands out what it cannot
/// read, and everybody is told so.
/// </summary>
public sealed class SealedMessageTests : IAsyncLifetime
{
    private const string Plum = "the plum is in the attic 李子在阁楼";
    private const string FileText = "sealed-file-content-7731 ";
    private readonly TempFolder folder = new();
    private readonly KeyServerProcess keys;
    private ServerProcess server = null!;
    private Company company = null!;

    public SealedMessageTests() => keys = new KeyServerProcess(folder, new SoftToken());

    private static CancellationToken Ct => Company.Ct;

    private string Ana => folder["ana"];

    private string Bo => folder["bo"];

    public async ValueTask InitializeAsync()
    {
        await keys.InitAsync(Ct);
        await keys.DoAsync(Ct, "message-key", "rotate");
        await keys.StartForPeopleAsync(Ct);
        server = ServerProcess.Start(folder);
        company = await Company.FoundAsync(server);
        var ana = await JoinAsync(Ana, "Ana Quill");
        var bo = await JoinAsync(Bo, "Bo Reed");
        await company.Founder.AskAsync(
            Method.CreateConversation,
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = "Plan", Members = { ana, bo } },
            CreateConversationResponse.Parser);
        await EnrolAsync(Ana, "Ana");
        await EnrolAsync(Bo, "Bo");
    }

    public async ValueTask DisposeAsync()
    {
        await company.DisposeAsync();
        server.Dispose();
        keys.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Sealed_BetweenTwoTerminals_IsReadByThemAndNeverByTheServer()
    {
        await RequireAsync();
        var file = folder["vermilion-ledger.txt"];
        var content = string.Concat(Enumerable.Repeat(FileText, 20_000)); // two chunks
        await File.WriteAllTextAsync(file, content, Ct);
        await DoAsync(Ana, "send", "Plan", Plum);
        await DoAsync(Ana, "send", "Plan", "see the ledger", "--file", file);
        var read = await DoAsync(Bo, "read", "Plan");
        Assert.Contains($"Ana Quill (sealed): {Plum}", read, StringComparison.Ordinal);
        Assert.Contains("vermilion-ledger.txt", read, StringComparison.Ordinal);
        var post = (await EntriesAsync(Bo)).Single(entry => entry.TryGetProperty("text", out var text) && text.GetString() == "see the ledger");
        Assert.Equal("opened", post.GetProperty("seal").GetString());
        await DoAsync(Bo, "save", "Plan", post.GetProperty("sequence").ToString(), folder["out"]);
        Assert.Equal(content, await File.ReadAllTextAsync(Path.Combine(folder["out"], "vermilion-ledger.txt"), Ct));

        // An edit is sealed too, and shown as the post it changes.
        await DoAsync(Ana, "edit", "Plan", post.GetProperty("sequence").ToString(), "see the crimson ledger");
        Assert.Contains("see the crimson ledger (edited)", await DoAsync(Bo, "read", "Plan"), StringComparison.Ordinal);

        // What the server has when it opened its own seal, in what it gives a member who is not enrolled, and in the bytes of the file.
        string[] secrets = [Plum, "the ledger", "crimson", "vermilion", FileText.Trim()];
        var group = await GroupAsync();
        var entries = await company.Founder.ReadAsync(group);
        var posts = entries.Select(entry => Content.Parser.ParseFrom(entry.Content)).Where(one => one.KindCase is Content.KindOneofCase.Post or Content.KindOneofCase.Edit).ToList();
        Assert.Equal(3, posts.Count);
        Assert.All(entries, entry => Assert.DoesNotContain(secrets, secret => Holds(entry.ToByteArray(), Encoding.UTF8.GetBytes(secret))));
        var attachment = posts.Single(one => one.Post is { Attachments.Count: 1 }).Post.Attachments[0];
        var chunk = await company.Founder.AskAsync(
            Method.GetFileChunk, new GetFileChunkRequest { ConversationId = group, FileId = attachment.FileId }, GetFileChunkResponse.Parser);
        Assert.False(Holds(chunk.Data.ToByteArray(), Encoding.UTF8.GetBytes(FileText)));

        // The key itself, asked for as a device of the company: nowhere on the server's disk, in any form, nor in what it said.
        using var given = await KeyAsync("Auditor");
        var key = given.Keys.Single().Secret.ToArray();
        byte[][] all = [key, Encoding.UTF8.GetBytes(Convert.ToBase64String(key)), Encoding.UTF8.GetBytes(Convert.ToHexStringLower(key)), .. secrets.Select(Encoding.UTF8.GetBytes)];
        Assert.Empty(Found(server.DataFolder, all));
        server.Kill();
        Assert.Empty(Found(server.DataFolder, all));
        Assert.DoesNotContain(secrets, secret => server.Log.Contains(secret, StringComparison.Ordinal));

        // The search does find: what the server may see of it is there once it is not sealed by it.
        Assert.NotEmpty(Found(keys.Folder, [Encoding.UTF8.GetBytes(given.Current.ToString()!)]));
    }

    [Fact]
    public async Task Sealed_WhileTheKeyServerSaysNoOrIsGone_WaitsAndIsReadLater()
    {
        await DoAsync(Ana, "send", "Plan", Plum);
        Assert.Contains(Plum, await DoAsync(Bo, "read", "Plan"), StringComparison.Ordinal);

        await keys.DoAsync(Ct, "kill");
        await IsClosedAsync("your company has stopped giving its keys");
        Assert.Equal(7, (await CliProcess.RunAsync(Ana, "send", "Plan", "while stopped", "--wait", "2")).ExitCode);
        await keys.DoAsync(Ct, "restore");
        Assert.Contains(Plum, await DoAsync(Bo, "read", "Plan"), StringComparison.Ordinal);

        keys.Kill();
        await IsClosedAsync("your company's key server does not answer");
        Assert.Equal(7, (await CliProcess.RunAsync(Ana, "send", "Plan", "while gone", "--wait", "2")).ExitCode);
        await keys.StartForPeopleAsync(Ct);
        await DoAsync(Ana, "send", "Plan", "afterwards");
        var read = await DoAsync(Bo, "read", "Plan");
        int[] order = [read.IndexOf(Plum, StringComparison.Ordinal), read.IndexOf("while stopped", StringComparison.Ordinal), read.IndexOf("while gone", StringComparison.Ordinal), read.IndexOf("afterwards", StringComparison.Ordinal)];
        Assert.DoesNotContain(-1, order);
        Assert.Equal(order.Order(), order);

        // A new key: the old one still opens. A destroyed one never again, and says so. Whoever is revoked is given nothing.
        var first = (await keys.DoAsync(Ct, "message-key", "list")).Split('\t')[1];
        await keys.DoAsync(Ct, "message-key", "rotate");
        await DoAsync(Ana, "send", "Plan", "under the second key");
        read = await DoAsync(Bo, "read", "Plan");
        Assert.Contains(Plum, read, StringComparison.Ordinal);
        Assert.Contains("under the second key", read, StringComparison.Ordinal);
        await keys.DoAsync(Ct, "message-key", "destroy", first);
        read = await DoAsync(Bo, "read", "Plan");
        Assert.DoesNotContain(Plum, read, StringComparison.Ordinal);
        Assert.Contains("the key was destroyed", read, StringComparison.Ordinal);
        Assert.Contains("under the second key", read, StringComparison.Ordinal);
        await keys.DoAsync(Ct, "people", "revoke", "Bo");
        await IsClosedAsync("gives this device no keys any more");
        Assert.Contains("under the second key", await DoAsync(Ana, "read", "Plan"), StringComparison.Ordinal);
        Assert.Contains("\"person\":\"Bo\"", await File.ReadAllTextAsync(keys.UseLog, Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrolment_WithACodeOfAnotherServerOrAUsedOne_IsRefused()
    {
        var carl = folder["carl"];
        await JoinAsync(carl, "Carl");
        var code = await keys.AdmitAsync("Carl", Ct);
        Assert.True(EnrolmentLink.TryParse(code, out var link));

        // Whoever answers at the address with another certificate is told nothing, not even the code.
        var other = link with { Pin = new byte[CertificatePin.Size] };
        Assert.Equal(3, (await CliProcess.RunAsync(carl, "keys", "enrol", other.Reveal())).ExitCode);
        Assert.Equal(2, (await CliProcess.RunAsync(carl, "keys", "enrol", "rivet-keys://nowhere/x/y")).ExitCode);
        await DoAsync(carl, "keys", "enrol", code);
        var dora = folder["dora"];
        await JoinAsync(dora, "Dora");
        Assert.Equal(3, (await CliProcess.RunAsync(dora, "keys", "enrol", code)).ExitCode);

        // Not enrolled where it is required: nothing leaves in clear, and the server would not take it either.
        await RequireAsync();
        var group = await GroupAsync();
        await company.Founder.AskAsync(Method.AddMembers, new AddMembersRequest { ConversationId = group, Members = { await PersonAsync(dora) } }, AddMembersResponse.Parser);
        await DoAsync(dora, "read", "Plan");
        Assert.Equal(3, (await CliProcess.RunAsync(dora, "send", "Plan", "in clear")).ExitCode);
        var refused = await company.Founder.RefusedAsync(
            Method.Send,
            new SendRequest { ConversationId = group, ClientMessageId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), Content = new Content { Post = new Post { Body = new Body { Text = "in clear" } } }.ToByteString() },
            SendResponse.Parser);
        Assert.Equal((RefusalCode.Denied, "messaging.must-be-sealed"), (refused.Code, refused.Reason));
    }

    [Fact]
    public async Task Setting_OfAServerThatLies_OpensNothingAndNothingLeavesInClear()
    {
        // The server names another key server, then none at all: the enrolled device seals all the same, with its own.
        await company.Founder.AskAsync(
            Method.ChangeMessagePolicy,
            new ChangeMessagePolicyRequest { Sealing = new CompanySealing { Enabled = true, KeyServer = "https://evil.example:1", Pin = ByteString.CopyFrom(new byte[32]) } },
            ChangeMessagePolicyResponse.Parser);
        await DoAsync(Ana, "send", "Plan", Plum);
        await DoAsync(Ana, "read", "Plan");
        Assert.True(JsonDocument.Parse(await DoAsync(Ana, "keys", "--json")).RootElement.GetProperty("namesOther").GetBoolean());
        await company.Founder.AskAsync(Method.ChangeMessagePolicy, new ChangeMessagePolicyRequest { Sealing = new CompanySealing() }, ChangeMessagePolicyResponse.Parser);
        await DoAsync(Ana, "send", "Plan", "still sealed");
        var group = await GroupAsync();
        var entries = (await company.Founder.ReadAsync(group)).Where(entry => Content.Parser.ParseFrom(entry.Content).KindCase is Content.KindOneofCase.Post).ToList();
        Assert.Equal(2, entries.Count);
        Assert.All(entries, entry => Assert.Equal(CompanyCipher.Scheme, Content.Parser.ParseFrom(entry.Content).Post.Body.Opaque.Scheme));

        // What a server could do to an entry: none of it opens.
        await using var bo = NativeClient.Open(new ClientHome { Place = new ContainerPlace { Home = Bo } }, TimeProvider.System).Value;
        var whole = entries[0];
        Assert.Equal(SealState.Opened, await SealOfAsync(bo, whole));
        var content = Content.Parser.ParseFrom(whole.Content);
        for (var at = 0; at < content.Post.Body.Opaque.Ciphertext.Length; at++)
        {
            var bytes = content.Post.Body.Opaque.Ciphertext.ToByteArray();
            bytes[at] ^= 0x10;
            Assert.NotEqual(SealState.Opened, await SealOfAsync(bo, With(whole, content, changed => changed.Post.Body.Opaque.Ciphertext = ByteString.CopyFrom(bytes))));
        }

        Assert.Equal(SealState.Forged, await SealOfAsync(bo, With(whole, content, changed => changed.Post.Emote = true)));
        Assert.Equal(SealState.Forged, await SealOfAsync(bo, With(whole, content, changed => changed.Post.Thread = 1)));
        Assert.Equal(SealState.Forged, await SealOfAsync(bo, With(whole, content, changed => changed.Edit = new Edit { Target = 1, Body = changed.Post.Body })));
        Assert.Equal(SealState.Forged, await SealOfAsync(bo, With(whole, content, changed => changed.Post.Attachments.Add(new Attachment { FileId = group, Name = "x" }))));
        Entry[] moved = [whole.Clone(), whole.Clone(), whole.Clone(), whole.Clone()];
        moved[0].ConversationId = company.Founder.Person;
        moved[1].AuthorPersonId = company.Founder.Person;
        moved[2].AuthorDeviceId = company.Founder.Id;
        moved[3].ClientMessageId = entries[1].ClientMessageId;
        foreach (var entry in moved)
        {
            Assert.Equal(SealState.Forged, await SealOfAsync(bo, entry));
        }

        // The same message put into the log again, and an edit in clear that only the server could have made.
        var timeline = new Timeline(EntityId.Read<ConversationId>(whole.ConversationId.Span));
        timeline.Apply(Numbered(whole, 1));
        timeline.Apply(Numbered(whole, 2));
        var edit = whole.Clone();
        edit.Content = new Content { Edit = new Edit { Target = 1, Body = new Body { Text = "the plum is gone" } } }.ToByteString();
        timeline.Apply(Numbered(edit, 3));
        await bo.OpenAsync(timeline, TimeSpan.FromSeconds(60), Ct);
        Assert.Equal([(SealState.Opened, Plum), (SealState.Repeated, "")], timeline.Items.Select(item => (item.Seal, item.Text)));
    }

    private static Entry With(Entry entry, Content content, Action<Content> change)
    {
        var (changed, other) = (entry.Clone(), content.Clone());
        change(other);
        changed.Content = other.ToByteString();
        return changed;
    }

    private static Entry Numbered(Entry entry, ulong sequence)
    {
        var numbered = entry.Clone();
        numbered.Sequence = sequence;
        return numbered;
    }

    private static async Task<SealState> SealOfAsync(RivetClient client, Entry entry) => (await client.OpenAsync(entry, TimeSpan.FromSeconds(60), Ct)).Seal;

    private async Task IsClosedAsync(string why)
    {
        var read = await DoAsync(Bo, "read", "Plan");
        Assert.DoesNotContain(Plum, read, StringComparison.Ordinal);
        Assert.Contains("sealed by your company's own keys", read, StringComparison.Ordinal);
        Assert.Contains(why, read, StringComparison.Ordinal);
    }

    private Task RequireAsync() => company.Founder.AskAsync(
        Method.ChangeMessagePolicy,
        new ChangeMessagePolicyRequest
        {
            Sealing = new CompanySealing { Enabled = true, KeyServer = $"https://localhost:{keys.PeoplePort}", Pin = ByteString.CopyFrom(Pin()), Required = true },
        },
        ChangeMessagePolicyResponse.Parser);

    private byte[] Pin()
    {
        using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(keys.Certificate);
        return CertificatePin.Of(certificate);
    }

    /// <summary>The current key, as a device of the company's is given it.</summary>
    private async Task<KeyAnswer> KeyAsync(string person)
    {
        Assert.True(EnrolmentLink.TryParse(await keys.AdmitAsync(person, Ct), out var link));
        using var identity = Ed25519Key.Create();
        var record = new KeyServerRecord { Host = link.Host, Port = (uint)link.Port, Pin = ByteString.CopyFrom(link.Pin.Span) };
        using var line = new KeyServerLine(record, identity, new SealingParts { Aeads = new LinkAeads(), Handler = PinnedHandler.For }, TimeProvider.System);
        Assert.Equal(person, (await line.EnrolAsync(link.Code.Reveal(), "desk", Ct)).Value);
        return (await line.KeysAsync([], Ct)).Value;
    }

    private async Task<ByteString> GroupAsync()
        => (await company.Founder.AskAsync(Method.ListConversations, new ListConversationsRequest(), ListConversationsResponse.Parser)).Conversations.Single(one => one.Title == "Plan").ConversationId;

    private async Task<ByteString> JoinAsync(string home, string name)
    {
        var invited = await company.Founder.AskAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = name }, CreateInvitationResponse.Parser);
        await DoAsync(home, "join", invited.Link, "--name", name, "--device", "desk");
        return await PersonAsync(home);
    }

    private static async Task<ByteString> PersonAsync(string home)
    {
        var said = JsonDocument.Parse(await DoAsync(home, "whoami", "--json")).RootElement.GetProperty("person").GetString();
        return ByteString.CopyFrom(Guid.Parse(said!).ToByteArray(bigEndian: true));
    }

    private async Task EnrolAsync(string home, string person) => await DoAsync(home, "keys", "enrol", await keys.AdmitAsync(person, Ct));

    private static async Task<List<JsonElement>> EntriesAsync(string home)
        => [.. (await DoAsync(home, "read", "Plan", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static async Task<string> DoAsync(string home, params string[] arguments)
    {
        var (exit, output) = await CliProcess.RunAsync(home, arguments);
        Assert.True(exit == 0, $"{string.Join(' ', arguments)} ended with {exit}: {output}");
        return output;
    }

    private static bool Holds(byte[] bytes, byte[] secret) => bytes.AsSpan().IndexOf(secret) >= 0;

    private static List<string> Found(string folder, byte[][] secrets)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "rivet.lock"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            found.AddRange(secrets.Where(secret => Holds(bytes, secret)).Select(_ => file));
        }

        return found;
    }
}
