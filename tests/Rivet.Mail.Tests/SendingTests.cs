using System.Net;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Testing.Mail;

namespace Rivet.Mail.Tests;

/// <summary>Test messages to real and lying servers: what arrives, and what an administrator is told when nothing does.</summary>
public sealed class SendingTests : IAsyncLifetime
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private readonly TempFolder folder = new();
    private MailHost host = null!;
    private Permit permit = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        host = await MailHost.StartAsync(folder);
        permit = (await host.AskAsync(Company))!;
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Test_RightSettings_Arrives(bool isImplicit)
    {
        await using var server = new TestMailServer(isImplicit);
        Assert.Equal(MailOutcome.Sent, await TestAsync(FormOf(server)));
        var mail = Assert.Single(server.Taken);
        Assert.Equal("Hello 你好", mail.Subject);
        Assert.Equal("ana@example.com", mail.To.Mailboxes.Single().Address);
        Assert.Equal(("Rivet 铆钉", "rivet@example.com"), (mail.From.Mailboxes.Single().Name, mail.From.Mailboxes.Single().Address));
        Assert.Equal("The text 文本", mail.TextBody?.Trim());
    }

    [Fact]
    public async Task Test_PlainAtATlsPort_SaysProtect()
    {
        await using var server = new TestMailServer(isImplicit: true);
        var outcome = TestAsync(FormOf(server) with { Security = MailSecurity.StartTls });
        Assert.Equal(MailStep.Protect, (await ToTheLimitAsync(outcome)).Step);
    }

    [Fact]
    public async Task Test_TlsAtAPlainPort_SaysProtect()
    {
        await using var server = new TestMailServer(isImplicit: false);
        Assert.Equal(MailStep.Protect, (await TestAsync(FormOf(server) with { Security = MailSecurity.ImplicitTls })).Step);
    }

    [Fact]
    public async Task Test_StartTlsTakenAway_NeverSpeaksInClear()
    {
        using var liar = new ScriptedServer("220 localhost\r\n", "250-localhost\r\n250 AUTH PLAIN LOGIN\r\n", "235 welcome\r\n");
        var form = new MailForm
        {
            Host = "localhost", Port = liar.Port, Security = MailSecurity.StartTls, Sender = "rivet@example.com",
            User = TestMailServer.User, Password = TestMailServer.Password,
        };
        Assert.Equal(MailStep.Protect, (await TestAsync(form)).Step);
        Assert.DoesNotContain("AUTH", liar.Heard, StringComparison.Ordinal);
        Assert.DoesNotContain("MAIL", liar.Heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_CertificateNobodyKnows_SaysTrust()
    {
        await using var server = new TestMailServer(isImplicit: false);
        Assert.Equal(MailStep.Trust, (await TestAsync(FormOf(server) with { Fingerprint = "" })).Step);
        Assert.Equal(MailStep.Trust, (await TestAsync(FormOf(server) with { Fingerprint = new string('0', 64) })).Step);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task Test_WrongPassword_SaysSignIn()
    {
        await using var server = new TestMailServer(isImplicit: false);
        Assert.Equal(MailStep.SignIn, (await TestAsync(FormOf(server) with { Password = "wrong" })).Step);
        Assert.Equal(MailStep.SignIn, (await TestAsync(FormOf(server) with { User = "", Password = null })).Step);
    }

    [Fact]
    public async Task Test_SenderOrRecipientRefused_SaysWhich()
    {
        await using var server = new TestMailServer(isImplicit: false);
        var sender = await TestAsync(FormOf(server) with { Sender = "nobody@example.com" });
        var recipient = await TestAsync(FormOf(server), "unknown@example.com");
        Assert.Equal((MailStep.Sender, true), (sender.Step, sender.IsFinal));
        Assert.Equal((MailStep.Recipient, true), (recipient.Step, recipient.IsFinal));
        Assert.StartsWith("550", recipient.Reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_RefusedAtTheDoor_SaysWhatTheServerSaidInOneCleanLine()
    {
        using var closed = new ScriptedServer("554-go\u0007 away\r\n554 \u001b[31mnow\r\n");
        var outcome = await TestAsync(new MailForm { Host = "localhost", Port = closed.Port, Security = MailSecurity.StartTls, Sender = "rivet@example.com" });
        Assert.Equal((MailStep.Message, false), (outcome.Step, outcome.IsFinal));
        Assert.StartsWith("554 go", outcome.Reply, StringComparison.Ordinal);
        Assert.DoesNotContain(outcome.Reply, char.IsControl);
    }

    [Fact]
    public void Stopped_ReplyThatTurnsTheDirection_IsCleaned()
        => Assert.Equal("550 a b c", MailOutcome.Stopped(MailStep.Recipient, isFinal: true, "550 a\u202eb\u2028c").Reply);

    [Theory]
    [InlineData("ana@example.com\r\nRCPT TO:<eve@example.com>")]
    [InlineData("ana@example.com, eve@example.com")]
    public async Task Test_AddressThatEndsALine_IsRefusedUnsent(string address)
    {
        await using var server = new TestMailServer(isImplicit: false);
        var tested = await host.Desk.TestAsync(permit, FormOf(server), address, Letter("ana@example.com"), Ct);
        Assert.Equal(new MailProblem(MailRefusal.Malformed, MailField.Recipient), tested.Refusal);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task Test_NobodyThere_SaysConnect()
    {
        var form = new MailForm { Host = "localhost", Port = TestMailServer.FreePort(), Security = MailSecurity.StartTls, Sender = "rivet@example.com" };
        Assert.Equal(MailStep.Connect, (await TestAsync(form)).Step);
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("nowhere.invalid")]
    public async Task Test_NoMailServersPlace_SaysFind(string place)
        => Assert.Equal(MailStep.Find, (await TestAsync(new MailForm { Host = place, Port = 25, Security = MailSecurity.StartTls, Sender = "rivet@example.com" })).Step);

    [Fact]
    public async Task Test_ServerThatNeverAnswers_EndsAtItsLimit()
    {
        using var silent = new ScriptedServer();
        var testing = TestAsync(new MailForm { Host = "localhost", Port = silent.Port, Security = MailSecurity.ImplicitTls, Sender = "rivet@example.com" });
        Assert.Equal(MailStep.Protect, (await ToTheLimitAsync(testing)).Step);
    }

    [Theory]
    [InlineData("554 ", 60_000)]
    [InlineData("220 ", 10_000_000)]
    [InlineData("220-", 10_000_000)]
    public async Task Test_EndlessReply_IsCut(string begin, int length)
    {
        // Whoever listens to the end is refused afterwards, so that this ends either way.
        var end = begin.EndsWith('-') ? "\r\n220 end\r\n" : "\r\n";
        using var chatty = new ScriptedServer(begin + new string('x', length) + end, "554 no\r\n", "554 no\r\n");
        var outcome = await TestAsync(new MailForm { Host = "localhost", Port = chatty.Port, Security = MailSecurity.StartTls, Sender = "rivet@example.com" });
        Assert.NotEqual(MailStep.Sent, outcome.Step);
        Assert.True(outcome.Reply.Length <= 200);
        Assert.True(length < 1_000_000 || !chatty.Heard.Contains("EHLO", StringComparison.Ordinal), "It was heard to its end.");
    }

    [Fact]
    public async Task Test_SixInAMinute_Waits()
    {
        await using var server = new TestMailServer(isImplicit: false);
        for (var number = 0; number < 5; number++)
        {
            await TestAsync(FormOf(server));
        }

        var sixth = await host.Desk.TestAsync(permit, FormOf(server), "ana@example.com", Letter("ana@example.com"), Ct);
        Assert.Equal(MailRefusal.TooMany, sixth.Refusal.Refusal);
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(MailOutcome.Sent, await TestAsync(FormOf(server)));
    }

    private static MailForm FormOf(TestMailServer server) => new()
    {
        Host = "localhost", Port = server.Port, Security = server.IsImplicit ? MailSecurity.ImplicitTls : MailSecurity.StartTls,
        Sender = "rivet@example.com", SenderName = "Rivet 铆钉", User = TestMailServer.User, Password = TestMailServer.Password, Fingerprint = server.Fingerprint,
    };

    private async Task<MailOutcome> TestAsync(MailForm form, string address = "ana@example.com")
        => (await host.Desk.TestAsync(permit, form, address, Letter(address), Ct)).Value;

    private Letter Letter(string address) => host.Desk.TestLetter(address, "Hello 你好", "The text 文本");

    /// <summary>Lets a conversation that has begun run into its limit.</summary>
    private async Task<MailOutcome> ToTheLimitAsync(Task<MailOutcome> conversation)
    {
        await host.Time.Connected;
        host.Time.Advance(TimeSpan.FromSeconds(30));
        return await conversation;
    }
}
