using System.Security.Cryptography;
using Rivet.Cryptography;
using Rivet.Cryptography.Pkcs11;
using Rivet.Cryptography.Sodium;
using Rivet.Kernel;

namespace Rivet.Vault;

/// <summary>
/// The key pair of one import. What is imported comes as PKCS#11's CKM_RSA_AES_KEY_WRAP has it (PKCS#11 2.40 §2.1.21): RSA-OAEP (RFC 8017 §7.1) over an AES-256
/// key, then the company's key under that one with padded AES key wrap (RFC 5649).
/// </summary>
internal abstract class ImportPair : IDisposable
{
    public const int RsaBits = 4096;

    /// <summary>The one length that can be right: RSA block, and 32 bytes under padded key wrap.</summary>
    public const int Length = (RsaBits / 8) + AesGcmKey.KeySize + 8;

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public abstract ReadOnlyMemory<byte> PublicKey { get; }

    public virtual bool IsSha1 => false;

    /// <summary>The version to store; refused without saying what is wrong with the wrapped key.</summary>
    public Result<CompanyKeyRow, KeyRefusal> Finish(CompanyId company, ReadOnlySpan<byte> wrapped, SealedHeader name, CompanyKeys companies)
        => wrapped.Length == Length ? Open(company, wrapped, name, companies) : KeyRefusal.BadImport;

    public abstract void Dispose();

    protected abstract Result<CompanyKeyRow, KeyRefusal> Open(CompanyId company, ReadOnlySpan<byte> wrapped, SealedHeader name, CompanyKeys companies);
}

/// <summary>A pair in this process's memory, for a root in a file.</summary>
internal sealed class MemoryPair : ImportPair
{
    private readonly RSA key = RSA.Create(RsaBits);

    public override ReadOnlyMemory<byte> PublicKey => key.ExportSubjectPublicKeyInfo();

    public override void Dispose() => key.Dispose();

    protected override Result<CompanyKeyRow, KeyRefusal> Open(CompanyId company, ReadOnlySpan<byte> wrapped, SealedHeader name, CompanyKeys companies)
        => TryOpen(key, wrapped) is { } secret
            ? companies.Make(company, name, Custody.Imported, secret).TryGet(out var row, out var why) ? row : KeyRefusals.Of(why)
            : KeyRefusal.BadImport;

    private static byte[]? TryOpen(RSA key, ReadOnlySpan<byte> wrapped)
    {
        try
        {
            var over = key.Decrypt(wrapped[..(RsaBits / 8)], RSAEncryptionPadding.OaepSHA256);
            try
            {
                return over.Length == AesGcmKey.KeySize ? TryUnwrap(over, wrapped[(RsaBits / 8)..]) : null;
            }
            finally
            {
                CryptographicOperations.ZeroMemory(over);
            }
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Padded AES key wrap (RFC 5649); null unless it holds 32 bytes.</summary>
    internal static byte[]? TryUnwrap(ReadOnlySpan<byte> over, ReadOnlySpan<byte> wrapped)
    {
        using var aes = Aes.Create();
        aes.SetKey(over);
        try
        {
            var secret = aes.DecryptKeyWrapPadded(wrapped);
            if (secret.Length == AesGcmKey.KeySize)
            {
                return secret;
            }

            CryptographicOperations.ZeroMemory(secret);
            return null;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>A pair inside the module: what is imported is never in this process's memory.</summary>
internal sealed class ModulePair(ModuleRoot module, UnwrapKeyPair pair) : ImportPair
{
    public override ReadOnlyMemory<byte> PublicKey => pair.PublicKey;

    public override bool IsSha1 => pair.Wrapping == ImportWrapping.RsaAesSha1;

    public override void Dispose() => module.Discard(pair);

    protected override Result<CompanyKeyRow, KeyRefusal> Open(CompanyId company, ReadOnlySpan<byte> wrapped, SealedHeader name, CompanyKeys companies)
        => module.TryImport(pair, wrapped, name) is { } refusal ? refusal
            : companies.Prove(company, name, Custody.Imported).TryGet(out var row, out var why) ? row : KeyRefusals.Of(why);
}
