using Rivet.Audit.Serving;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

public sealed class ReaderTests : AuditTests
{
    private AuditReaders Readers => host.Get<AuditReaders>();

    [Fact]
    public async Task Add_Reader_TheTokenOpensThisLogAloneUntilItIsTakenBack()
    {
        var permit = await host.PermitAsync(company, "audit.share");
        var token = (await Readers.AddAsync(permit, " Auditor 审计 ", Ct)).Value;
        Assert.True(await Readers.MayReadAsync(token, company, Ct));
        Assert.False(await Readers.MayReadAsync(token, new(Guid.CreateVersion7()), Ct));
        Assert.False(await Readers.MayReadAsync(token, default, Ct));
        Assert.False(await Readers.MayReadAsync(token[..^1], company, Ct));
        Assert.Equal("Auditor 审计", Assert.Single((await Readers.ListAsync(permit, Ct)).Value).Name);

        Assert.True((await Readers.RemoveAsync(permit, "Auditor 审计", Ct)).IsOk);
        Assert.False(await Readers.MayReadAsync(token, company, Ct));
        Assert.Equal(AuditRefusal.Unknown, (await Readers.RemoveAsync(permit, "Auditor 审计", Ct)).Refusal);
        await host.PumpAsync();
        Assert.Equal(
            ["audit.reader.removed", "audit.reader.added"],
            (await host.Log.ReadLastAsync(await host.PermitAsync(company), 10, Ct)).Value.Select(entry => entry.Event.Kind.Name).Where(name => name.StartsWith("audit.reader", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("two\nlines")]
    [InlineData("\u001b[31mred")]
    public async Task Add_NameThatIsNone_IsRefused(string name)
        => Assert.Equal(AuditRefusal.NameInvalid, (await Readers.AddAsync(await host.PermitAsync(company, "audit.share"), name, Ct)).Refusal);

    [Fact]
    public async Task Add_SameNameOrTooMany_IsRefused()
    {
        var permit = await host.PermitAsync(company, "audit.share");
        for (var number = 0; number < 16; number++)
        {
            Assert.True((await Readers.AddAsync(permit, $"reader {number}", Ct)).IsOk);
            Assert.Equal(number < 15 ? AuditRefusal.NameTaken : AuditRefusal.TooMany, (await Readers.AddAsync(permit, "reader 0", Ct)).Refusal);
        }

        Assert.Equal(AuditRefusal.NameInvalid, (await Readers.AddAsync(permit, new string('x', 65), Ct)).Refusal);
    }

    [Fact]
    public async Task Readers_WithThePermitToReadOnly_AreRefused()
    {
        var permit = await host.PermitAsync(company);
        Assert.Equal(AuditRefusal.WrongPermit, (await Readers.AddAsync(permit, "x", Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Readers.ListAsync(permit, Ct)).Refusal);
        Assert.Equal(AuditRefusal.WrongPermit, (await Readers.RemoveAsync(permit, "x", Ct)).Refusal);
    }

    [Fact]
    public async Task Change_LogBehind_IsRefusedAsThatEverywhere()
    {
        var share = await host.PermitAsync(company, "audit.share");
        await host.FallBehindAsync(company);
        Assert.Equal(AuditRefusal.LogBehind, (await Readers.AddAsync(share, "auditor", Ct)).Refusal);
        Assert.Equal(AuditRefusal.LogBehind, (await host.Exports.AddAsync(share, new AuditExportForm { Kind = ExportKind.Syslog, Address = "logs.example.com:6514" }, Ct)).Refusal);
        Assert.Equal(AuditRefusal.LogBehind, (await host.Witnesses.AddAsync(share, AuditHost.WitnessKey, "https://witness.example.com/", null, Ct)).Refusal);
        Assert.Empty((await Readers.ListAsync(share, Ct)).Value);
        Assert.Equal("log.behind", AuditRequests.ToWire(AuditRefusal.LogBehind).Reason);
    }
}
