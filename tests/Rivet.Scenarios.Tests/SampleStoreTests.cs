using System.Text.Json;
using Google.Protobuf;
using Rivet.Client.Native.Tls;
using Rivet.Cryptography.Sodium;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// Stores of earlier builds, committed under <c>samples/</c>, must open with this one. A new sample is made by
/// <c>artifacts/bin/Rivet.Scenarios.Tests/release/Rivet.Scenarios.Tests -explicit only</c>.
/// </summary>
public sealed class SampleStoreTests
{
    private const string Title = "Sample group 样例群";
    private static readonly string[] Texts = ["A first message.", "第二条消息。", "Edited afterwards."];

    private static string Sample => Path.Combine(Fixtures.RepositoryRoot(), "samples", "store-0.1");

    [Fact]
    public async Task Store_OfVersion01_OpensAndIsReadable()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["data"]);
        Directory.CreateDirectory(folder["keys"]);
        Copy(Path.Combine(Sample, "data"), folder["data"]);
        Copy(Path.Combine(Sample, "keys"), folder["keys"]);
        using var server = ServerProcess.Start(folder);
        var device = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Sample, "device.json"), Company.Ct)).RootElement;
        using var keys = new DeviceKeys(
            Ed25519Key.FromSeed(device.GetProperty("identity").GetBytesFromBase64()), X25519Key.FromPrivateKey(device.GetProperty("static").GetBytesFromBase64()));
        var target = new LinkTarget("localhost", server.Port, device.GetProperty("serverKey").GetBytesFromBase64());

        await using var link = (await TlsLink.ConnectAsync(target, keys, null, null, TimeProvider.System, Company.Ct)).Value;
        var list = (await link.AskAsync(Method.ListConversations, new ListConversationsRequest { Limit = 10 }, ListConversationsResponse.Parser, Company.Ct)).Value;
        var group = Assert.Single(list.Conversations);
        var fetch = new FetchRequest { ConversationId = group.ConversationId, Limit = 100 };
        var log = (await link.AskAsync(Method.Fetch, fetch, FetchResponse.Parser, Company.Ct)).Value.Entries;

        Assert.Null(server.Invitation);
        Assert.Equal("Sample & Co 样例公司", link.Welcome.CompanyName);
        Assert.Equal(Title, group.Title);
        Assert.Equal(Texts, log.Select(Device.Text).OfType<string>());
        Assert.Contains(log, entry => Content.Parser.ParseFrom(entry.Content).Edit?.Body?.Text == "Edited.");
        Assert.Contains(log, entry => Content.Parser.ParseFrom(entry.Content).Reaction?.Emoji == "🎉");
    }

    [Fact(Explicit = true)]
    public async Task MakeSample()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server, "Sample & Co 样例公司");
        var bo = await company.AddAsync("Bo 小波");
        var group = (await company.Founder.AskAsync(
            Method.CreateConversation,
            new CreateConversationRequest { Kind = ConversationKind.Group, Title = Title, Members = { bo.Person } },
            CreateConversationResponse.Parser)).Conversation.ConversationId;
        ulong last = 0;
        foreach (var text in Texts)
        {
            last = (await company.Founder.SendAsync(group, text)).Sequence;
        }

        await SendAsync(company.Founder, group, new Content { Edit = new Edit { Target = last, Body = new Body { Text = "Edited." } } });
        await SendAsync(bo, group, new Content { Reaction = new Reaction { Target = last, Emoji = "🎉" } });
        Assert.Equal(0, server.Stop());

        Copy(folder["data"], Path.Combine(Sample, "data"), "rivet.db", "store.name");
        Copy(folder["keys"], Path.Combine(Sample, "keys"), "root.key");
        await File.WriteAllTextAsync(
            Path.Combine(Sample, "device.json"),
            JsonSerializer.Serialize(new
            {
                note = "The keys of a sample. They protect nothing and must never be used.",
                identity = Convert.ToBase64String(company.Founder.Keys.Identity.ExportSeed()),
                @static = Convert.ToBase64String(company.Founder.Keys.Static.ExportPrivateKey()),
                serverKey = Convert.ToBase64String(company.Target.ServerKey.Span),
            }) + "\n",
            Company.Ct);
    }

    private static Task SendAsync(Device device, ByteString conversation, Content content)
        => device.AskAsync(
            Method.Send,
            new SendRequest { ConversationId = conversation, ClientMessageId = ByteString.CopyFrom(Guid.NewGuid().ToByteArray()), Content = content.ToByteString() },
            SendResponse.Parser);

    /// <summary>Copies files, all or the named ones; git keeps no modes, so what is copied is its owner's alone.</summary>
    private static void Copy(string from, string to, params string[] names)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(file => names is [] || names.Contains(Path.GetFileName(file))))
        {
            var copy = Path.Combine(to, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            File.SetUnixFileMode(copy, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
