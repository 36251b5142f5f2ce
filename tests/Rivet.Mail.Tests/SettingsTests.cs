using Rivet.Access;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Testing.Mail;

namespace Rivet.Mail.Tests;

public sealed class SettingsTests : IAsyncLifetime
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private readonly TempFolder folder = new();
    private MailHost host = null!;
    private Permit permit = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static MailForm Form => new()
    {
        Host = "smtp.example.com", Port = 587, Security = MailSecurity.StartTls, Sender = "rivet@example.com", SenderName = "Rivet",
        User = "rivet", Password = TestMailServer.Password,
    };

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

    [Fact]
    public async Task Change_Settings_AreReadBack()
    {
        Assert.Null((await host.Desk.ReadAsync(permit, Ct)).Value);
        Assert.True((await host.Desk.ChangeAsync(permit, Form, Ct)).IsOk);
        var read = (await host.Desk.ReadAsync(permit, Ct)).Value!;
        Assert.Equal(("smtp.example.com", 587, "rivet@example.com"), (read.Host, read.Port, read.Sender));
        Assert.DoesNotContain(TestMailServer.Password, read.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(TestMailServer.Password, Form.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_WithoutPassword_KeepsItForTheSameServerAndUserOnly()
    {
        await host.Desk.ChangeAsync(permit, Form, Ct);
        await host.Desk.ChangeAsync(permit, Form with { Password = null, SenderName = "Else" }, Ct);
        Assert.Equal(TestMailServer.Password, (await host.Desk.ReadAsync(permit, Ct)).Value!.Password!.Reveal());
        await host.Desk.ChangeAsync(permit, Form with { Password = null, Host = "other.example.com" }, Ct);
        Assert.Null((await host.Desk.ReadAsync(permit, Ct)).Value!.Password);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("address")]
    [InlineData("port")]
    [InlineData("security")]
    [InlineData("line")]
    [InlineData("user")]
    [InlineData("fingerprint")]
    public async Task Change_Malformed_NamesTheFieldAndKeepsWhatWas(string what)
    {
        await host.Desk.ChangeAsync(permit, Form, Ct);
        var (form, field) = what switch
        {
            "host" => (Form with { Host = "https://smtp.example.com" }, MailField.Host),
            "address" => (Form with { Sender = "a@example.com, b@example.com" }, MailField.Sender),
            "port" => (Form with { Port = 65536 }, MailField.Port),
            "security" => (Form with { Security = 0 }, MailField.Security),
            "line" => (Form with { SenderName = "Rivet\r\nBcc: all@example.com" }, MailField.SenderName),
            "user" => (Form with { User = "", Password = "alone" }, MailField.Password),
            _ => (Form with { Fingerprint = "12:34" }, MailField.Fingerprint),
        };
        var refused = await host.Desk.ChangeAsync(permit, form, Ct);
        Assert.Equal(new MailProblem(MailRefusal.Malformed, field), refused.Refusal);
        Assert.Equal("smtp.example.com", (await host.Desk.ReadAsync(permit, Ct)).Value!.Host);
    }

    [Theory]
    [InlineData("ana@example.com", true)]
    [InlineData("安娜@例子.公司", true)]
    [InlineData("ana", false)]
    [InlineData("Ana <ana@example.com>", false)]
    [InlineData("ana@example.com\r\nRCPT TO:<b@example.com>", false)]
    [InlineData("ana@example.com bob@example.com", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void IsAddress_OnePlainAddress_IsOne(string? text, bool isOne) => Assert.Equal(isOne, MailSettings.IsAddress(text));

    [Theory]
    [InlineData(Relation.Member)]
    [InlineData(Relation.Guest)]
    public async Task Ask_NoAdministrator_IsRefused(Relation role) => Assert.Null(await host.AskAsync(Company, role));

    [Fact]
    public async Task Read_AnotherCompany_SeesNothing()
    {
        await host.Desk.ChangeAsync(permit, Form, Ct);
        var other = (await host.AskAsync(new CompanyId(Guid.CreateVersion7())))!;
        Assert.Null((await host.Desk.ReadAsync(other, Ct)).Value);
        await host.Desk.RemoveAsync(other, Ct);
        Assert.NotNull((await host.Desk.ReadAsync(permit, Ct)).Value);
    }

    [Fact]
    public async Task Password_Anywhere_IsNotInClear()
    {
        await host.Desk.ChangeAsync(permit, Form, Ct);
        await host.EnqueueAsync(Company, "ana@example.com");
        await host.Courier.RunOnceAsync(Ct);
        await host.DisposeAsync();
        foreach (var file in Directory.GetFiles(folder["data"], "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, Ct);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(TestMailServer.Password)));
            Assert.Equal(-1, bytes.AsSpan().IndexOf("smtp.example.com"u8));
            Assert.Equal(-1, bytes.AsSpan().IndexOf("secret-code"u8));
            Assert.Equal(-1, bytes.AsSpan().IndexOf("ana@example.com"u8));
        }

        Assert.DoesNotContain(TestMailServer.Password, host.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("ana@example.com", host.Log, StringComparison.Ordinal);
        host = await MailHost.StartAsync(folder);
    }
}
