using Rivet.Kernel;

namespace Rivet.Transit.Keys;

/// <summary>A key as stored, without its material.</summary>
internal sealed record TransitKey
{
    public required Guid Id { get; init; }

    public required CompanyId Company { get; init; }

    public required string Name { get; init; }

    public required KeyType Type { get; init; }

    /// <summary>The application that made it.</summary>
    public required Guid Owner { get; init; }

    /// <summary>Whether every use derives a key of its own from a context.</summary>
    public required bool IsDerived { get; init; }

    public required bool IsImported { get; init; }

    /// <summary>Whether a key that was imported may be rotated here.</summary>
    public required bool AllowRotation { get; init; }

    public required bool DeletionAllowed { get; init; }

    public required int Latest { get; init; }

    public required int MinDecryption { get; init; }

    /// <summary>0: the latest alone, unless a request names one that may be decrypted.</summary>
    public required int MinEncryption { get; init; }

    /// <summary>0: none was trimmed.</summary>
    public required int MinAvailable { get; init; }

    public required TimeSpan RotateEvery { get; init; }

    /// <summary>Moves with every change; a call counts only if it has not moved since the key was read.</summary>
    public required long Revision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What may go on encrypting, signing or making MACs.</summary>
    public int LeastToSeal => Math.Max(1, Math.Max(MinEncryption, Math.Max(MinDecryption, MinAvailable)));

    /// <summary>What may still be decrypted or verified.</summary>
    public int LeastToOpen => Math.Max(1, Math.Max(MinDecryption, MinAvailable));
}

/// <summary>A version of a key: its material sealed, the public half in clear.</summary>
internal sealed record KeyVersion
{
    public required int Number { get; init; }

    public required byte[] Sealed { get; init; }

    /// <summary>PEM (SubjectPublicKeyInfo); for Ed25519 the 32 bytes in base64; empty for secret keys.</summary>
    public required string Public { get; init; }

    /// <summary>Encryptions with a random nonce so far.</summary>
    public required long Seals { get; init; }

    public required long Uses { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required long LastUsedMs { get; init; }
}
