using System.Security.Cryptography;
using Rivet.Storage;

namespace Rivet.Vault;

/// <summary>
/// Seals the root key's file, seals it anew (another passphrase, another TPM) or takes the seal away, for the root's owner, beside the server. The root itself, and
/// so every share of it, stays what it is. Proven against the store first, recorded as a security event of the platform.
/// </summary>
/// <param name="store">The store whose keys are wrapped under the root.</param>
/// <param name="time">When it happened.</param>
public sealed class RootSealing(IStore store, TimeProvider time)
{
    private readonly RootKeyCopy copy = new(store, time);

    /// <summary>How a root key's file is sealed; null when there is none.</summary>
    /// <exception cref="RootKeyException">Others can read it, or it is no root.</exception>
    public static RootSealKind? Find(string file) => RootKeyFile.FindSeal(file);

    /// <summary>Replaces the file with a sealed one, proven to open first.</summary>
    /// <param name="file">The root's file, plain or sealed.</param>
    /// <param name="now">What opens it now.</param>
    /// <param name="wanted">What seals it then: a TPM, or a passphrase from its file or by asking.</param>
    /// <param name="ct">Gives up before anything is changed.</param>
    /// <exception cref="RootKeyException">The file does not open, is another store's, or cannot be sealed; nothing was changed.</exception>
    public async Task SealAsync(string file, RootSealOptions now, RootSealOptions wanted, CancellationToken ct)
    {
        var root = await OwnAsync(file, now, ct);
        try
        {
            var bytes = await RootSeals.SealAsync(file, root, wanted, ct);
            RootKeyFile.Replace(file, bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(root);
        }

        var by = wanted.Tpm is null ? "passphrase" : "tpm";
        await copy.RecordAsync(VaultEvents.RootSealed, new Dictionary<string, string> { ["seal"] = by }, ct);
    }

    /// <summary>Replaces the file with a plain one: whoever copies it has the root.</summary>
    /// <param name="file">The root's file.</param>
    /// <param name="now">What opens it now.</param>
    /// <param name="ct">Gives up before anything is changed.</param>
    /// <exception cref="RootKeyException">The file does not open, is plain already, or is another store's; nothing was changed.</exception>
    public async Task UnsealAsync(string file, RootSealOptions now, CancellationToken ct)
    {
        if (Find(file) == RootSealKind.None)
        {
            throw new RootKeyException($"The root key file {file} is not sealed. Nothing was changed.");
        }

        var root = await OwnAsync(file, now, ct);
        try
        {
            RootKeyFile.Replace(file, root);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(root);
        }

        await copy.RecordAsync(VaultEvents.RootUnsealed, new Dictionary<string, string>(), ct);
    }

    private async Task<byte[]> OwnAsync(string file, RootSealOptions now, CancellationToken ct)
    {
        await copy.RefuseModuleAsync(ct);
        return await copy.OwnAsync(file, now, ct);
    }
}
