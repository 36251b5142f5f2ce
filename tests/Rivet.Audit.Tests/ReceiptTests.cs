using System.Text;
using Rivet.Audit.Serving;
using Rivet.Audit.Receipts;
using Rivet.Kernel;
using Rivet.Transparency;
using Rivet.Vault;

namespace Rivet.Audit.Tests;

/// <summary>Receipts that the log makes of destructions, and when it makes none.</summary>
public sealed class ReceiptTests : AuditTests
{
    [Fact]
    public async Task Receipt_OfADestroyedScope_ShowsWhatItSaysAndLeadsToTheCheckpoint()
    {
        await host.RecordAsync(host.Event(company));
        var index = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Of(host.Time.GetUtcNow())));
        var receipt = await ReadAsync(index);
        Assert.Equal(("vault.key.destroyed", ReceiptFault.None), (receipt.Entry.Kind, receipt.Judge()));
        Assert.Equal(("messaging", "Company"), (receipt.Content.Details["application"], receipt.Content.Details["holder"]));
        Assert.Equal(company.ToBytes(), receipt.Content.TargetCompany.ToArray());
        Assert.Equal((await host.Identity.OfAsync(company, Ct)).Note, receipt.Key);

        // The page, the search and the export read it as any other.
        var entry = (await host.Log.ReadAsync(permit, index, 1, Ct)).Value[0];
        Assert.Equal((AuditContentState.Readable, "messaging"), (entry.Content, entry.Event.Details["application"]));
    }

    [Fact]
    public async Task Receipt_AfterAKeyWasReplaced_CarriesTheStatement()
    {
        var index = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Unbounded));
        var before = await ReadAsync(index);
        Assert.True((await host.Get<IAuditKeys>().RotateAsync(await host.PermitAsync(company, "audit.key"), Ct)).IsOk);
        var after = await ReadAsync(index);
        Assert.Empty(before.Statements);
        Assert.Single(after.Statements);
        Assert.NotEqual(before.Key, after.Key);
        Assert.Equal(ReceiptFault.None, after.Judge());
    }

    [Fact]
    public async Task Receipt_OfAnotherKindOrPlace_Refuses()
    {
        await host.RecordAsync(host.Event(company));
        Assert.Equal(AuditRefusal.ReceiptOther, (await host.Log.ReadReceiptAsync(permit, 0, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unknown, (await host.Log.ReadReceiptAsync(permit, 99, Ct)).Refusal);
        Assert.Equal(AuditRefusal.Unknown, (await host.Log.ReadReceiptAsync(permit, -1, Ct)).Refusal);
    }

    [Fact]
    public async Task Receipt_WithAnotherPermit_Refuses()
    {
        var index = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Unbounded));
        Assert.Equal(AuditRefusal.WrongPermit, (await host.Log.ReadReceiptAsync(await host.PermitAsync(company, "audit.share"), index, Ct)).Refusal);
        var other = new CompanyId(Guid.CreateVersion7());
        Assert.Equal(AuditRefusal.Unknown, (await host.Log.ReadReceiptAsync(await host.PermitAsync(other), index, Ct)).Refusal);
    }

    [Fact]
    public async Task Receipt_OfAMonthThatWasDestroyedSince_IsGone()
    {
        var index = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Unbounded));
        await host.Vault.DestroyAsync(KeyScope.Of(company, "audit.3004", KeyPeriod.Of(host.Time.GetUtcNow())), Ct);
        Assert.Equal(AuditRefusal.ReceiptGone, (await host.Log.ReadReceiptAsync(permit, index, Ct)).Refusal);
    }

    [Fact]
    public async Task Receipt_OfAChangedEntry_IsNotMade()
    {
        var index = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Unbounded));
        AuditHost.EditBlob(folder, "audit_bundle", "entries", $"hex(company) = '{company.ToString().ToUpperInvariant()}'", bytes => bytes[^1] ^= 1);
        Assert.False((await host.Log.ReadReceiptAsync(permit, index, Ct)).IsOk);
    }

    [Fact]
    public async Task Receipt_OfACompanyWhoseKeyWasDestroyed_IsTheFolderOwners()
    {
        await host.RecordAsync(host.Event(company));
        await host.DisposeAsync();
        AuditHost.Edit(folder, $"UPDATE vault_company SET state = 4 WHERE hex(company) = '{company.ToString().ToUpperInvariant()}'");
        host = await AuditHost.StartAsync(folder);
        var fact = host.Event(company) with
        {
            Kind = new("vault.company-key.destroyed", OcsfType.EntityDeleted, EventSeverity.High, "versions", "asked", "approved"),
            Details = new Dictionary<string, string> { ["versions"] = "2", ["asked"] = "ana", ["approved"] = "bo" },
        };
        await host.RecordAsync(fact);
        var last = (await host.Log.ReadStandingAsync(company, Ct)).Value!.Last!.Value;
        Assert.True(DestructionReceipt.TryRead(Encoding.UTF8.GetBytes((await host.Get<ReceiptMaker>().MakeAsync(default, last, Ct)).Value), out var receipt));
        Assert.Equal((company.ToString(), "bo", ReceiptFault.None), (receipt.Content.Details["log"], receipt.Content.Details["approved"], receipt.Judge()));
        Assert.EndsWith("/platform", receipt.Checkpoint.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entry_ThatCommits_SaysNothingWithoutItsSalt()
    {
        var index = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Unbounded));
        var second = await DestroyAsync(KeyScope.Of(company, "messaging", KeyPeriod.Unbounded));
        var (one, two) = (await ReadAsync(index), await ReadAsync(second));
        Assert.NotEqual(one.Salt.ToArray(), two.Salt.ToArray());
        EntryCommitment.TrySplit(one.Entry.Sealed, out var commitment, out var ciphertext);
        Assert.Equal(EntryCommitment.Of(one.Salt.Span, one.ContentBytes.Span), commitment);
        Assert.Equal(-1, one.Bytes.Span.IndexOf(one.Salt.Span));
        Assert.Equal(-1, one.Bytes.Span.IndexOf("messaging"u8));
        Assert.True(ciphertext.Length > one.ContentBytes.Length);
    }

    private async Task<long> DestroyAsync(KeyScope scope)
    {
        Assert.True((await host.Vault.DestroyAsync(scope, Ct)).IsOk);
        await host.PumpAsync();
        return (await host.Log.ReadLastAsync(permit, 20, Ct)).Value.First(entry => entry.Event.Kind.Name == "vault.key.destroyed").Index;
    }

    private async Task<DestructionReceipt> ReadAsync(long index)
        => DestructionReceipt.TryRead(Encoding.UTF8.GetBytes((await host.Log.ReadReceiptAsync(permit, index, Ct)).Value), out var receipt) ? receipt : throw new InvalidDataException("No receipt.");
}
