using System.Security.Cryptography;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Tpm;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>Seals a root for its file and opens it again.</summary>
internal static class RootSeals
{
    private const int TpmSecretSize = 32;

    /// <summary>Opens a sealed file's root; the caller zeroes it.</summary>
    /// <exception cref="RootKeyException">It does not open; the message says why and what to do.</exception>
    public static async Task<byte[]> OpenAsync(string file, SealedRoot root, RootSealOptions options, CancellationToken ct)
    {
        RefuseAnotherKind(file, root.Kind, options);
        var key = root switch
        {
            SealedRoot.ByPassphrase byPassphrase => OfPassphrase(file, byPassphrase, options),
            SealedRoot.ByTpm byTpm => await OfTpmAsync(file, byTpm, options, ct),
            _ => throw new NotSupportedException($"{root.GetType()} has no seal."),
        };
        return TryOpen(root, key) ?? throw new RootKeyException(root.Kind == RootSealKind.Passphrase
            ? $"The root key file {file} does not open: the passphrase is wrong, or the file was changed. Give the right passphrase; if it is right, put the file back from its backup, or the root from its shares (rivet recover combine). Nothing was changed."
            : $"The root key file {file} was changed: the TPM knows it, and the root does not open. Put it back from its backup, or the root from its shares (rivet recover combine). Nothing was changed.");
    }

    /// <summary>The bytes of a sealed file for a root, proven to open.</summary>
    /// <exception cref="RootKeyException">The passphrase is missing or too short, or the TPM does not do it.</exception>
    public static async Task<byte[]> SealAsync(string file, ReadOnlyMemory<byte> root, RootSealOptions options, CancellationToken ct)
    {
        var salt = RandomNumberGenerator.GetBytes(SealedRoot.SaltSize);
        byte[] key;
        SealedRoot head;
        if (options.Wanted == RootSealKind.Tpm)
        {
            (head, key) = await NewTpmAsync(options.Tpm!, salt, ct);
        }
        else
        {
            var made = new SealedRoot.ByPassphrase { Cost = options.Cost, Salt = salt };
            var passphrase = RootPassphrase.Read(file, options);
            RootPassphrase.RequireLength(passphrase);
            (head, key) = (made, Derive(passphrase, made));
        }

        var nonce = RandomNumberGenerator.GetBytes(SealedRoot.NonceSize);
        var body = new byte[AesGcmKey.KeySize];
        var tag = new byte[SealedRoot.TagSize];
        using (var aes = new AesGcm(key, SealedRoot.TagSize))
        {
            aes.Encrypt(nonce, root.Span, body, tag, head.Head());
        }

        // What will be read is what was written, and it opens.
        var bytes = (head with { Body = [.. nonce, .. body, .. tag] }).ToBytes();
        var opened = SealedRoot.TryParse(bytes) is { } read ? TryOpen(read, key) : null;
        if (opened is null || !CryptographicOperations.FixedTimeEquals(opened, root.Span))
        {
            throw new InvalidOperationException("A root that was just sealed does not open.");
        }

        CryptographicOperations.ZeroMemory(opened);
        return bytes;
    }

    /// <summary>What was said about the seal is meant: a root that is not sealed so is not opened as if it were.</summary>
    public static void RefuseAnotherKind(string file, RootSealKind found, RootSealOptions options)
    {
        if (options.Wanted == RootSealKind.None || options.Wanted == found)
        {
            return;
        }

        throw new RootKeyException(found == RootSealKind.None
            ? $"The root key file {file} is not sealed, and {options} was named. Seal it (rivet root seal), or start without naming it. Nothing was changed."
            : $"The root key file {file} is sealed by {(found == RootSealKind.Tpm ? "a TPM" : "a passphrase")}, and {options} was named. Start without naming it, or seal the root anew (rivet root seal). Nothing was changed.");
    }

    private static byte[]? TryOpen(SealedRoot sealedRoot, byte[] key)
    {
        var root = new byte[AesGcmKey.KeySize];
        try
        {
            using var aes = new AesGcm(key, SealedRoot.TagSize);
            aes.Decrypt(
                sealedRoot.Body.AsSpan(0, SealedRoot.NonceSize),
                sealedRoot.Body.AsSpan(SealedRoot.NonceSize, AesGcmKey.KeySize),
                sealedRoot.Body.AsSpan(SealedRoot.NonceSize + AesGcmKey.KeySize),
                root,
                sealedRoot.Head());
            return root;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] OfPassphrase(string file, SealedRoot.ByPassphrase root, RootSealOptions options) => Derive(RootPassphrase.Read(file, options), root);

    private static byte[] Derive(byte[] passphrase, SealedRoot.ByPassphrase root)
    {
        var key = new byte[AesGcmKey.KeySize];
        PassphraseKey.Derive(passphrase, root.Salt, root.Cost, key);
        CryptographicOperations.ZeroMemory(passphrase);
        return key;
    }

    private static async Task<byte[]> OfTpmAsync(string file, SealedRoot.ByTpm root, RootSealOptions options, CancellationToken ct)
    {
        var place = options.Tpm is { } named ? PlaceOf(named) : root.Place;
        var opened = await new TpmSealer(place).UnsealAsync(root.Blob, root.Auth, ct);
        return opened.TryGet(out var secret, out var why) ? DeriveOfTpm(secret, root.Salt) : throw new RootKeyException(Explain(file, place, why));
    }

    private static async Task<(SealedRoot Head, byte[] Key)> NewTpmAsync(string named, byte[] salt, CancellationToken ct)
    {
        var place = PlaceOf(named);
        var secret = RandomNumberGenerator.GetBytes(TpmSecretSize);
        var auth = RandomNumberGenerator.GetBytes(TpmSealer.MaxAuth);

        // TPMs drop zeros at the end.
        auth[^1] |= 1;
        var sealer = new TpmSealer(place);
        if (!(await sealer.SealAsync(secret, auth, ct)).TryGet(out var blob, out var why))
        {
            throw new RootKeyException($"{Explain(place, why)} Nothing was changed.");
        }

        // Before anything depends on it.
        var again = await sealer.UnsealAsync(blob, auth, ct);
        if (!again.TryGet(out var opened, out why) || !CryptographicOperations.FixedTimeEquals(opened, secret))
        {
            throw new RootKeyException($"The TPM at {place} does not open what it sealed ({why.Fault}). Look at it, or seal by a passphrase. Nothing was changed.");
        }

        CryptographicOperations.ZeroMemory(opened);
        return (new SealedRoot.ByTpm { Place = place, Blob = blob, Auth = auth, Salt = salt }, DeriveOfTpm(secret, salt));
    }

    private static byte[] DeriveOfTpm(byte[] secret, byte[] salt)
    {
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, AesGcmKey.KeySize, salt, "rivet root seal tpm2 1"u8.ToArray());
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static TpmPlace PlaceOf(string named)
        => TpmPlace.TryParse(named, out var place)
            ? place
            : throw new RootKeyException($"\"{named}\" is no place of a TPM: name its device, /dev/tpmrm0, or tcp:HOST:PORT of a software TPM on this machine.");

    private static string Explain(string file, TpmPlace place, TpmRefusal why) => why.Fault switch
    {
        TpmFault.AnotherTpm => $"The root key file {file} is sealed by another TPM than the one at {place}, or that one was cleared since. Start on the machine that sealed it, "
            + "or put the root back from its shares (rivet recover combine). Nothing was changed.",
        TpmFault.Changed => $"The root key file {file} was changed: the TPM at {place} refuses it. Put it back from its backup, or the root from its shares (rivet recover combine). Nothing was changed.",
        _ => $"The root key file {file} is sealed by a TPM. {Explain(place, why)}",
    };

    private static string Explain(TpmPlace place, TpmRefusal why) => why.Fault switch
    {
        TpmFault.Unreachable => $"The TPM at {place} does not answer. Check that it is there and switched on in the firmware, and that this user may use it (group tss), or name another place with --root-tpm.",
        TpmFault.Untrue => $"What answers at {place} is no TPM 2.0, or somebody changed its answers. Look at the machine, or name another place with --root-tpm.",
        TpmFault.OwnerClosed => $"The storage hierarchy of the TPM at {place} is closed (0x{why.Code:X3}): its owner set a password or switched it off. Open it with the TPM's own tools (tpm2_changeauth -c owner), or seal by a passphrase.",
        TpmFault.Locked => $"The TPM at {place} locks out who tries too often. Wait, or reset it with its own tools (tpm2_dictionarylockout).",
        _ => $"The TPM at {place} answers with an error (0x{why.Code:X3}). Look at it with its own tools, or seal by a passphrase.",
    };
}
