using System.Globalization;
using Rivet.Audit.Watching;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

/// <summary>The store is edited as its owner could, past the server.</summary>
public sealed class WatchTests : AuditTests
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await host.RecordAsync([.. Enumerable.Range(0, 600).Select(_ => host.Event(company))]);
    }

    [Theory]
    [InlineData("UPDATE audit_bundle SET entries = substr(entries, 1, 100) WHERE number = 1", LogFaultKind.Cut, 256L)]
    [InlineData("UPDATE audit_bundle SET number = CASE number WHEN 0 THEN 1 ELSE 0 END + 10 WHERE number < 2; UPDATE audit_bundle SET number = number - 10 WHERE number >= 10", LogFaultKind.Changed, 0L)]
    [InlineData("DELETE FROM audit_bundle WHERE number = 1", LogFaultKind.Cut, 256L)]
    [InlineData("DELETE FROM audit_bundle WHERE number = 2", LogFaultKind.Cut, 512L)]
    [InlineData("UPDATE audit_tile SET hashes = zeroblob(8192) WHERE level = 0 AND number = 0", LogFaultKind.Changed, 0L)]
    [InlineData("UPDATE audit_log SET checkpoint = replace(checkpoint, char(10) || '600' || char(10), char(10) || '599' || char(10))", LogFaultKind.NotSigned, 600L)]
    public async Task Look_EditedStore_IsFoundAndSaidOnTheStatusPage(string edit, object kind, long index)
    {
        AuditHost.Edit(folder, edit);
        await LookAsync();
        var fault = Assert.Single(host.Watch.State.Faults, fault => fault.Log == company.ToString());
        Assert.Equal(((LogFaultKind)kind, index), (fault.Kind, fault.Index));
        var line = (await host.Status.ReadAsync(CultureInfo.GetCultureInfo("en"), Ct)).Lines[0];
        Assert.Equal(StatusLevel.Failing, line.Level);
    }

    [Fact]
    public async Task Look_OneBitOfAnEntryChanged_IsFoundAtThatEntry()
    {
        AuditHost.EditBlob(folder, "audit_bundle", "entries", "number = 1", entries => entries[2 + 20] ^= 1);
        await LookAsync();
        Assert.Equal((LogFaultKind.Changed, 256L), host.Watch.State.Faults.Where(fault => fault.Log == company.ToString()).Select(fault => (fault.Kind, fault.Index)).Single());
    }

    [Fact]
    public async Task Look_EarlierStateOfTheLogPutBack_IsFoundByWhatWasSeen()
    {
        await host.DisposeAsync();
        Directory.CreateDirectory(folder["copy"]);
        foreach (var file in Directory.GetFiles(folder["data"], "rivet.db*"))
        {
            File.Copy(file, Path.Combine(folder["copy"], Path.GetFileName(file)));
        }

        host = await AuditHost.StartAsync(folder);
        await host.RecordAsync(host.Event(company));
        await LookAsync();
        Assert.Empty(host.Watch.State.Faults);
        AuditHost.Edit(folder, $"ATTACH '{Path.Combine(folder["copy"], "rivet.db")}' AS old; DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM old.audit_log");
        await LookAsync();
        Assert.Equal(LogFaultKind.Cut, Assert.Single(host.Watch.State.Faults, fault => fault.Log == company.ToString()).Kind);
    }

    [Theory]
    [InlineData("UPDATE audit_log SET size = 'many'")]
    [InlineData("UPDATE audit_log SET company = x'01'")]
    [InlineData("UPDATE audit_log SET checkpoint = x'00'")]
    public async Task Look_RowThatIsNone_IsSaidAndTheWatchGoesOn(string edit)
    {
        AuditHost.Edit(folder, edit + $" WHERE company = x'{company}'");
        await LookAsync();
        Assert.Equal(LogFaultKind.Unreadable, Assert.Single(host.Watch.State.Faults).Kind);
    }

    [Fact]
    public async Task Look_FaultMended_IsNoLongerSaid()
    {
        AuditHost.Edit(folder, "UPDATE audit_bundle SET number = 9 WHERE number = 1");
        await LookAsync();
        Assert.NotEmpty(host.Watch.State.Faults);
        AuditHost.Edit(folder, "UPDATE audit_bundle SET number = 1 WHERE number = 9");
        await LookAsync();
        Assert.Empty(host.Watch.State.Faults);
    }

    [Fact]
    public async Task Look_NothingEdited_IsIntactInBothLanguages()
    {
        await LookAsync();
        foreach (var culture in new[] { "en", "zh-CN" })
        {
            var section = await host.Status.ReadAsync(CultureInfo.GetCultureInfo(culture), Ct);
            Assert.Equal(StatusLevel.Passing, section.Lines[0].Level);
            Assert.DoesNotContain(section.Lines, line => string.IsNullOrWhiteSpace(line.Value));
        }
    }

    private async Task LookAsync()
    {
        while (await host.Watch.RunOnceAsync(Ct))
        {
        }
    }
}
