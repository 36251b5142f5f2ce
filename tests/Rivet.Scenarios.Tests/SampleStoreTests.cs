using System.Text.Json;
using Google.Protobuf;
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

    [Fact]
    public async Task Store_OfVersion01_ItsChainOfEventsGoesOnInTheSealedLogs()
    {
        using var folder = new TempFolder();
        var store = SampleStore.CopyTo(folder["data"], folder["keys"]);
        var (kinds, head) = ReadChain(store.Database);
        using var server = ServerProcess.Start(folder);

        var ended = await Recovery.RecoverProcess.EventAsync(server, "audit.chain.ended");
        Assert.Contains($"\"hash\":\"{head}\"", ended, StringComparison.Ordinal);
        Assert.Contains($"\"sequence\":\"{kinds.Count}\"", ended, StringComparison.Ordinal);
        var events = await Recovery.RecoverProcess.RunAnywhereAsync(null, ["events", "--data", store.Data, "--keys", store.Keys]);
        var read = events.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("class_uid").GetInt32() == 0)
            .Select(line => line.GetProperty("metadata").GetProperty("event_code").GetString()!)
            .Where(kind => kind != "audit.chain.ended");
        Assert.Equal(kinds.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    private static (List<string> Kinds, string Head) ReadChain(string database)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT kind FROM audit_event";
        var kinds = new List<string>();
        using (var reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                kinds.Add(reader.GetString(0));
            }
        }

        command.CommandText = "SELECT lower(hex(hash)) FROM audit_head";
        return (kinds, (string)command.ExecuteScalar()!);
    }

    [Fact]
    public async Task Store_OfVersion01_OpensAndIsReadable()
    {
        using var folder = new TempFolder();
        SampleStore.CopyTo(folder["data"], folder["keys"]);
        using var server = ServerProcess.Start(folder);

        var (company, group, log) = await SampleStore.ReadAsync(server);

        Assert.Null(server.Invitation);
        Assert.Equal("Sample & Co 样例公司", company);
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

        SampleStore.Copy(folder["data"], Path.Combine(SampleStore.Source, "data"), "rivet.db", "store.name");
        SampleStore.Copy(folder["keys"], Path.Combine(SampleStore.Source, "keys"), "root.key");
        await File.WriteAllTextAsync(
            Path.Combine(SampleStore.Source, "device.json"),
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
}
