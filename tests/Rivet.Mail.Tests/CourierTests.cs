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
        Assert.NotNull(host.Courier.History.FailedAt);
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

    private async Task<MailForm> SetUpAsync(string fingerprint = "")
    {
        var form = new MailForm
        {
            Host = "localhost", Port = port, Security = MailSecurity.StartTls, Sender = "rivet@example.com",
            User = TestMailServer.User, Password = TestMailServer.Password, Fingerprint = fingerprint,
        };
        Assert.True((await host.Desk.ChangeAsync((await host.AskAsync(Company))!, form, Ct)).IsOk);
        return form;
    }
}
