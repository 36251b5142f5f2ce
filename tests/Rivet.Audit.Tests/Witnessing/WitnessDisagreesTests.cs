using System.Globalization;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Testing;

namespace Rivet.Audit.Tests;

/// <summary>The log is put back or written anew as the owner of its store could; the witness is a real one.</summary>
public sealed class WitnessDisagreesTests : IAsyncLifetime
{
    private const string Tables = "audit_log audit_bundle audit_tile audit_checkpoint";
    private readonly TempFolder folder = new();
    private readonly CompanyId company = new(Guid.CreateVersion7());
    private WitnessedHost log = null!;
    private TestWitness witness = null!;

    public async ValueTask InitializeAsync()
    {
        log = await WitnessedHost.StartAsync(folder, company);
        witness = await new TestWitness(folder, "one.example", log.Host.Time).StartAsync();
        await log.AddAsync(witness);
        await log.GrowAsync(3);
        await log.RoundAsync();
        await CopyAsync();
        await log.GrowAsync(4);
        await log.RoundAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await witness.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Tables)]
    [InlineData(Tables + " audit_witness")]
    public async Task Round_TailTakenBack_WitnessDisagreesAndItIsRecordedOnce(string tables)
    {
        var seen = (await log.NewestAsync()).Row.Size;
        PutBack(tables);
        var size = (await log.NewestAsync()).Row.Size;
        await log.RoundAsync(1801);
        await RequireAlarmAsync(seen, size);
        await log.RoundAsync(300);
        Assert.Single(await log.EventsAsync("audit.witness.disagrees"));
    }

    [Theory]
    [InlineData(Tables)]
    [InlineData(Tables + " audit_witness")]
    public async Task Round_HistoryWrittenAnewAndGrownLonger_WitnessDisagreesAndItIsRecordedOnce(string tables)
    {
        var seen = (await log.NewestAsync()).Row.Size;
        PutBack(tables);
        await log.GrowAsync(9);
        var size = (await log.NewestAsync()).Row.Size;
        await log.RoundAsync(1801);
        await log.RoundAsync(1);
        await RequireAlarmAsync(seen, size);
        await log.GrowAsync(2);
        await log.RoundAsync(300);
        Assert.Single(await log.EventsAsync("audit.witness.disagrees"));
        Assert.Equal(seen, witness.SizeOf(await log.LogKeyAsync()));
    }

    [Fact]
    public async Task Round_HistoryWrittenAnewToTheSameSize_WitnessDisagrees()
    {
        var seen = (await log.NewestAsync()).Row.Size;
        PutBack(Tables);
        await log.GrowAsync(4);
        Assert.Equal(seen, (await log.NewestAsync()).Row.Size);
        await log.RoundAsync(1801);
        await RequireAlarmAsync(seen, seen);
    }

    [Fact]
    public async Task Round_StoredTilesThatDoNotGiveTheRoot_NothingIsSentAndNobodyIsAccused()
    {
        await log.GrowAsync();
        AuditHost.EditBlob(folder, "audit_tile", "hashes", $"company = x'{company}' AND level = 0", hashes => hashes[5] ^= 1);
        await log.RoundAsync();
        Assert.Equal(AuditWitnessFailure.LogDamaged, (await log.StandingAsync()).Failure);
    }

    private async Task RequireAlarmAsync(long seen, long size)
    {
        var standing = await log.StandingAsync();
        Assert.Equal(AuditWitnessFailure.Disagrees, standing.Failure);
        var line = await log.StatusAsync("en");
        Assert.Equal(StatusLevel.Failing, line.Level);
        Assert.Contains("one.example", line.Value, StringComparison.Ordinal);
        var alarm = Assert.Single(await log.EventsAsync("audit.witness.disagrees")).Event;
        Assert.Equal((EventSeverity.High, EventOutcome.Failure), (alarm.Kind.Severity, alarm.Outcome));
        Assert.Equal(
            ("one.example", seen.ToString(CultureInfo.InvariantCulture), size.ToString(CultureInfo.InvariantCulture)),
            (alarm.Details["name"], alarm.Details["seen"], alarm.Details["size"]));
    }

    private async Task CopyAsync()
    {
        Directory.CreateDirectory(folder["copy"]);
        var target = Path.Combine(folder["copy"], "rivet.db");
        AuditHost.Run(folder, $"VACUUM INTO '{target}'");
    }

    private void PutBack(string tables)
        => AuditHost.Edit(
            folder,
            $"ATTACH '{Path.Combine(folder["copy"], "rivet.db")}' AS old; "
                + string.Concat(tables.Split(' ').Select(table => $"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM old.{table}; ")));
}
