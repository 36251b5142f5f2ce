using System.Security.Cryptography;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>The commands that are spoken (TPM 2.0 part 3).</summary>
internal static class Commands
{
    /// <summary>Header, handles, the sessions' area where there is one, parameters.</summary>
    public static byte[] Of(ushort tag, uint code, ReadOnlySpan<uint> handles, ReadOnlySpan<byte> sessions, ReadOnlySpan<byte> parameters)
    {
        using var writer = new TpmWriter();
        var area = tag == Tpm.Sessions ? 4 + sessions.Length : 0;
        writer.U16(tag).U32((uint)(Tpm.HeaderSize + (4 * handles.Length) + area + parameters.Length)).U32(code);
        foreach (var handle in handles)
        {
            writer.U32(handle);
        }

        if (tag == Tpm.Sessions)
        {
            writer.U32((uint)sessions.Length).Raw(sessions);
        }

        return writer.Raw(parameters).Written.ToArray();
    }

    /// <summary>
    /// The storage primary key: ECC P-256 with AES-128-CFB, the template that tpm2-tools uses unless told otherwise. The same seed gives the same key each
    /// time, so that nothing is kept in the TPM.
    /// </summary>
    public static byte[] CreatePrimary()
    {
        using var parameters = new TpmWriter();
        parameters.Sized(sensitive => sensitive.Sized([]).Sized([]))
            .Sized(StorageTemplate)
            .Sized([])
            .U32(0);
        using var password = new TpmWriter();
        password.U32(Tpm.Password).Sized([]).U8(Tpm.ContinueSession).Sized([]);
        return Of(Tpm.Sessions, Tpm.CreatePrimary, [Tpm.Owner], password.Written, parameters.Written);
    }

    public static byte[] StartSession(uint saltedBy, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> encryptedSalt)
    {
        using var parameters = new TpmWriter();
        parameters.Sized(nonce).Sized(encryptedSalt).U8(0 /* HMAC */).U16(Tpm.Aes).U16(128).U16(Tpm.Cfb).U16(Tpm.Sha256);
        return Of(Tpm.NoSessions, Tpm.StartAuthSession, [saltedBy, Tpm.Null], [], parameters.Written);
    }

    /// <summary>Parameters of Create for a sealed data object.</summary>
    public static byte[] SealParameters(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> auth)
    {
        using var parameters = new TpmWriter();
        using var sensitive = new TpmWriter();
        sensitive.Sized(auth).Sized(secret);
        return parameters.Sized(sensitive.Written)
            .Sized(area => area.U16(Tpm.KeyedHash).U16(Tpm.Sha256).U32(Tpm.SealedData).Sized([]).U16(Tpm.NullAlgorithm).Sized([]))
            .Sized([])
            .U32(0)
            .Written.ToArray();
    }

    public static byte[] Flush(uint handle)
    {
        using var parameters = new TpmWriter();
        return Of(Tpm.NoSessions, Tpm.FlushContext, [], [], parameters.U32(handle).Written);
    }

    /// <summary>Part 1, §16: the algorithm of the name, then the hash of the public area.</summary>
    public static byte[] NameOf(ReadOnlySpan<byte> publicArea) => [0, (byte)Tpm.Sha256, .. SHA256.HashData(publicArea)];

    private static void StorageTemplate(TpmWriter area)
        => area.U16(Tpm.Ecc).U16(Tpm.Sha256).U32(Tpm.StorageKey).Sized([])
            .U16(Tpm.Aes).U16(128).U16(Tpm.Cfb)
            .U16(Tpm.NullAlgorithm).U16(Tpm.NistP256).U16(Tpm.NullAlgorithm)
            .Sized([]).Sized([]);
}
