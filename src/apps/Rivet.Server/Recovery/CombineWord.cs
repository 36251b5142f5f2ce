using System.Security.Cryptography;
using Rivet.Backup;
using Rivet.Server.Startup;
using Rivet.Storage;
using Rivet.Vault;

namespace Rivet.Server.Recovery;

/// <summary>Asks for shares and writes the key they give, where there is none.</summary>
internal static class CombineWord
{
    public static async Task<int> ToRootAsync(string dataFolder, string rootKeyFile, RootSealOptions seal, ShareDesk desk, CancellationToken ct)
    {
        RootKeyCopy.RefuseExisting(rootKeyFile);
        using var store = StoreBeside.Open(dataFolder, []);
        var copy = new RootKeyCopy(store, TimeProvider.System);
        await copy.RefuseModuleAsync(ct);
        if (desk.Gather() is not { } root)
        {
            return 1;
        }

        try
        {
            await copy.PutBackAsync(rootKeyFile, root, seal, ct);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(root);
        }

        Console.WriteLine(RecoverCommand.Say("RootWritten", rootKeyFile));
        return 0;
    }

    public static int ToBackupKey(string file, ShareDesk desk)
    {
        if (Path.Exists(file))
        {
            throw new StartupException(RecoverCommand.Say("Exists", file));
        }

        if (desk.Gather() is not { } key)
        {
            return 1;
        }

        try
        {
            RecoveryKey.Import(key, file);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        Console.WriteLine(RecoverCommand.Say("BackupKeyWritten", file));
        return 0;
    }
}
