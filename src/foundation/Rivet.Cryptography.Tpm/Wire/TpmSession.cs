using System.Security.Cryptography;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>
/// A salted HMAC session (TPM 2.0 part 1, §19.6): what it authorises is authenticated both ways, and its first parameters are encrypted under keys
/// that only the two sides know. One use at a time.
/// </summary>
internal sealed class TpmSession(uint handle, byte[] sessionKey, byte[] nonceTpm) : IDisposable
{
    private byte[] nonceCaller = [];
    private byte[] nonceTpm = nonceTpm;

    public uint Handle => handle;

    /// <summary>The whole command, authorised for its first handle.</summary>
    /// <param name="code">The command.</param>
    /// <param name="entity">The handle that is authorised, and its name.</param>
    /// <param name="authValue">The entity's secret.</param>
    /// <param name="parameters">The parameters, the first a TPM2B where it is to be encrypted.</param>
    /// <param name="attributes"><see cref="Tpm.Decrypt"/>, <see cref="Tpm.Encrypt"/>.</param>
    public byte[] Command(uint code, (uint Handle, byte[] Name) entity, ReadOnlySpan<byte> authValue, ReadOnlySpan<byte> parameters, byte attributes)
    {
        attributes |= Tpm.ContinueSession;
        nonceCaller = RandomNumberGenerator.GetBytes(32);
        byte[] value = [.. sessionKey, .. authValue];
        var sent = parameters.ToArray();
        if ((attributes & Tpm.Decrypt) != 0)
        {
            var reader = new TpmReader(parameters);
            var first = reader.Sized();
            Kdf.Cfb(value, nonceCaller, nonceTpm, first, isEncrypting: true).CopyTo(sent.AsSpan(2));
        }

        using var digested = new TpmWriter();
        var cpHash = SHA256.HashData(digested.U32(code).Raw(entity.Name).Raw(sent).Written);
        var hmac = HMACSHA256.HashData(value, (byte[])[.. cpHash, .. nonceCaller, .. nonceTpm, attributes]);
        CryptographicOperations.ZeroMemory(value);

        using var area = new TpmWriter();
        area.U32(handle).Sized(nonceCaller).U8(attributes).Sized(hmac);
        return Commands.Of(Tpm.Sessions, code, [entity.Handle], area.Written, sent);
    }

    /// <summary>The parameters of an answer, decrypted where they were asked for so; null when the answer is not what this session's TPM said.</summary>
    public byte[]? Answer(uint code, TpmAnswer answer, ReadOnlySpan<byte> authValue, int handles, bool isEncrypted)
    {
        var reader = new TpmReader(answer.Body);
        reader.Raw(4 * handles);
        var size = reader.U32();
        var parameters = size <= Tpm.MaxMessage ? reader.Raw((int)size) : default;
        var newer = reader.Sized();
        var attributes = reader.U8();
        var given = reader.Sized();
        if (!reader.IsSound || size > Tpm.MaxMessage || !reader.IsAtEnd || answer.Tag != Tpm.Sessions || newer.Length is < 16 or > 64)
        {
            return null;
        }

        byte[] value = [.. sessionKey, .. authValue];
        using var digested = new TpmWriter();
        var rpHash = SHA256.HashData(digested.U32(answer.Code).U32(code).Raw(parameters).Written);
        var hmac = HMACSHA256.HashData(value, (byte[])[.. rpHash, .. newer, .. nonceCaller, attributes]);
        nonceTpm = newer.ToArray();
        if (!CryptographicOperations.FixedTimeEquals(hmac, given))
        {
            CryptographicOperations.ZeroMemory(value);
            return null;
        }

        var result = parameters.ToArray();
        if (isEncrypted)
        {
            // What was asked for, not what the answer says: an answer in clear is not taken for one in cipher.
            var inner = new TpmReader(parameters);
            var first = inner.Sized();
            if (!inner.IsSound)
            {
                return null;
            }

            var clear = Kdf.Cfb(value, nonceTpm, nonceCaller, first, isEncrypting: false);
            clear.CopyTo(result.AsSpan(2));
            CryptographicOperations.ZeroMemory(clear);
        }

        CryptographicOperations.ZeroMemory(value);
        return result;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(sessionKey);
}
