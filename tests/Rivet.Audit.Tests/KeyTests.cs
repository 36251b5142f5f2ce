using System.Text;
using Rivet.Audit.Keys;
using Rivet.Audit.Sealing;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>Replacing and revoking the key of a log.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    private static readonly Ed25519Verifier Verifier = new();
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private AuditHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await AuditHost.StartAsync(folder);
        await host.RecordAsync(host.Event(company), host.Event(company));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IAuditKeys Keys => host.Get<IAuditKeys>();

    [Fact]
    public async Task Rotate_Log_OriginStaysBothKeysSignAndItIsRecorded()
    {
        var before = (await host.Identity.OfAsync(company, Ct)).Note;
        var size = (await host.StoredAsync(company)).Row.Size;
        var now = (await RotateAsync()).Keys;
        await host.PumpAsync();

        var after = (await host.Identity.OfAsync(company, Ct)).Note;
        Assert.Equal((before.Name, now[1].Line), (after.Name, after.ToString()));
        Assert.NotEqual(before, after);
        Assert.Equal((before.ToString(), (long?)size), (now[0].Line, now[0].Until));
        var note = await NewestAsync();
        Assert.Equal(after.Id, note.Signatures[0].KeyId);
        Assert.True(await note.IsSignedByAsync(after, Verifier, Ct));
        Assert.True(await note.IsSignedByAsync(before, Verifier, Ct));
        var recorded = (await EventsAsync("audit.key.rotated")).Single().Event;
        Assert.Equal((before.ToString(), after.ToString(), $"{size}"), (recorded.Details["old"], recorded.Details["new"], recorded.Details["size"]));
        await RequireWatchedAsync();
    }

    [Fact]
    public async Task Rotate_Statements_AreAChainWhoseRootIsTheTrees()
    {
        var first = (await host.Identity.OfAsync(company, Ct)).Note;
        await RotateAsync();
        await host.PumpAsync();
        var text = (await RotateAsync()).Statements;
        Assert.True(KeyStatementFile.TryRead(Encoding.UTF8.GetBytes(text), out var statements));
        var chain = (await KeyChain.ReadAsync(first, statements, Verifier, Ct)).Chain!;
        Assert.Equal(3, chain.Keys.Count);
        Assert.True(chain.LeadsOn(first));
        var tree = new CompactTree();
        var leaf = new byte[TreeHash.Size];
        foreach (var entry in (await host.StoredAsync(company)).Entries.Take((int)chain.Keys[0].Until!.Size))
        {
            TreeHash.Leaf(entry.Span, leaf);
            tree.Append(leaf);
        }

        Assert.Equal(tree.Root(), chain.Keys[0].Until!.Root.ToArray());
    }

    [Fact]
    public async Task Rotate_AMonthLater_TheOldKeySignsNoMore()
    {
        var before = (await host.Identity.OfAsync(company, Ct)).Note;
        await RotateAsync();
        host.Time.Advance(TimeSpan.FromDays(29));
        await host.RecordAsync(host.Event(company));
        Assert.True(await (await NewestAsync()).IsSignedByAsync(before, Verifier, Ct));
        host.Time.Advance(TimeSpan.FromDays(2));
        await host.RecordAsync(host.Event(company));
        Assert.Single((await NewestAsync()).Signatures);
        await RequireWatchedAsync();
    }

    [Fact]
    public async Task Rotate_ManyTimesInAMonth_ACheckpointStaysSmall()
    {
        for (var times = 0; times < 6; times++)
        {
            await RotateAsync();
            await host.PumpAsync();
        }

        Assert.Equal(4, (await NewestAsync()).Signatures.Count);
        await RequireWatchedAsync();
    }

    [Fact]
    public async Task Revoke_TheKeyOfNow_AnotherSignsAloneAtOnce()
    {
        var stolen = (await host.Identity.OfAsync(company, Ct)).Note;
        var now = (await Keys.RevokeAsync(await KeyPermitAsync(), LogKeys.IdOf(stolen), Ct)).Value;
        await host.PumpAsync();
        Assert.NotNull(now.Keys[0].RevokedAt);
        Assert.Equal((await host.Identity.OfAsync(company, Ct)).Note.Id, Assert.Single((await NewestAsync()).Signatures).KeyId);
        Assert.Single(await EventsAsync("audit.key.revoked"));
        Assert.Single(await EventsAsync("audit.key.rotated"));
        await RequireWatchedAsync();

        Assert.Equal(AuditRefusal.KeyRevoked, (await Keys.RevokeAsync(await KeyPermitAsync(), LogKeys.IdOf(stolen), Ct)).Refusal);
        Assert.Equal(AuditRefusal.KeyUnknown, (await Keys.RevokeAsync(await KeyPermitAsync(), "00000000", Ct)).Refusal);
    }

    [Fact]
    public async Task Revoke_AKeyReplacedBefore_SignsBesideNoMore()
    {
        var old = (await host.Identity.OfAsync(company, Ct)).Note;
        var now = (await RotateAsync()).Keys[1].Line;
        await host.PumpAsync();
        Assert.True((await Keys.RevokeAsync(await KeyPermitAsync(), LogKeys.IdOf(old), Ct)).IsOk);
        await host.PumpAsync();
        Assert.Equal(now, (await host.Identity.OfAsync(company, Ct)).Note.ToString());
        Assert.Single((await NewestAsync()).Signatures);
    }

    [Fact]
    public async Task Rotate_KilledBetweenKeyAndStatement_TheOldKeyGoesOnAndTheMadeOneIsTakenNext()
    {
        var signer = await host.Identity.OfAsync(company, Ct);
        var made = (await host.Identity.KeyAsync(company, signer.Note.Name, 2, Ct)).Note;
        await RestartAsync();
        await host.RecordAsync(host.Event(company));
        Assert.Equal(signer.Note, (await host.Identity.OfAsync(company, Ct)).Note);
        Assert.Single((await NewestAsync()).Signatures);
        await RequireWatchedAsync();

        Assert.Equal(made.ToString(), (await RotateAsync()).Keys[1].Line);
        await RestartAsync();
        await host.RecordAsync(host.Event(company));
        Assert.Equal(made, (await host.Identity.OfAsync(company, Ct)).Note);
        await RequireWatchedAsync();
    }

    [Fact]
    public async Task Rotate_WhileEntriesWaitToBeStored_TheyAreSignedAnewByTheNewKey()
    {
        await host.Store.WriteAsync(transaction => { transaction.Record(host.Event(company)); return 0; }, Ct);
        var rows = await host.PendingAsync();
        var prepared = await host.Consumer.PrepareAsync(rows, Ct);
        await RotateAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.ApplyAsync(prepared, rows[^1].Position));
        await host.PumpAsync();
        Assert.True(await (await NewestAsync()).IsSignedByAsync((await host.Identity.OfAsync(company, Ct)).Note, Verifier, Ct));
        Assert.Empty(await host.PendingAsync());
    }

    [Fact]
    public async Task Rotate_OneCompany_AnothersAndThePlatformsKeysStay()
    {
        var other = new CompanyId(Guid.CreateVersion7());
        await host.RecordAsync(host.Event(other), host.Event(default));
        var (others, platforms) = (await host.Identity.OfAsync(other, Ct), await host.Identity.OfAsync(default, Ct));
        await RotateAsync();
        Assert.Same(others, await host.Identity.OfAsync(other, Ct));
        Assert.Same(platforms, await host.Identity.OfAsync(default, Ct));
    }

    [Fact]
    public async Task Rotate_ThePlatforms_NoOriginChanges()
    {
        await host.RecordAsync(host.Event(default));
        var origins = ((await host.Identity.OfAsync(default, Ct)).Note.Name, (await host.Identity.OfAsync(company, Ct)).Note.Name);
        Assert.True((await host.Get<LogKeys>().RotateAsync(default, Subject.OfSystem(default), Ct)).IsOk);
        await RestartAsync();
        await host.RecordAsync(host.Event(default), host.Event(company));
        Assert.Equal(origins, ((await host.Identity.OfAsync(default, Ct)).Note.Name, (await host.Identity.OfAsync(company, Ct)).Note.Name));
        await RequireWatchedAsync();
    }

    [Fact]
    public async Task Keys_ByWhoMayNot_AreRefused()
    {
        Assert.Equal(AuditRefusal.WrongPermit, (await Keys.RotateAsync(await host.PermitAsync(company, "audit.share"), Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Keys.RevokeAsync(await host.PermitAsync(company), "00000000", Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Keys.ReadAsync(await KeyPermitAsync(), Ct)).Refusal);
    }

    [Fact]
    public async Task Rotate_LogWithoutEntries_IsRefused()
        => Assert.Equal(AuditRefusal.LogEmpty, (await Keys.RotateAsync(await host.PermitAsync(new(Guid.CreateVersion7()), "audit.key"), Ct)).Refusal);

    [Theory]
    [InlineData("UPDATE audit_key_statement SET note = replace(note, char(10) || '4' || char(10), char(10) || '5' || char(10))")]
    [InlineData("UPDATE audit_key_statement SET note = x'00'")]
    [InlineData("DELETE FROM vault_signing_key WHERE purpose = 'audit-log.2'")]
    public async Task Statements_Edited_NothingIsSignedAndNothingIsLost(string edit)
    {
        await host.RecordAsync(host.Event(company));
        Assert.Equal(4, (await host.StoredAsync(company)).Row.Size);
        await RotateAsync();
        await host.PumpAsync();
        AuditHost.Edit(folder, edit);
        await RestartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => host.RecordAsync(host.Event(company)));
        Assert.NotEmpty(await host.PendingAsync());
        Assert.Equal(AuditRefusal.Unavailable, (await Keys.ReadAsync(await host.PermitAsync(company), Ct)).Refusal);
    }

    [Fact]
    public async Task Watch_CheckpointByAGivenUpKey_IsFound()
    {
        var old = await host.Identity.OfAsync(company, Ct);
        await RotateAsync();
        host.Time.Advance(TimeSpan.FromDays(40));
        await host.RecordAsync(host.Event(company));
        var text = (await NewestAsync()).Text;
        Assert.True(Checkpoint.TryParse(text, out var checkpoint));
        var forged = await LogSigner.SignAsync(checkpoint, old.Keys[0], Ct);
        await host.Store.WriteAsync(transaction => { LogTable.PutCheckpoint(transaction, company, checkpoint.Size, forged.ToString()); return 0; }, Ct);
        await host.Watch.RunOnceAsync(Ct);
        Assert.Contains(host.Watch.State.Faults, fault => fault.Kind is LogFaultKind.NotSigned);
    }

    private async Task<AuditKeys> RotateAsync() => (await Keys.RotateAsync(await KeyPermitAsync(), Ct)).Value;

    private Task<Permit> KeyPermitAsync() => host.PermitAsync(company, "audit.key");

    private async Task RestartAsync()
    {
        var now = host.Time.GetUtcNow();
        await host.DisposeAsync();
        host = await AuditHost.StartAsync(folder);
        host.Time.SetUtcNow(now);
    }

    private async Task<SignedNote> NewestAsync()
    {
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes((await host.StoredAsync(company)).Row.Checkpoint), out var note));
        return note;
    }

    private async Task<AuditEntry[]> EventsAsync(string kind)
        => [.. (await host.Log.ReadLastAsync(await host.PermitAsync(company), 1000, Ct)).Value.Where(entry => entry.Event.Kind.Name == kind)];

    private async Task RequireWatchedAsync()
    {
        while (await host.Watch.RunOnceAsync(Ct))
        {
        }

        Assert.Empty(host.Watch.State.Faults);
    }
}
