using System.Runtime.InteropServices.JavaScript;
using System.Security.Cryptography;

namespace Rivet.Cryptography.WebCrypto;

/// <summary>ML-KEM-768 (FIPS 203) by WebCrypto, in browsers that have it (<see cref="WebCrypto.HasKemAsync"/>).</summary>
public sealed class WebKem : IKem
{
    /// <inheritdoc/>
    public async ValueTask<IDecapsulation> CreateAsync(CancellationToken ct)
    {
        var call = new BrowserCall<JSObject?>();
        WebCrypto.CreateKem(call.Done);
        return Of(await call.EndAsync() ?? throw new PlatformNotSupportedException("This browser has no ML-KEM-768."));
    }

    /// <inheritdoc/>
    public async ValueTask<Encapsulated?> TryEncapsulateAsync(ReadOnlyMemory<byte> encapsulationKey, CancellationToken ct)
    {
        var both = new byte[KemSizes.Ciphertext + KemSizes.SharedSecret];
        if (encapsulationKey.Length != KemSizes.EncapsulationKey)
        {
            return null;
        }

        var call = new BrowserCall<bool>();
        WebCrypto.Encapsulate(encapsulationKey.ToArray(), both, call.Done);
        if (!await call.EndAsync())
        {
            return null;
        }

        var made = new Encapsulated(both[..KemSizes.Ciphertext], both[KemSizes.Ciphertext..]);
        CryptographicOperations.ZeroMemory(both);
        return made;
    }

    internal static IDecapsulation Of(JSObject keys) => new Decapsulation(keys);

    private sealed class Decapsulation(JSObject keys) : IDecapsulation
    {
        public ReadOnlyMemory<byte> EncapsulationKey { get; } = WebCrypto.PublicKey(keys);

        public async ValueTask<byte[]?> TryDecapsulateAsync(ReadOnlyMemory<byte> ciphertext, CancellationToken ct)
        {
            if (ciphertext.Length != KemSizes.Ciphertext)
            {
                return null;
            }

            var secret = new byte[KemSizes.SharedSecret];
            var call = new BrowserCall<bool>();
            WebCrypto.Decapsulate(keys, ciphertext.ToArray(), secret, call.Done);
            return await call.EndAsync() ? secret : null;
        }

        public void Dispose() => keys.Dispose();

        public override string ToString() => "[redacted]";
    }
}
