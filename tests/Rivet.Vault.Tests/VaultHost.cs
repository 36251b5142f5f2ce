using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Rivet.Access;
using Rivet.Hosting.Status;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Testing;

namespace Rivet.Vault.Tests;

/// <summary>The vault over a real store in a test's folder.</summary>
internal sealed class VaultHost : IAsyncDisposable
{
    private readonly ServiceProvider provider;

    private VaultHost(ServiceProvider provider, FakeTimeProvider time)
    {
        this.provider = provider;
        Time = time;
    }

    public static string Database(TempFolder folder) => Path.Combine(folder["data"], "rivet.db");

    public static string RootFile(TempFolder folder) => Path.Combine(folder["keys"], "root.key");

    public FakeTimeProvider Time { get; }

    public IVault Vault => provider.GetRequiredService<IVault>();

    public IStore Store => provider.GetRequiredService<IStore>();

    public KeyRing Ring => provider.GetRequiredService<KeyRing>();

    public RootKey RootKey => provider.GetRequiredService<RootKey>();

    public IRoot Root => RootKey.Root!;

    public IStatusSource Status => provider.GetRequiredService<IStatusSource>();

    public T Get<T>()
        where T : notnull
        => provider.GetRequiredService<T>();

    public static async Task<VaultHost> StartAsync(TempFolder folder, Action<VaultOptions>? configure = null, DateTimeOffset? at = null)
    {
        var services = new ServiceCollection();
        var time = new FakeTimeProvider(at ?? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        services.AddLogging();
        services.AddSingleton<TimeProvider>(time);
        services.AddStorage(options => options.Folder = folder["data"]);
        services.AddAccess();
        services.AddVault(options =>
        {
            options.RootKeyFile = RootFile(folder);
            configure?.Invoke(options);
        });
        var host = new VaultHost(services.BuildServiceProvider(), time);
        try
        {
            // Without the outbox pump: these tests read the outbox itself.
            foreach (var hosted in host.Hosted())
            {
                await hosted.StartAsync(CancellationToken.None);
            }
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>An administrator's permit; another person each time unless one is given.</summary>
    public async Task<Permit> PermitAsync(CompanyId company, string permission = "vault.manage", PersonId? person = null, Relation relation = Relation.Administrator)
    {
        var who = person ?? new PersonId(Guid.CreateVersion7());
        await Store.WriteAsync(
            transaction =>
            {
                Get<IRelations>().Add(transaction, Resource.Of(company), relation, who);
                return 0;
            },
            Ct);
        var question = new Question(Subject.OfPage(company, who, new(Guid.CreateVersion7())), new(permission), Resource.Of(company));
        return (await Get<IAccess>().AskAsync(question, Ct)).Permit ?? throw new InvalidOperationException("Not permitted.");
    }

    /// <summary>One administrator asks, another approves.</summary>
    public async Task<Result<CompanyKeyView, KeyRefusal>> ChangeAsync(CompanyId company, WantedChange change)
    {
        var asked = await Get<KeyDesk>().AskAsync(await PermitAsync(company), change, "as agreed", Ct);
        return asked.TryGet(out var request, out var why) ? await Get<KeyDesk>().ApproveAsync(await PermitAsync(company), request.Id, Ct) : why;
    }

    public ValueTask<CompanyStanding?> StandingAsync(CompanyId company) => Store.ReadAsync(session => CompanyKeyTable.Find(session, company), Ct);

    public async Task<byte[]> SealAsync(KeyScope scope, string text, string context = "context")
        => (await Vault.SealAsync(scope, new[] { new Plaintext(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(context)) }, Ct)).Value[0];

    public async Task<Result<byte[], VaultRefusal>> OpenAsync(CompanyId company, string application, byte[] bytes, string context = "context")
        => (await Vault.OpenAsync(company, application, new[] { new Ciphertext(bytes, Encoding.UTF8.GetBytes(context)) }, Ct))[0];

    public async Task<string> OpenTextAsync(KeyScope scope, byte[] bytes, string context = "context")
        => Encoding.UTF8.GetString((await OpenAsync(scope.Company, scope.Application, bytes, context)).Value);

    /// <summary>Runs a statement on the file as its owner could, while no server runs.</summary>
    public static void EditFile(TempFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database(folder)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Whether any file of the data folder holds the bytes.</summary>
    public static bool Holds(TempFolder folder, byte[] bytes)
        => Directory.EnumerateFiles(folder["data"], "rivet.db*")
            .Any(file => ReadShared(file).AsSpan().IndexOf(bytes) >= 0);

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in Hosted().Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await provider.DisposeAsync();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IEnumerable<IHostedService> Hosted()
        => provider.GetServices<IHostedService>().Where(hosted => hosted is not BackgroundService);

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
