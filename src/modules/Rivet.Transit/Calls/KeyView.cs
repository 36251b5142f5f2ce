using System.Globalization;
using System.Text.Json.Nodes;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>A key as clients of Vault read it; never its material.</summary>
internal static class KeyView
{
    public static JsonObject Write(TransitKey key, IEnumerable<KeyVersion> versions)
    {
        var view = new JsonObject
        {
            ["name"] = key.Name,
            ["type"] = key.Type.Name(),
            ["latest_version"] = key.Latest,
            ["min_available_version"] = key.MinAvailable,
            ["min_decryption_version"] = key.LeastToOpen,
            ["min_encryption_version"] = key.MinEncryption,
            ["deletion_allowed"] = key.DeletionAllowed,
            ["derived"] = key.IsDerived,
            ["exportable"] = false,
            ["allow_plaintext_backup"] = false,
            ["imported_key"] = key.IsImported,
            ["auto_rotate_period"] = (long)key.RotateEvery.TotalSeconds,
            ["supports_encryption"] = key.Type.Encrypts(),
            ["supports_decryption"] = key.Type.Encrypts(),
            ["supports_derivation"] = key.Type.Derives(),
            ["supports_signing"] = key.Type.Signs(),
            ["keys"] = new JsonObject(versions.Where(version => version.Number >= key.LeastToOpen).Select(version =>
                KeyValuePair.Create(version.Number.ToString(CultureInfo.InvariantCulture), Version(key, version)))),
        };
        if (key.IsImported)
        {
            view["imported_key_allow_rotation"] = key.AllowRotation;
        }

        if (key.IsDerived)
        {
            view["kdf"] = "hkdf_sha256";
            view["convergent_encryption"] = false;
        }

        return view;
    }

    /// <summary>When it was made; for a key with a public half, that half too. A derived key has another public half for each context, and shows none.</summary>
    private static JsonNode? Version(TransitKey key, KeyVersion version) => !key.Type.Signs()
        ? JsonValue.Create(version.CreatedAt.ToUnixTimeSeconds())
        : new JsonObject
        {
            ["creation_time"] = version.CreatedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            ["name"] = key.Type switch
            {
                KeyType.EcdsaP256 => "P-256",
                KeyType.EcdsaP384 => "P-384",
                _ => key.Type.Name(),
            },
            ["public_key"] = key.IsDerived ? "" : version.Public,
        };
}
