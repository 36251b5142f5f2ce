namespace Rivet.Cryptography.Tpm;

/// <summary>A secret that one TPM alone opens. Nothing in it is secret.</summary>
/// <param name="Public">TPMT_PUBLIC of the sealed data object, as the TPM gave it.</param>
/// <param name="Private">The object's private part, encrypted by the TPM.</param>
/// <param name="ParentName">Name of the storage primary key it lies under; who answers with another is another TPM, or stands between.</param>
public sealed record TpmBlob(ReadOnlyMemory<byte> Public, ReadOnlyMemory<byte> Private, ReadOnlyMemory<byte> ParentName)
{
    /// <summary>More than a TPM gives for a sealed secret; each part is at most so long.</summary>
    public const int MaxPart = 1024;

    /// <summary>Whether each part is of a length that could be.</summary>
    internal bool IsBounded => Public.Length is > 0 and <= MaxPart && Private.Length is > 0 and <= MaxPart && ParentName.Length is > 0 and <= 2 + 64;
}
