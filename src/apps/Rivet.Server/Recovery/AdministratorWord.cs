using Rivet.Identity;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Recovery;

/// <summary>A one-time invitation for an administrator: the vault and Identity over the store, beside the server.</summary>
internal static class AdministratorWord
{
    public static async Task<int> RunAsync(ServerOptions options, KeysFolder keys, (string Host, int Port) address, string person, bool isNew, CancellationToken ct)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOptions<StorageOptions>().Configure(storage => storage.Folder = options.DataFolder);
        services.AddMigrations("storage", typeof(StorageModule).Assembly);
        services.AddSingleton<IStore>(provider => StoreBeside.Open(options.DataFolder, provider.GetServices<MigrationSource>()));
        services.AddVault(vault => (vault.RootKeyFile, vault.RootSeal) = (keys.RootKeyFile, options.RootSeal));
        services.AddIdentityRecovery(identity => (identity.PublicHost, identity.PublicPort) = address);
        await using var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(ct);
        }

        var made = await provider.GetRequiredService<IAdministratorRecovery>().InviteAsync(person, isNew, ct);
        if (!made.TryGet(out var invitation, out var refusal))
        {
            await Console.Error.WriteLineAsync($"rivet: {RecoverCommand.Say("Refusal." + refusal, person)}");
            return 1;
        }

        Console.WriteLine(invitation.Invitation.Link.Reveal());
        await Console.Error.WriteLineAsync(RecoverCommand.Say(
            "Invited", invitation.Handle is null ? invitation.Name : $"{invitation.Name} ({invitation.Handle})", invitation.Invitation.ExpiresAt.ToLocalTime().ToString("g")));
        return 0;
    }
}
