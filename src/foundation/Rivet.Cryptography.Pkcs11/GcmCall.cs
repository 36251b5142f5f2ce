using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using Net.Pkcs11Interop.HighLevelAPI.MechanismParams;

namespace Rivet.Cryptography.Pkcs11;

/// <summary>One CKM_AES_GCM call (PKCS#11 2.40 errata 1, §2.12.3): nonce 12 bytes, tag 16 bytes after the ciphertext.</summary>
internal static class GcmCall
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    /// <summary>
    /// Gives nonce · ciphertext · tag. The nonce is random, or the module's own where it insists: then it is asked with zeros, as such
    /// modules require, and what it wrote in their place is taken; zeros left standing are never used.
    /// </summary>
    public static byte[] Encrypt(ISession session, IObjectHandle key, byte[] plaintext, byte[] associatedData, ref bool moduleMakesNonce)
    {
        if (!moduleMakesNonce)
        {
            try
            {
                return Encrypt(session, key, RandomNumberGenerator.GetBytes(NonceSize), plaintext, associatedData);
            }
            catch (Pkcs11Exception exception) when (exception.RV is CKR.CKR_MECHANISM_PARAM_INVALID or CKR.CKR_ARGUMENTS_BAD)
            {
                moduleMakesNonce = true;
            }
        }

        return Encrypt(session, key, new byte[NonceSize], plaintext, associatedData);
    }

    /// <exception cref="Pkcs11Exception">Forged, or the module fails: the module decides how to say it.</exception>
    public static byte[] Decrypt(ISession session, IObjectHandle key, byte[] nonce, byte[] body, byte[] associatedData)
    {
        using var parameters = Parameters(nonce, associatedData);
        using var mechanism = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_AES_GCM, parameters);
        return session.Decrypt(mechanism, key, body);
    }

    private static byte[] Encrypt(ISession session, IObjectHandle key, byte[] nonce, byte[] plaintext, byte[] associatedData)
    {
        using var parameters = Parameters(nonce, associatedData);
        using var mechanism = LoadedLibrary.Factories.MechanismFactory.Create(CKM.CKM_AES_GCM, parameters);
        var body = session.Encrypt(mechanism, key, plaintext);
        var used = NonceOf(parameters);
        return body.Length == plaintext.Length + TagSize && used.AsSpan().ContainsAnyExcept((byte)0)
            ? [.. used, .. body]
            : throw new Pkcs11Exception("C_Encrypt", CKR.CKR_MECHANISM_PARAM_INVALID);
    }

    private static ICkGcmParams Parameters(byte[] nonce, byte[] associatedData)
        => LoadedLibrary.Factories.MechanismParamsFactory.CreateCkGcmParams(nonce, NonceSize * 8, associatedData, TagSize * 8);

    /// <summary>The nonce as the call left it.</summary>
    private static byte[] NonceOf(ICkGcmParams parameters)
    {
        var place = parameters.ToMarshalableStructure() switch
        {
            Net.Pkcs11Interop.LowLevelAPI80.MechanismParams.CK_GCM_PARAMS found => found.Iv,
            Net.Pkcs11Interop.LowLevelAPI81.MechanismParams.CK_GCM_PARAMS found => found.Iv,
            Net.Pkcs11Interop.LowLevelAPI40.MechanismParams.CK_GCM_PARAMS found => found.Iv,
            Net.Pkcs11Interop.LowLevelAPI41.MechanismParams.CK_GCM_PARAMS found => found.Iv,
            var other => throw new NotSupportedException($"{other.GetType()} is no known form of CK_GCM_PARAMS."),
        };
        var nonce = new byte[NonceSize];
        Marshal.Copy(place, nonce, 0, nonce.Length);
        return nonce;
    }
}
