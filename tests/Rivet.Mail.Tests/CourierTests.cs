using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;
using Rivet.Testing.Mail;

namespace Rivet.Mail.Tests;

/// <summary>What waits is sent once its server can, and given up only when that is useless or too late.</summary>
public sealed class CourierTests : IAsyncLifetime
{
    private static readonly CompanyId Company = new(Guid.CreateVersion7());
    private readonly TempFolder folder = new();
    private readonly int port = TestMailServer.FreePort();
    private MailHost host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await MailHost.StartAsync(folder);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task RunOnce_ServerDownAndUpAgain_IsDeliveredOnce()
    {
        var form = await SetUpAsync();
        await host.EnqueueAsync(Company, "ana@example.com");
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
        Assert.Equal(StatusLevel.Failing, (await host.StatusAsync()).Level);
        await using var server = new TestMailServer(isImplicit: false, port);
        await host.Desk.ChangeAsync((await host.AskAsync(Company))!, form with { Fingerprint = server.Fingerprint }, Ct);
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
        host.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await host.Courier.RunOnceAsync(Ct));
        host.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
        Assert.Equal("You are invited", Assert.Single(server.Taken).Subject);
        Assert.Equal((0, 0), host.Count());
    }

    [Fact]
    public async Task RunOnce_RestartedInBetween_StillSends()
    {
        await using var server = new TestMailServer(isImplicit: false, port);
        await SetUpAsync(server.Fingerprint);
        await host.EnqueueAsync(Company, "ana@example.com");
        await host.DisposeAsync();
        host = await MailHost.StartAsync(folder);
        Assert.Equal(1, await host.Courier.RunOnceAsync(Ct));
        Assert.Single(server.Taken);
    }

    [Fact]
    public async Task RunOnce_RefusedForTheTimeBeing_IsTakenLaterUnderOneMessageId()
    {
        await using var server = new TestMailServer(isImplicit: false, port);
        await SetUpAsync(server.Fingerprint);
        await host.EnqueueAsync(Company, "later@example.com");
        await host.EnqueueAsync(Company, "ana@example.com");
        Assert.Equal(1, await host.Courier.RunOnceAsync(Ct));
        Assert.Equal((1, 0), host.Count());
        Assert.Equal(StatusLevel.Passing, (await host.StatusAsync()).Level);
        var id = await host.Store.ReadAsync(session => session.QueryFirst("SELECT lower(hex(mail_id)) FROM mail_outgoing", row => row.GetString(0)), Ct);
        server.TakesLater = true;
        host.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await host.Courier.RunOnceAsync(Ct));
        Assert.Equal($"{id}@example.com", server.Taken.Last().MessageId);
    }

    [Fact]
    public async Task RunOnce_ServerFails_IsNotAskedAgainForTheRest()
    {
        // It takes one connection only: a second one would wait for ever.
        using var closed = new ScriptedServer("554 no\r\n");
        await SetUpAsync(at: closed.Port);
        await host.EnqueueAsync(Company, "ana@example.com");
        await host.EnqueueAsync(Company, "bo@example.com");
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
        Assert.Equal((2, 0), host.Count());
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
    }

    [Fact]
    public async Task Status_FailingServer_SaysSinceWhenAlsoAfterARestart()
    {
        Assert.Equal("not set up", (await host.StatusAsync()).Value);
        await SetUpAsync();
        Assert.Equal("set up, nothing sent yet", (await host.StatusAsync()).Value);
        await host.EnqueueAsync(Company, "ana@example.com");
        await host.Courier.RunOnceAsync(Ct);
        var first = await host.StatusAsync();
        host.Time.Advance(TimeSpan.FromHours(2));
        await host.Courier.RunOnceAsync(Ct);
        Assert.Equal(first, await host.StatusAsync());
        await host.DisposeAsync();
        host = await MailHost.StartAsync(folder);
        Assert.Equal(first, await host.StatusAsync());
        Assert.Contains("Nobody answers", first.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOnce_RecipientRefusedForGood_IsGivenUpWithoutItsContent()
    {
        await using var server = new TestMailServer(isImplicit: false, port);
        await SetUpAsync(server.Fingerprint);
        await host.EnqueueAsync(Company, "unknown@example.com");
        Assert.Equal(0, await host.Courier.RunOnceAsync(Ct));
        Assert.Equal((0, 1), host.Count());
        Assert.Equal(0, await host.Store.ReadAsync(session => session.QueryFirst("SELECT count(sealed) FROM mail_outgoing", row => row.GetInt64(0)), Ct));
    }

    [Fact]
    public async Task RunOnce_ThreeDaysWithoutServer_IsGivenUpAndForgottenInAMonth()
    {
        await SetUpAsync();
        await host.EnqueueAsync(Company, "ana@example.com");
        for (var hour = 0; hour <= 72; hour++)
        {
            Assert.Equal((1, 0), host.Count());
            await host.Courier.RunOnceAsync(Ct);
            host.Time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal((0, 1), host.Count());
        host.Time.Advance(TimeSpan.FromDays(30));
        await host.EnqueueAsync(Company, "ana@example.com");
        await host.Courier.RunOnceAsync(Ct);
        Assert.Equal((1, 0), host.Count());
    }

    [Fact]
    public async Task Enqueue_TransactionUndone_SendsNothing()
    {
        await SetUpAsync();
        var letter = await host.Office.SealAsync(Company, "ana@example.com", "Never", "sent", Ct);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await host.Store.WriteAsync<int>(
            transaction =>
            {
                host.Office.Enqueue(transaction, letter!);
                throw new InvalidOperationException("the cause did not happen");
            },
            Ct));
        Assert.Equal((0, 0), host.Count());
    }

    [Fact]
    public async Task Seal_CompanyWithoutMail_IsNone()
    {
        Assert.Null(await host.Office.SealAsync(Company, "ana@example.com", "Never", "sent", Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await host.Office.SealAsync(Company, "ana@example.com", "Two\nlines", "sent", Ct));
    }

    [Fact]
    public async Task Remove_WhatWaits_IsGivenUp()
    {
        await SetUpAsync();
        await host.EnqueueAsync(Company, "ana@example.com");
        await host.Desk.RemoveAsync((await host.AskAsync(Company))!, Ct);
        Assert.Equal((0, 1), host.Count());
    }

    private async Task<MailForm> SetUpAsync(string fingerprint = "", int at = 0)
    {
        var form = new MailForm
        {
            Host = "localhost", Port = at == 0 ? port : at, Security = MailSecurity.StartTls, Sender = "rivet@example.com",
            User = TestMailServer.User, Password = TestMailServer.Password, Fingerprint = fingerprint,
        };
        Assert.True((await host.Desk.ChangeAsync((await host.AskAsync(Company))!, form, Ct)).IsOk);
        return form;
    }
}
