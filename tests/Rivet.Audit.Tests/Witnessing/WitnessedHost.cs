using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Rivet.Audit.Sealing;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Transparency;

namespace Rivet.Audit.Tests;

/// <summary>A company's log and its witnesses, stepped by hand.</summary>
internal sealed class WitnessedHost(AuditHost host, CompanyId company) : IAsyncDisposable
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public AuditHost Host => host;

    public CompanyId Company => company;

    public static async Task<WitnessedHost> StartAsync(TempFolder folder, CompanyId company, FakeTimeProvider? clock = null)
        => new(await AuditHost.StartAsync(folder, clock: clock), company);

    public Task<NoteKey> LogKeyAsync() => OfAsync(company);

    public Task GrowAsync(int count = 1) => host.RecordAsync([.. Enumerable.Range(0, count).Select(_ => host.Event(company))]);

    public async Task<Result<AuditWitness, AuditRefusal>> AddAsync(string key, string url, string? certificate = null)
    {
        var added = await host.Witnesses.AddAsync(await host.PermitAsync(company, "audit.share"), key, url, certificate, Ct);
        await host.PumpAsync();
        return added;
    }

    public async Task AddAsync(TestWitness witness, string? certificate = null)
    {
        witness.Watch(await LogKeyAsync());
        Assert.True((await AddAsync(witness.Key.ToString(), witness.Url, certificate)).IsOk);
    }

    public async Task<AuditWitness> StandingAsync(string name = "one.example")
        => (await host.Witnesses.ListAsync(await host.PermitAsync(company, "audit.share"), Ct)).Value.Single(witness => witness.Name == name);

    /// <summary>Lets time pass, then one round.</summary>
    public async Task<int> RoundAsync(int seconds = 10)
    {
        host.Time.Advance(TimeSpan.FromSeconds(seconds));
        return await host.WitnessCourier.RunOnceAsync(Ct);
    }

    public async Task<(LogRow Row, SignedNote Note)> NewestAsync()
    {
        var row = (await host.StoredAsync(company)).Row;
        return (row, Parse(row.Checkpoint));
    }

    public async Task<SignedNote?> KeptAsync(long size)
        => await host.Store.ReadAsync(session => LogTable.FindKept(session, company, size), Ct) is { } note ? Parse(note) : null;

    public async Task<AuditEntry[]> EventsAsync(string kind)
    {
        await host.PumpAsync();
        return [.. (await host.Log.ReadLastAsync(await host.PermitAsync(company), 1000, Ct)).Value.Where(entry => entry.Event.Kind.Name == kind)];
    }

    public async Task<IReadOnlyList<StatusLine>> StatusLinesAsync(string culture) => (await host.Status.ReadAsync(CultureInfo.GetCultureInfo(culture), Ct)).Lines;

    /// <summary>The line about witnesses.</summary>
    public async Task<StatusLine> StatusAsync(string culture) => (await StatusLinesAsync(culture))[3];

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private async Task<NoteKey> OfAsync(CompanyId log) => (await host.Identity.OfAsync(log, Ct)).Note;

    private static SignedNote Parse(string text)
    {
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetBytes(text), out var note));
        return note;
    }
}
