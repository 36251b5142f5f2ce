using Rivet.Audit.SavedQueries;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

public sealed class SavedQueryTests : AuditTests
{
    [Fact]
    public async Task Add_List_Remove_OfOneCompany()
    {
        var kept = (await host.Queries.AddAsync(permit, " 被拒绝的登录 ", "outcome:failure", Ct)).Value;
        await host.Queries.AddAsync(permit, "All", "", Ct);
        Assert.Equal(["All", "被拒绝的登录"], (await host.Queries.ListAsync(permit, Ct)).Value.Select(query => query.Name));
        var other = await host.PermitAsync(new(Guid.CreateVersion7()));
        Assert.Empty((await host.Queries.ListAsync(other, Ct)).Value);
        await host.Queries.RemoveAsync(other, kept.Id, Ct);
        Assert.Equal(2, (await host.Queries.ListAsync(permit, Ct)).Value.Count);
        await host.Queries.RemoveAsync(permit, kept.Id, Ct);
        Assert.Equal(["All"], (await host.Queries.ListAsync(permit, Ct)).Value.Select(query => query.Name));
    }

    [Fact]
    public async Task Add_OutOfBounds_IsRefused()
    {
        Assert.Equal(SavedQueryRefusal.OutOfBounds, (await host.Queries.AddAsync(permit, "  ", "", Ct)).Refusal);
        Assert.Equal(SavedQueryRefusal.OutOfBounds, (await host.Queries.AddAsync(permit, new string('x', 61), "", Ct)).Refusal);
        Assert.Equal(SavedQueryRefusal.OutOfBounds, (await host.Queries.AddAsync(permit, "x", new string('x', 2001), Ct)).Refusal);
        for (var number = 0; number < SavedQuery.Most; number++)
        {
            Assert.True((await host.Queries.AddAsync(permit, $"{number}", "", Ct)).IsOk);
        }

        Assert.Equal(SavedQueryRefusal.Full, (await host.Queries.AddAsync(permit, "one more", "", Ct)).Refusal);
    }

    [Fact]
    public async Task Each_WithAPermitForSomethingElse_IsRefused()
    {
        var wrong = await host.PermitAsync(company, "status.read");
        Assert.Equal(SavedQueryRefusal.WrongPermit, (await host.Queries.ListAsync(wrong, Ct)).Refusal);
        Assert.Equal(SavedQueryRefusal.WrongPermit, (await host.Queries.AddAsync(wrong, "x", "", Ct)).Refusal);
        Assert.Equal(SavedQueryRefusal.WrongPermit, (await host.Queries.RemoveAsync(wrong, Guid.NewGuid(), Ct)).Refusal);
    }

    [Fact]
    public async Task Stored_Query_IsSealed()
    {
        await host.Queries.AddAsync(permit, "Name", "person:needle", Ct);
        var stored = await host.Store.ReadAsync(session => SavedQueryTable.List(session, company), Ct);
        Assert.DoesNotContain("needle", System.Text.Encoding.UTF8.GetString(Assert.Single(stored).Content), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddAndRemove_AreRecordedWithoutWhatTheyAsk()
    {
        var kept = (await host.Queries.AddAsync(permit, "Name", "person:needle", Ct)).Value;
        await host.Queries.RemoveAsync(permit, kept.Id, Ct);
        await host.Queries.RemoveAsync(permit, kept.Id, Ct);
        await host.PumpAsync();
        var recorded = (await host.Log.ReadLastAsync(permit, 10, Ct)).Value.Select(entry => entry.Event).Reverse().ToArray();
        Assert.Equal(["audit.query.saved", "audit.query.removed"], recorded.Select(one => one.Kind.Name));
        Assert.All(recorded, one => Assert.Equal(("query", kept.Id.ToString("N")), (Assert.Single(one.Details).Key, one.Details["query"])));
        Assert.All(recorded, one => Assert.Equal(permit.Subject, one.Actor));
    }

    [Fact]
    public async Task AddAndRemove_LogBehind_AreRefusedAndChangeNothing()
    {
        var kept = (await host.Queries.AddAsync(permit, "Kept", "", Ct)).Value;
        await host.FallBehindAsync(company);
        Assert.Equal(SavedQueryRefusal.LogBehind, (await host.Queries.AddAsync(permit, "More", "", Ct)).Refusal);
        Assert.Equal(SavedQueryRefusal.LogBehind, (await host.Queries.RemoveAsync(permit, kept.Id, Ct)).Refusal);
        Assert.Equal(["Kept"], (await host.Queries.ListAsync(permit, Ct)).Value.Select(query => query.Name));
    }
}
