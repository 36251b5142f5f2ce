using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Vault;

namespace Rivet.Transit.Keys;

/// <summary>
/// Seals and opens the material of keys through the vault, each bound to its key, version and type. Nothing opened is kept between calls: what the vault
/// will not open any more cannot be used any more.
/// </summary>
internal sealed class KeyChest(IVault vault, ILogger<KeyChest> log)
{
    /// <summary>The vault's name for what is sealed here.</summary>
    public const string Application = "transit";

    public async ValueTask<Result<byte[], ApiRefusal>> SealAsync(CompanyId company, Guid key, int version, KeyMaterial material, CancellationToken ct)
    {
        var clear = material.Export();
        try
        {
            return await SealAsync(company, clear, Context(key, version, (byte)material.Type), ct);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    public async ValueTask<Result<KeyMaterial, ApiRefusal>> OpenAsync(TransitKey key, KeyVersion version, CancellationToken ct)
    {
        if (!(await OpenAsync(key.Company, version.Sealed, Context(key.Id, version.Number, (byte)key.Type), ct)).TryGet(out var clear, out var why))
        {
            if (why == ApiRefusal.KeyDamaged)
            {
                Log.KeyDamaged(log, key.Id, version.Number);
            }

            return why;
        }

        try
        {
            return KeyMaterial.Read(key.Type, clear) is { } material ? material : ApiRefusal.KeyDamaged;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    public ValueTask<Result<byte[], ApiRefusal>> SealWrappingAsync(CompanyId company, Guid id, byte[] key, CancellationToken ct)
        => SealAsync(company, key, WrappingContext(id), ct);

    public ValueTask<Result<byte[], ApiRefusal>> OpenWrappingAsync(CompanyId company, Guid id, byte[] key, CancellationToken ct)
        => OpenAsync(company, key, WrappingContext(id), ct);

    private async ValueTask<Result<byte[], ApiRefusal>> SealAsync(CompanyId company, byte[] clear, byte[] context, CancellationToken ct)
        => (await vault.SealAsync(KeyScope.Of(company, Application, KeyPeriod.Unbounded), new[] { new Plaintext(clear, context) }, ct)).TryGet(out var made, out var why)
            ? made[0] : Of(why);

    private async ValueTask<Result<byte[], ApiRefusal>> OpenAsync(CompanyId company, byte[] closed, byte[] context, CancellationToken ct)
        => (await vault.OpenAsync(company, Application, new[] { new Ciphertext(closed, context) }, ct))[0].TryGet(out var clear, out var why) ? clear : Of(why);

    private static ApiRefusal Of(VaultRefusal why) => why switch
    {
        VaultRefusal.Unavailable => ApiRefusal.Unavailable,
        VaultRefusal.Destroyed => ApiRefusal.KeyDestroyed,
        _ => ApiRefusal.KeyDamaged,
    };

    private static byte[] Context(Guid key, int version, byte type)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, version);
        return [.. Encoding.ASCII.GetBytes("rivet transit key 1"), .. KeyTable.Bytes(key), .. number, type];
    }

    private static byte[] WrappingContext(Guid id) => [.. Encoding.ASCII.GetBytes("rivet transit wrapping 1"), .. KeyTable.Bytes(id)];
}
