using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rivet.Certificates.Folder;
using Rivet.Certificates.Serving;
using Rivet.Testing;

namespace Rivet.Certificates.Tests.Fakes;

/// <summary>The work on certificates over a folder, as a server has it, whose beats a test makes itself. A second one over the folder is a restart.</summary>
internal sealed class TestHouse : IAsyncDisposable, ICertificateObserver, ILoggerProvider, ILogger
{
    private readonly ServiceProvider services;
    private readonly CancellationTokenSource life = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    public TestHouse(TempFolder folder, TimeProvider time, params string[] hosts)
    {
        Served = ServedCertificates.Open(
            new CertificatesOptions
            {
                Folder = folder["certificates"],
                AuthorityKeyFile = folder["authority.key"],
                AuthorityCertificateFile = folder["ca.pem"],
                Hosts = hosts is [] ? ["chat.example.org"] : hosts,
                HttpAddress = System.Net.IPAddress.Loopback,
            },
            time);
        Desk = new CertificateDesk(folder["certificates"], time);
        services = new ServiceCollection().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this))
            .AddCertificates(Served).AddSingleton<ICertificateObserver>(this).BuildServiceProvider();
        Work = services.GetRequiredService<CertificateWork>();
    }

    public ServedCertificates Served { get; }

    public CertificateDesk Desk { get; }

    public CertificateWork Work { get; }

    public List<CertificateChange> Changes { get; } = [];

    public List<string> Log { get; } = [];

    public IMeterFactory Meters => services.GetRequiredService<IMeterFactory>();

    /// <summary>Ends the process's life: whatever is under way stops where it is.</summary>
    public void Kill() => life.Cancel();

    /// <summary>One beat, and the order it began, to its end.</summary>
    public async Task BeatAsync()
    {
        await Work.RunOnceAsync(life.Token);
        await Work.Issuing;
    }

    /// <summary>Wants something, makes a beat, and gives how it ended.</summary>
    public async Task<CertificateRefusal?> FulfilAsync(Rivet.Kernel.Result<Guid, CertificateRefusal> wish)
    {
        await BeatAsync();
        var end = await Desk.FollowAsync(wish.Value, _ => { }, TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.True(end.Answered);
        return end.Refusal;
    }

    public ValueTask ChangedAsync(CertificateChange change, CancellationToken ct)
    {
        Changes.Add(change);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        Served.Dispose();
        life.Dispose();
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void IDisposable.Dispose()
    {
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (Log)
        {
            Log.Add(formatter(state, exception) + exception);
        }
    }
}
