using System.Runtime.InteropServices;

namespace Rivet.Cryptography.Sodium;

/// <summary>
/// The library that NSec brings, called directly for the link's keys and X25519. An NSec key lies in guarded pages of its own: four
/// mappings and 10 kB each as measured, of which Linux allows a process 65,530, about 8,000 links. These keys live as
/// long as a connection and are as many.
/// </summary>
internal static unsafe partial class Libsodium
{
    /// <summary>Bytes of an expanded AES key; it begins at a multiple of 16.</summary>
    public const int AesState = 512;

    private const string Library = "libsodium";

    /// <summary>Whether libsodium has AES-GCM for this processor.</summary>
    public static bool HasAesGcm { get; } = Initialize() && IsAesAvailable() == 1;

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_beforenm")]
    public static partial int ExpandAesKey(byte* state, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_encrypt_afternm")]
    public static partial int SealAes(
        byte* ciphertext, out ulong written, byte* plaintext, ulong size, byte* associated, ulong associatedSize, nint none, byte* nonce, byte* state);

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_decrypt_afternm")]
    public static partial int OpenAes(
        byte* plaintext, out ulong written, nint none, byte* ciphertext, ulong size, byte* associated, ulong associatedSize, byte* nonce, byte* state);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    public static partial int SealChaCha(
        byte* ciphertext, out ulong written, byte* plaintext, ulong size, byte* associated, ulong associatedSize, nint none, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    public static partial int OpenChaCha(
        byte* plaintext, out ulong written, nint none, byte* ciphertext, ulong size, byte* associated, ulong associatedSize, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    public static partial int ScalarMultiply(byte* output, byte* secret, byte* peer);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519_base")]
    public static partial int ScalarMultiplyBase(byte* output, byte* secret);

    [LibraryImport(Library, EntryPoint = "crypto_kem_xwing_seed_keypair")]
    public static partial int MakeXWing(byte* publicKey, byte* privateKey, byte* seed);

    [LibraryImport(Library, EntryPoint = "crypto_kem_xwing_enc")]
    public static partial int EncapsulateXWing(byte* ciphertext, byte* shared, byte* publicKey);

    [LibraryImport(Library, EntryPoint = "crypto_kem_xwing_dec")]
    public static partial int DecapsulateXWing(byte* shared, byte* ciphertext, byte* privateKey);

    /// <summary>Chooses the code for this processor; before the first call.</summary>
    public static void Begin() => Initialize();

    /// <summary>Locked memory between fences; 0 for none.</summary>
    [LibraryImport(Library, EntryPoint = "sodium_malloc")]
    public static partial nint AllocateLocked(nuint size);

    /// <summary>Zeroes and gives back what <see cref="AllocateLocked"/> gave.</summary>
    [LibraryImport(Library, EntryPoint = "sodium_free")]
    public static partial void FreeLocked(nint memory);

    /// <summary>May be called by anybody, as often as one likes.</summary>
    private static bool Initialize() => SodiumInit() >= 0;

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int SodiumInit();

    [LibraryImport(Library, EntryPoint = "crypto_aead_aes256gcm_is_available")]
    private static partial int IsAesAvailable();
}
