using System.Text.Json;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Scenarios.Tests;

/// <summary>
/// The security log with everybody around it, each as a program of its own: the server, its administrator's terminal, a witness, a syslog server and an
/// auditor; and an owner of the server who writes the past anew with the log's own key.
/// </summary>
public sealed class WitnessedLogTests
{
    [Fact]
    public async Task Log_WitnessedAndExported_IsIntactForTheAuditorAndWholeAtTheReceiver()
    {
        await using var rsyslog = new RsyslogServer();
        await rsyslog.StartAsync(Company.Ct);
        using var folder = new TempFolder();
        using var company = await WatchedCompany.FoundAsync(folder);
        await company.AdminAsync(
            "audit", "export", "add", "syslog", $"localhost:{rsyslog.Port}", "--name", "siem", "--certificate", rsyslog.CertificateFile, "--from-beginning");
        await company.HappenAsync();
        await company.HappenAsync();

        await company.CosignedAsync();
        var (code, found, report) = await company.AuditAsync();
        Assert.Empty(found);
        Assert.Equal(0, code);
        Assert.Equal(WitnessProcess.Name, Assert.Single(report.GetProperty("cosigned").EnumerateArray()).GetProperty("witness").GetString());

        var size = await company.HappenAsync();
        while (JsonDocument.Parse(await company.AdminAsync("audit", "export", "list", "--json")).RootElement.GetProperty("sent").GetInt64() < size)
        {
            await Task.Delay(100, Company.Ct);
        }

        await rsyslog.StopAsync(Company.Ct);
        var lines = rsyslog.Lines();
        Assert.True(lines.Length >= size);
        Assert.Equal(Enumerable.Range(0, lines.Length).Select(number => (long)number), lines.Select(line => line.Sequence));
        Assert.Equal(lines.Length, lines.Select(line => line.Uid).Distinct().Count());
        var kinds = lines.Select(line => line.Json.GetProperty("metadata").GetProperty("event_code").GetString()).ToArray();
        Assert.Superset(new HashSet<string?> { "audit.witness.added", "audit.reader.added", "audit.export.added" }, kinds.ToHashSet());
    }

    /// <summary>The witness sees nothing wrong with it, since nothing that it saw was changed: its time is what tells.</summary>
    [Fact]
    public async Task Entry_DatedBackBehindWhatTheWitnessSaw_IsFoundByTheWitnesssTime()
    {
        using var folder = new TempFolder();
        using var company = await WatchedCompany.FoundAsync(folder);
        await company.CosignedAsync();
        company.Witness.Kill();
        var size = await company.HappenAsync();
        company.Server.Stop();
        await new LogOwner(company.Server, company.Key).RewriteAsync(entries => DateBack(entries, entries.Count - 1));
        company.Server.StartAgain("--exports-inside");
        await company.Witness.StartAgainAsync();

        await company.CosignedAsync();
        var (code, found, _) = await company.AuditAsync();

        Assert.Equal(("back-dated", $"entry {size - 1}"), Assert.Single(found));
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task Entry_DatedBackWithinWhatTheWitnessSaw_IsFoundByHistoryAndByTheWitness()
    {
        using var folder = new TempFolder();
        using var company = await WatchedCompany.FoundAsync(folder);
        await company.CosignedAsync();
        company.Server.Stop();
        var owner = new LogOwner(company.Server, company.Key);
        await owner.RewriteAsync(entries => DateBack(entries, 1));
        company.Server.StartAgain("--exports-inside");

        // The kept checkpoints are of another tree, and the witness's name is missing below the new one.
        var (code, found, _) = await company.AuditAsync();
        Assert.Contains("forked", found.Select(one => one.Kind));
        Assert.Contains(("not-cosigned", "checkpoint"), found);
        Assert.Equal(1, code);

        // The witness is asked at the start, and says so; it is recorded in the very log.
        await company.WitnessIsAsync(one => one.TryGetProperty("failure", out var failure) && failure.GetString() == "Disagrees");
        while (!(await company.AdminAsync("events", "--json")).Contains("audit.witness.disagrees", StringComparison.Ordinal))
        {
            await Task.Delay(50, Company.Ct);
        }

        // Whoever also destroys the history is still without the witness's name.
        company.Server.Stop();
        owner.ForgetHistory();
        company.Server.StartAgain("--exports-inside");
        (code, found, _) = await company.AuditAsync();
        Assert.Equal(("not-cosigned", "checkpoint"), Assert.Single(found));
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task Tail_CutOffWithItsHistory_IsFoundByTheWitness()
    {
        using var folder = new TempFolder();
        using var company = await WatchedCompany.FoundAsync(folder);
        await company.HappenAsync();
        var size = await company.CosignedAsync();
        company.Server.Stop();
        var owner = new LogOwner(company.Server, company.Key);
        await owner.RewriteAsync(entries => entries.RemoveRange((int)size - 3, entries.Count - (int)size + 3));
        owner.ForgetHistory();
        company.Server.StartAgain("--exports-inside");

        var (code, found, _) = await company.AuditAsync();
        Assert.Equal(("not-cosigned", "checkpoint"), Assert.Single(found));
        Assert.Equal(1, code);
        await company.WitnessIsAsync(one => one.TryGetProperty("failure", out var failure) && failure.GetString() == "Disagrees");
    }

    private static void DateBack(List<LogEntry> entries, int at)
        => entries[at] = entries[at] with { AtMs = entries[at].AtMs - (long)TimeSpan.FromHours(1).TotalMilliseconds };
}
