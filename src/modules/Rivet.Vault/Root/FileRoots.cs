using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Vault;

/// <summary>Roots of files: made at the first start, proven at each.</summary>
internal static class FileRoots
{
    public static async Task<IRoot> MakeAsync(Guid id, string file, RootSealOptions seal, ILogger log, CancellationToken ct)
    {
        var opened = await RootKeyFile.TryOpenAsync(file, seal, ct);
        if (opened is null)
        {
            opened = await RootKeyFile.CreateAsync(file, seal, ct);
            switch (opened.Seal)
            {
                case RootSealKind.Passphrase:
                    Log.PassphraseRootMade(log, file);
                    break;
                case RootSealKind.Tpm:
                    Log.TpmRootMade(log, file);
                    break;
                default:
                    Log.RootMade(log, file);
                    break;
            }
        }

        var key = new AesGcmKey(new SealedHeader(id, 1), opened.Bytes);
        CryptographicOperations.ZeroMemory(opened.Bytes);
        return new FileRoot(key, opened.Seal);
    }

    public static async Task<IRoot> FindAsync(KnownRoot known, string file, RootSealOptions seal, CancellationToken ct)
    {
        var opened = await RootKeyFile.TryOpenAsync(file, seal, ct) ?? throw new RootKeyException(
            $"The root key file {file} is missing, and this store's keys are wrapped under it. Put it back from its backup "
            + "or from its shares (rivet recover combine), or point to where it is; without it nothing stored can be read. To begin anew, choose an empty data folder.");
        var key = known.Prove(opened.Bytes);
        CryptographicOperations.ZeroMemory(opened.Bytes);
        return key is null
            ? throw new RootKeyException(
                $"The root key in {file} is not the one this store's keys are wrapped under. Point to the keys folder that "
                + "belongs to this data folder, or put the right file back from its backup. Nothing was changed.")
            : new FileRoot(key, opened.Seal);
    }
}
