using Rivet.Testing.Mail;
using Rivet.Wire;

namespace Rivet.Identity.Tests;

/// <summary>Invitations that are mailed, to a real SMTP server.</summary>
public sealed class InvitationLetterTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("en", "Ada invites you to Nordwind", "Your invitation to Nordwind on Rivet")]
    [InlineData("zh-CN", "Ada 邀请您加入 Nordwind", "邀请您加入 Nordwind 的 Rivet")]
    public async Task Create_WithAddress_IsMailedInTheLanguageOfTheHouse(string language, string begins, string subject)
    {
        await using var mail = new TestMailServer(isImplicit: true);
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        await SetUpAsync(ada, mail);
        await ada.AskAsync<ChangeCompanyResponse>(Method.ChangeCompany, new ChangeCompanyRequest { Language = language });

        var made = await ada.AskAsync<CreateInvitationResponse>(
            Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, MailAddress = "bob@example.com" });

        Assert.Equal(1, await server.Get<Rivet.Mail.MailCourier>().RunOnceAsync(Ct));
        var letter = Assert.Single(mail.Taken);
        Assert.Equal(subject, letter.Subject);
        Assert.Equal("bob@example.com", letter.To.Mailboxes.Single().Address);
        Assert.StartsWith(begins, letter.TextBody, StringComparison.Ordinal);
        Assert.Contains(made.Link, letter.TextBody, StringComparison.Ordinal);
        Assert.Contains("/chat", letter.TextBody, StringComparison.Ordinal);
        var recorded = (await server.EventsAsync(IdentityEvents.InvitationCreated))[^1];
        Assert.Equal("yes", recorded.Details["mailed"]);
        Assert.DoesNotContain(recorded.Details.Values, value => value.Contains("bob", StringComparison.Ordinal));
        Assert.False(server.IsStored("bob@example.com"u8));
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("Bob <bob@example.com>")]
    [InlineData("bob@example.com\r\nBcc: all@example.com")]
    public async Task Create_NoAddress_IsInvalidAndMakesNothing(string address)
    {
        await using var mail = new TestMailServer(isImplicit: true);
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        await SetUpAsync(ada, mail);
        var before = (await server.EventsAsync(IdentityEvents.InvitationCreated)).Count;
        var refused = await ada.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, MailAddress = address });
        Assert.Equal("identity.invalid-address", refused.Reason);
        Assert.Equal(before, (await server.EventsAsync(IdentityEvents.InvitationCreated)).Count);
    }

    [Fact]
    public async Task Create_CompanyWithoutMail_SaysSo()
    {
        await using var server = await TestServer.StartAsync();
        var ada = await server.FoundAsync();
        var refused = await ada.RefusedAsync(Method.CreateInvitation, new CreateInvitationRequest { Role = Role.Member, MailAddress = "bob@example.com" });
        Assert.Equal("identity.no-mail", refused.Reason);
    }

    private static async Task SetUpAsync(TestDevice administrator, TestMailServer mail)
        => await administrator.AskAsync<ChangeMailResponse>(Method.ChangeMail, new ChangeMailRequest
        {
            Mail = new MailServer
            {
                Host = "localhost", Port = (uint)mail.Port, Security = MailSecurity.ImplicitTls, Sender = "rivet@example.com",
                User = TestMailServer.User, Password = TestMailServer.Password, Fingerprint = mail.Fingerprint,
            },
        });
}
