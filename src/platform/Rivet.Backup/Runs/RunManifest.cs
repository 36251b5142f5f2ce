using Rivet.Cryptography;
using Rivet.Cryptography.Sodium;

namespace Rivet.Backup;

/// <summary>What one run consists of: everything needed to build the store of that moment. Signed by the server and sealed to the recovery key.</summary>
internal sealed record RunManifest
{
    private static ReadOnlySpan<byte> Context => "rivet backup run 1"u8;

    public required Guid Repository { get; init; }

    /// <summary>Grows by one from run to run; the file is named by it.</summary>
    public required int Number { get; init; }

    /// <summary>When the state was fixed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Which epoch's key opens the key pack.</summary>
    public required Guid Epoch { get; init; }

    /// <summary>The data packs that segments point into, of this run and of earlier ones.</summary>
    public required IReadOnlyList<PackFile> Packs { get; init; }

    public required IReadOnlyList<TableContent> Tables { get; init; }

    public required IReadOnlyList<string> Indexes { get; init; }

    /// <summary>Files of the data folder and of the keys folder; they lie in the key pack.</summary>
    public required IReadOnlyList<FileContent> Files { get; init; }

    /// <summary>Signature (64) and the manifest, as they are sealed.</summary>
    public static byte[] Sign(RunManifest manifest, Ed25519Key signer)
    {
        var bytes = PrivateFiles.ToJson(manifest);
        return [.. signer.Sign([.. Context, .. bytes]), .. bytes];
    }

    /// <summary>Null when the signer did not sign it.</summary>
    public static RunManifest? TryOpen(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signer)
        => signed.Length > KeySizes.Signature && Ed25519Key.Verify(signer, [.. Context, .. signed[KeySizes.Signature..]], signed[..KeySizes.Signature])
            ? PrivateFiles.FromJson<RunManifest>(signed[KeySizes.Signature..])
            : null;
}

/// <summary>A data pack.</summary>
/// <param name="Name">Its file's name.</param>
/// <param name="Length">Bytes of the file.</param>
internal sealed record PackFile(string Name, long Length);

/// <summary>A table and where its rows are.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sql">What makes it.</param>
/// <param name="IsKeys">Whether its rows are wrapped keys, which lie in the key pack.</param>
/// <param name="Segments">Its rows, in order.</param>
internal sealed record TableContent(string Name, string Sql, bool IsKeys, IReadOnlyList<Segment> Segments);

/// <summary>A file.</summary>
/// <param name="IsKeys">Whether it belongs into the keys folder; else into the data folder.</param>
/// <param name="Name">Its path there, with slashes.</param>
/// <param name="Content">Where it is.</param>
internal sealed record FileContent(bool IsKeys, string Name, Segment Content);

/// <summary>A piece of a pack, stored once however many runs have it.</summary>
/// <param name="Pack">Which of the manifest's packs; -1 is the run's key pack.</param>
/// <param name="At">Where it begins, in bytes of what the pack holds.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">SHA-256 of them.</param>
internal sealed record Segment(int Pack, long At, int Length, byte[] Hash)
{
    public const int KeyPack = -1;
}
