using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Vault;

/// <summary>Roots of files: made at the first start, proven at each.</summary>
internal static class FileRoots
{
    public static IRoot Make(Guid id, string file, ILogger log)
    {
        var bytes = RootKeyFile.TryRead(file);
        if (bytes is null)
        {
            bytes = RootKeyFile.Create(file);
            Log.RootMade(log, file);
        }

        var key = new AesGcmKey(new SealedHeader(id, 1), bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return new FileRoot(key);
    }

    public static AesGcmKey Find(KnownRoot known, string file)
    {
        var bytes = RootKeyFile.TryRead(file) ?? throw new RootKeyException(
            $"The root key file {file} is missing, and this store's keys are wrapped under it. Put it back from its backup "
            + "or from its shares (rivet recover combine), or point to where it is; without it nothing stored can be read. To begin anew, choose an empty data folder.");
        var key = known.Prove(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key ?? throw new RootKeyException(
            $"The root key in {file} is not the one this store's keys are wrapped under. Point to the keys folder that "
            + "belongs to this data folder, or put the right file back from its backup. Nothing was changed.");
    }
}
