using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Rivet.Cryptography.Sodium;
using Rivet.Cryptography.Tpm;

namespace Rivet.Vault;

/// <summary>
/// A root key's file that is sealed: lines of text that say how, the last of them the root under AES-256-GCM with all lines before it as associated data.
/// One spelling only; the format's number is in the first line.
/// </summary>
internal abstract record SealedRoot
{
    /// <summary>No file is longer.</summary>
    public const int MaxBytes = 8192;

    public const int SaltSize = 16;
    public const int BodySize = NonceSize + AesGcmKey.KeySize + TagSize;
    public const int NonceSize = 12;
    public const int TagSize = 16;
    private const string Title = "rivet root key, sealed, 1";

    private SealedRoot()
    {
    }

    public abstract RootSealKind Kind { get; }

    /// <summary>Random, for each seal anew.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>Nonce · root · tag; empty while it is made.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Everything but the root.</summary>
    public byte[] Head() => Encoding.ASCII.GetBytes($"{Title}\n{Words()}salt = {Convert.ToBase64String(Salt)}\n");

    public byte[] ToBytes() => [.. Head(), .. Encoding.ASCII.GetBytes($"root = {Convert.ToBase64String(Body)}\n")];

    /// <summary>Whether the bytes begin as a sealed root's do, so that a damaged one is not taken for a plain one of a wrong length.</summary>
    public static bool IsMeant(ReadOnlySpan<byte> file) => file.StartsWith("rivet root key, sealed"u8);

    /// <summary>Null when the bytes are no sealed root in the one spelling, or ask for what is out of bounds.</summary>
    public static SealedRoot? TryParse(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxBytes || file.IndexOfAnyExceptInRange((byte)'\n', (byte)'~') >= 0)
        {
            return null;
        }

        var lines = Encoding.ASCII.GetString(file).Split('\n');
        SealedRoot? read = lines is [Title, "seal = passphrase", ..] ? ByPassphrase.Read(lines) : lines is [Title, "seal = tpm2", ..] ? ByTpm.Read(lines) : null;
        return read is { Salt.Length: SaltSize, Body.Length: BodySize } && read.ToBytes().AsSpan().SequenceEqual(file) ? read : null;
    }

    private protected abstract string Words();

    private static string Value(string[] lines, int index, string name)
        => index < lines.Length && lines[index].StartsWith(name + " = ", StringComparison.Ordinal) ? lines[index][(name.Length + 3)..] : "";

    private static byte[] Bytes(string[] lines, int index, string name)
    {
        var text = Value(lines, index, name);
        return Base64.IsValid(text) ? Convert.FromBase64String(text) : [];
    }

    /// <summary>The key comes from a passphrase through Argon2id.</summary>
    public sealed record ByPassphrase : SealedRoot
    {
        public override RootSealKind Kind => RootSealKind.Passphrase;

        public required PassphraseCost Cost { get; init; }

        internal static ByPassphrase? Read(string[] lines)
            => Value(lines, 2, "argon2id").Split(' ') is [var memory, "KiB", var passes, "passes"]
                && Number(memory) is { } kibibytes && Number(passes) is { } count && new PassphraseCost(kibibytes, count) is { IsBounded: true } cost
                    ? new() { Cost = cost, Salt = Bytes(lines, 3, "salt"), Body = Bytes(lines, 4, "root") }
                    : null;

        private protected override string Words()
            => string.Create(CultureInfo.InvariantCulture, $"seal = passphrase\nargon2id = {Cost.MemoryKibibytes} KiB {Cost.Passes} passes\n");

        private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>The key comes from a secret that one TPM opens.</summary>
    public sealed record ByTpm : SealedRoot
    {
        public override RootSealKind Kind => RootSealKind.Tpm;

        /// <summary>Where the TPM was.</summary>
        public required TpmPlace Place { get; init; }

        public required TpmBlob Blob { get; init; }

        /// <summary>What the TPM asks for beside being itself: of use to nobody without it.</summary>
        public required byte[] Auth { get; init; }

        internal static ByTpm? Read(string[] lines)
            => TpmPlace.TryParse(Value(lines, 2, "at"), out var place)
                ? new()
                {
                    Place = place,
                    Blob = new(Bytes(lines, 4, "public"), Bytes(lines, 5, "private"), Bytes(lines, 3, "primary")),
                    Auth = Bytes(lines, 6, "auth"),
                    Salt = Bytes(lines, 7, "salt"),
                    Body = Bytes(lines, 8, "root"),
                }
                : null;

        private protected override string Words()
            => $"seal = tpm2\nat = {Place}\nprimary = {Text(Blob.ParentName)}\npublic = {Text(Blob.Public)}\nprivate = {Text(Blob.Private)}\nauth = {Convert.ToBase64String(Auth)}\n";

        private static string Text(ReadOnlyMemory<byte> bytes) => Convert.ToBase64String(bytes.Span);
    }
}
