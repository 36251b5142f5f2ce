using System.Security.Cryptography;

namespace Rivet.Cryptography.Tpm.Wire;

/// <summary>The loaded storage primary key, as its TPM describes it.</summary>
internal sealed record StorageKey(uint Handle, byte[] Name, ECPoint Point)
{
    /// <summary>Reads the answer to CreatePrimary; null when it is none, or not the key that was asked for.</summary>
    public static StorageKey? Read(TpmAnswer answer)
    {
        var reader = new TpmReader(answer.Body);
        var handle = reader.U32();
        var size = reader.U32();
        var parameters = size <= Tpm.MaxMessage ? new TpmReader(reader.Raw((int)size)) : default;
        var area = parameters.Sized();
        if (!reader.IsSound || !parameters.IsSound)
        {
            return null;
        }

        var key = new TpmReader(area);
        if (key.U16() != Tpm.Ecc || key.U16() != Tpm.Sha256 || key.U32() != Tpm.StorageKey || !key.Sized().IsEmpty
            || key.U16() != Tpm.Aes || key.U16() != 128 || key.U16() != Tpm.Cfb
            || key.U16() != Tpm.NullAlgorithm || key.U16() != Tpm.NistP256 || key.U16() != Tpm.NullAlgorithm)
        {
            return null;
        }

        var (x, y) = (Padded(key.Sized()), Padded(key.Sized()));
        return key.IsSound && key.IsAtEnd && x is not null && y is not null
            ? new(handle, Commands.NameOf(area), new ECPoint { X = x, Y = y })
            : null;
    }

    /// <summary>A salt that this key alone can agree on (part 1, §C.6.1), and what tells it; null when its point is none of the curve.</summary>
    public (byte[] Salt, byte[] Encrypted)? Agree()
    {
        try
        {
            using var ours = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
            using var theirs = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = Point });
            var point = ours.ExportParameters(includePrivateParameters: false).Q;
            var agreed = ours.DeriveRawSecretAgreement(theirs.PublicKey);
            var salt = Kdf.E(agreed, "SECRET"u8, point.X, Point.X);
            CryptographicOperations.ZeroMemory(agreed);
            using var writer = new TpmWriter();
            return (salt, writer.Sized(point.X).Sized(point.Y).Written.ToArray());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A coordinate of 32 bytes; TPMs leave zeros away in front.</summary>
    private static byte[]? Padded(ReadOnlySpan<byte> coordinate)
    {
        if (coordinate.Length is 0 or > 32)
        {
            return null;
        }

        var padded = new byte[32];
        coordinate.CopyTo(padded.AsSpan(32 - coordinate.Length));
        return padded;
    }
}
