using System.Runtime.InteropServices.JavaScript;
using Org.BouncyCastle.Crypto.Agreement;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Modes;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;
using Rivet.Cryptography;
using Rivet.Cryptography.Bouncy;
using Rivet.Cryptography.WebCrypto;

namespace Rivet.Testing.Web;

/// <summary>What one use of a primitive takes in this browser: by WebCrypto, or managed in WebAssembly.</summary>
public static partial class Costs
{
    /// <summary>Runs a primitive so many times, after some that do not count; gives microseconds for one (a browser's clock is too coarse for each by itself).</summary>
    [JSExport]
    public static async Task<double> MeasureAsync(string primitive, int size, int count)
    {
        var work = await BeginAsync(primitive, size);
        for (var warm = 0; warm < Math.Max(1, count / 4); warm++)
        {
            await work();
        }

        var began = TimeProvider.System.GetTimestamp();
        for (var at = 0; at < count; at++)
        {
            await work();
        }

        return TimeProvider.System.GetElapsedTime(began).TotalMicroseconds / count;
    }

    private static async Task<Func<ValueTask>> BeginAsync(string primitive, int size)
    {
        var (nonce, associated, buffer) = (new byte[AeadSizes.Nonce], new byte[4], new byte[size + AeadSizes.Tag]);
        switch (primitive)
        {
            case "seal":
                var sealing = new WebAeads().Create(AeadSuite.Aes256Gcm, new byte[AeadSizes.Key]);
                return () => sealing.SealAsync(nonce, associated, buffer.AsMemory(0, size), buffer);
            case "open":
                var opening = new WebAeads().Create(AeadSuite.Aes256Gcm, new byte[AeadSizes.Key]);
                await opening.SealAsync(nonce, associated, buffer.AsMemory(0, size), buffer);
                var plaintext = new byte[size];
                return async () => Check(await opening.OpenAsync(nonce, associated, buffer, plaintext));
            case "seal.managed":
                var cipher = new GcmBlockCipher(new AesEngine());
                var output = new byte[size + AeadSizes.Tag];
                return () =>
                {
                    nonce[0]++; // It refuses the same nonce twice; every other one will do.
                    cipher.Init(true, new AeadParameters(new KeyParameter(new byte[AeadSizes.Key]), 8 * AeadSizes.Tag, nonce, associated));
                    cipher.DoFinal(output, cipher.ProcessBytes(buffer, 0, size, output, 0));
                    return default;
                };
            case "agree":
                var (own, other) = (await WebAgreement.CreateEphemeralAsync(default), await WebAgreement.CreateEphemeralAsync(default));
                return async () => Check(await own.AgreeAsync(other.PublicKey, default) is not null);
            case "agree.managed":
                var (mine, theirs) = (new X25519PrivateKeyParameters(new SecureRandom()), new X25519PrivateKeyParameters(new SecureRandom()));
                return () =>
                {
                    var agreement = new X25519Agreement();
                    agreement.Init(mine);
                    agreement.CalculateAgreement(theirs.GeneratePublicKey(), new byte[32], 0);
                    return default;
                };
            case "kem" or "kem.managed":
                IKem kem = primitive == "kem" ? new WebKem() : new MlKem768();
                return async () =>
                {
                    using var pair = await kem.CreateAsync(default);
                    var made = await kem.TryEncapsulateAsync(pair.EncapsulationKey, default);
                    Check(await pair.TryDecapsulateAsync(made!.Ciphertext, default) is not null);
                };
            default:
                throw new ArgumentOutOfRangeException(nameof(primitive));
        }
    }

    private static void Check(bool right)
    {
        if (!right)
        {
            throw new InvalidOperationException("A primitive refused what is right.");
        }
    }
}
