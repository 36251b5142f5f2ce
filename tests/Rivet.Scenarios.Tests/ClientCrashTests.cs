using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Rivet.Testing;
using Rivet.Wire;

namespace Rivet.Scenarios.Tests;

/// <summary>The terminal program, killed in the middle of its work.</summary>
public sealed class ClientCrashTests
{
    [Fact]
    public async Task FreshAccount_WithNoFoldersYet_JoinsAndKeepsItsDevice()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var account = Directory.CreateDirectory(folder["account"]).FullName;

        var joined = await CliProcess.RunInAccountAsync(account, "join", server.Invitation!, "--company", "Copper & Ginkgo", "--name", "Ana", "--device", "desk");
        var known = await CliProcess.RunInAccountAsync(account, "whoami");

        Assert.Equal(0, joined);
        Assert.Equal(0, known);
        Assert.True(Directory.Exists(Path.Combine(account, ".local", "share", "rivet", "default")));
    }

    [Fact]
    public async Task Listener_KilledAndStartedAgain_HearsEverythingOnce()
    {
        const int Messages = 400;
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var conversation = await OpenWithCliAsync(company, folder["bo"]);

        var sending = SendAllAsync(company.Founder, conversation, Messages);
        var heard = new List<(ulong Sequence, string Text)>();
        for (var round = 1; round <= 4; round++)
        {
            using var listener = CliProcess.Start(folder["bo"], "listen", "--json");
            var enough = round == 4 ? Messages : round * Messages / 6;
            while (heard.Count < enough && await listener.ReadAsync() is { } line)
            {
                Hear(line, heard);
            }

            // What it printed before it died is in the pipe still.
            listener.Kill();
            while (await listener.ReadAsync() is { } rest)
            {
                Hear(rest, heard);
            }
        }

        await sending;
        Assert.Equal(Enumerable.Range(0, Messages).Select(Name), heard.Select(message => message.Text));
        Assert.Equal(heard.Select(message => message.Sequence).Distinct().Order(), heard.Select(message => message.Sequence));
    }

    [Fact]
    public async Task Sender_KilledAsItsMessageIsCommitted_DoesNotSendItTwice()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var conversation = await OpenWithCliAsync(company, folder["bo"]);
        var id = Convert.ToHexStringLower(conversation.Span);
        string[] texts = ["one", "two", "three"];

        foreach (var text in texts)
        {
            using var sender = CliProcess.Start(folder["bo"], "send", id, text);
            await company.Founder.WaitForTextAsync(text);
            sender.Kill();
        }

        var (code, _) = await CliProcess.RunAsync(folder["bo"], "send", id, "four");

        Assert.Equal(0, code);
        var log = await company.Founder.ReadAsync(conversation);
        Assert.Equal([.. texts, "four"], log.Select(Device.Text).OfType<string>());
    }

    /// <summary>Notes a post. A line that was printed but not noted as printed comes again, and says so.</summary>
    private static void Hear(JsonElement line, List<(ulong Sequence, string Text)> heard)
    {
        var sequence = line.GetProperty("sequence").GetUInt64();
        if (line.GetProperty("kind").GetString() == "post"
            && !(line.TryGetProperty("again", out _) && heard.Exists(known => known.Sequence == sequence)))
        {
            heard.Add((sequence, line.GetProperty("text").GetString()!));
        }
    }

    /// <summary>Bo joins with the terminal program; the founder opens a conversation with Bo.</summary>
    private static async Task<ByteString> OpenWithCliAsync(Company company, string home)
    {
        var invited = await company.Founder.AskAsync(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, PersonName = "Bo" }, CreateInvitationResponse.Parser);
        var (code, _) = await CliProcess.RunAsync(home, "join", invited.Link, "--name", "Bo", "--device", "terminal");
        Assert.Equal(0, code);
        var people = await company.Founder.AskAsync(Method.ListPeople, new ListPeopleRequest { Limit = 10 }, ListPeopleResponse.Parser);
        var bo = people.People.Single(person => person.Name == "Bo").PersonId;
        return (await company.Founder.AskAsync(
            Method.CreateConversation,
            new CreateConversationRequest { Kind = ConversationKind.Direct, Members = { bo } },
            CreateConversationResponse.Parser)).Conversation.ConversationId;
    }

    private static async Task SendAllAsync(Device from, ByteString conversation, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await from.SendAsync(conversation, Name(number));
        }
    }

    private static string Name(int number) => number.ToString("D4", CultureInfo.InvariantCulture);
}
