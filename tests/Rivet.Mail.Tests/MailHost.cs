using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rivet.Hosting.Outgoing;
using Rivet.Access;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;
using Rivet.Vault;

namespace Rivet.Mail.Tests;

/// <summary>The module over a real store and vault; the courier is stepped by hand.</summary>
internal sealed class MailHost : IAsyncDisposable
{
    private readonly ServiceProvider provider;
    private readonly LinesLogger lines;

    private MailHost(ServiceProvider provider, ConversationClock time, LinesLogger lines) => (this.provider, Time, this.lines) = (provider, time, lines);

    public ConversationClock Time { get; }

    public IStore Store => provider.GetRequiredService<IStore>();

    public MailDesk Desk => provider.GetRequiredService<MailDesk>();

    public MailCourier Courier => provider.GetRequiredService<MailCourier>();

    public IPostOffice Office => provider.GetRequiredService<IPostOffice>();

    /// <summary>All that was logged.</summary>
    public string Log => lines.ToString();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<MailHost> StartAsync(TempFolder folder)
    {
        var time = new ConversationClock(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var lines = new LinesLogger();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(lines));
        services.AddSingleton<TimeProvider>(time);
        services.AddStorage(options => options.Folder = folder["data"]);
        services.AddAccess();
        services.AddVault(options => options.RootKeyFile = folder["keys/root.key"]);
        services.AddMail();
        services.AddSingleton<Chance>(new Never());
        var host = new MailHost(services.BuildServiceProvider(), time, lines);
        foreach (var hosted in host.Hosted())
        {
            await hosted.StartAsync(CancellationToken.None);
        }

        return host;
    }

    /// <summary>Asks the real policy, as somebody of this role.</summary>
    public async Task<Permit?> AskAsync(CompanyId company, Relation role = Relation.Administrator)
    {
        var person = new PersonId(Guid.CreateVersion7());
        var relations = provider.GetRequiredService<IRelations>();
        await Store.WriteAsync(transaction => { relations.Add(transaction, Resource.Of(company), role, person); return 0; }, Ct);
        var question = new Question(Subject.OfPage(company, person, new(Guid.CreateVersion7())), MailDesk.Manage, Resource.Of(company));
        return (await provider.GetRequiredService<IAccess>().AskAsync(question, Ct)).Permit;
    }

    public async Task EnqueueAsync(CompanyId company, string address)
    {
        var letter = await Office.SealAsync(company, address, "You are invited", "Join with this secret-code.", Ct);
        await Store.WriteAsync(transaction => { Office.Enqueue(transaction, letter!); return 0; }, Ct);
    }

    /// <summary>What the status page says of the server.</summary>
    public async Task<StatusLine> StatusAsync()
        => (await provider.GetServices<IStatusSource>().OfType<MailStatus>().Single().ReadAsync(CultureInfo.GetCultureInfo("en"), Ct)).Lines[0];

    public (long Waiting, long GivenUp) Count() => Store.ReadAsync(OutgoingTable.Count, Ct).AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in Hosted().Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await provider.DisposeAsync();
    }

    private IEnumerable<IHostedService> Hosted() => provider.GetServices<IHostedService>().Where(hosted => hosted is not BackgroundService);

    /// <summary>Neither longer nor shorter.</summary>
    private sealed class Never : Chance
    {
        public override double Next() => 0;
    }

    private sealed class LinesLogger : ILoggerProvider, ILogger
    {
        private readonly System.Text.StringBuilder text = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (text)
            {
                text.AppendLine(formatter(state, exception)).AppendLine(exception?.ToString());
            }
        }

        public void Dispose()
        {
        }

        public override string ToString()
        {
            lock (text)
            {
                return text.ToString();
            }
        }
    }
}
