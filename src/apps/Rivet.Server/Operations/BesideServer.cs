using System.CommandLine;
using Rivet.Audit;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Operations;

/// <summary>The logs over the store of a server's folders, for their owner, whether the server runs or not.</summary>
internal static class BesideServer
{
    public static async Task<ServiceProvider> OpenAsync(ServerOptions options, string noStore, CancellationToken ct)
    {
        if (!File.Exists(StoreFile.PathIn(options.DataFolder)))
        {
            throw new StartupException(noStore);
        }

        var keys = KeysFolder.Find(options.DataFolder, options.KeysFolder);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>().Configure(storage => storage.Folder = options.DataFolder);
        services.AddMigrations("storage", typeof(StorageModule).Assembly);
        services.AddMigrations("audit", typeof(AuditModule).Assembly);
        services.AddSingleton<IStore>(provider => StoreBeside.Open(options.DataFolder, provider.GetServices<MigrationSource>()));
        services.AddVault(vault => (vault.RootKeyFile, vault.RootSeal) = (keys.RootKeyFile, options.RootSeal));
        services.AddPlatformLog();
        var provider = services.BuildServiceProvider();
        try
        {
            foreach (var hosted in provider.GetServices<IHostedService>())
            {
                await hosted.StartAsync(ct);
            }

            return provider;
        }
        catch
        {
            // The store closes properly, or its write-ahead log would stay beside a server that stands still.
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command's action: what keeps it from working is a sentence, and its code 1.</summary>
    public static void Runs(this Command command, Func<ParseResult, ServerOptions, CancellationToken, Task<int>> run) => command.SetAction(async (parsed, ct) =>
    {
        try
        {
            ProcessHardening.Apply();
            return await run(parsed, ServerCommand.Read(parsed, Environment.GetEnvironmentVariable), ct);
        }
        catch (Exception failed) when (StartFailure.Explain(failed) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"rivet: {sentence}");
            return 1;
        }
    });
}
