using System.CommandLine;
using System.Globalization;
using System.Resources;
using System.Text.Json;
using Rivet.Audit;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Operations;

/// <summary>
/// <c>events</c>: the security logs as lines of OCSF JSON, oldest first, for the owner of the folders, whether the server runs or not. The platform's own
/// log, which belongs to no company, is read nowhere else.
/// </summary>
internal static class EventsCommand
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Operations.EventsText", typeof(EventsCommand).Assembly);

    public static Command Create()
    {
        var log = new Option<string>("--log") { Description = Say("OptionLog"), DefaultValueFactory = _ => "all", HelpName = "LOG" };
        var from = new Option<long>("--from") { Description = Say("OptionFrom"), HelpName = "N" };
        var command = new Command("events", Say("About")) { log, from };
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                ProcessHardening.Apply();
                await RunAsync(ServerCommand.Read(parsed, Environment.GetEnvironmentVariable), parsed.GetRequiredValue(log), Math.Max(0, parsed.GetValue(from)), ct);
                return 0;
            }
            catch (Exception failed) when (StartFailure.Explain(failed) is { } sentence)
            {
                await Console.Error.WriteLineAsync($"rivet: {sentence}");
                return 1;
            }
        });
        return command;
    }

    private static async Task RunAsync(ServerOptions options, string wanted, long from, CancellationToken ct)
    {
        if (!File.Exists(StoreFile.PathIn(options.DataFolder)))
        {
            throw new StartupException(Say("NoStore", options.DataFolder));
        }

        await using var provider = await OpenAsync(options, ct);
        var logs = provider.GetRequiredService<IOwnersLog>();
        var heads = await logs.ReadLogsAsync(ct);
        var chosen = heads.Where(head => wanted == "all" || head.Origin.EndsWith("/" + wanted, StringComparison.Ordinal)).ToList();
        if (chosen.Count == 0 && wanted != "all")
        {
            throw new StartupException(Say("NoLog", wanted, string.Join(", ", heads.Select(head => head.Origin[(head.Origin.LastIndexOf('/') + 1)..]))));
        }

        await using var output = Console.OpenStandardOutput();
        foreach (var head in chosen)
        {
            await PrintAsync(logs, head, from, output, ct);
        }
    }

    private static async Task PrintAsync(IOwnersLog logs, OwnersLogHead head, long from, Stream output, CancellationToken ct)
    {
        while (await logs.ReadAsync(head.Log, from, ct) is { Count: > 0 } entries)
        {
            using var lines = new MemoryStream();
            foreach (var entry in entries)
            {
                using (var json = new Utf8JsonWriter(lines))
                {
                    OcsfJson.Write(json, head.Origin, entry);
                }

                lines.WriteByte((byte)'\n');
            }

            await output.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), ct);
            from += entries.Count;
        }
    }

    private static async Task<ServiceProvider> OpenAsync(ServerOptions options, CancellationToken ct)
    {
        var keys = KeysFolder.Find(options.DataFolder, options.KeysFolder);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>().Configure(storage => storage.Folder = options.DataFolder);
        services.AddMigrations("storage", typeof(StorageModule).Assembly);
        services.AddMigrations("audit", typeof(AuditModule).Assembly);
        services.AddSingleton<IStore>(provider => StoreBeside.Open(options.DataFolder, provider.GetServices<MigrationSource>()));
        services.AddVault(vault => vault.RootKeyFile = keys.RootKeyFile);
        services.AddOwnersLog();
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(ct);
        }

        return provider;
    }

    private static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);
}
