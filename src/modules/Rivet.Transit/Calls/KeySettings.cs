using Rivet.Kernel;
using Rivet.Transit.Api;
using Rivet.Transit.Keys;

namespace Rivet.Transit.Calls;

/// <summary>What a request says about a key that is to be made, or changes of one.</summary>
internal sealed record KeySettings(KeyType Type, bool IsDerived, bool AllowRotation, int HmacSize, TimeSpan RotateEvery)
{
    private const int LeastHmac = 32;
    private const int MostHmac = 512;

    /// <summary>Reads the settings of a new key.</summary>
    public static Result<KeySettings, ApiRefusal> Read(Fields fields)
    {
        if (!KeyTypes.TryParse(fields.Text("type") ?? "aes256-gcm96", out var type))
        {
            return ApiRefusal.TypeUnknown;
        }

        if (!fields.TryFlag("derived", out var derived) || !fields.TryFlag("allow_rotation", out var rotation) || !fields.TryNumber("key_size", out var size))
        {
            return ApiRefusal.Field;
        }

        if (Leaves(fields) is { } why)
        {
            return why;
        }

        return fields.Flag("convergent_encryption") ? ApiRefusal.Convergent
            : derived == true && !type.Derives() ? ApiRefusal.NotDerivable
            : size is not (null or 0) && (type != KeyType.Hmac || size is < LeastHmac or > MostHmac) ? ApiRefusal.KeySize
            : !Duration.TryParse(fields.Text("auto_rotate_period") ?? "0", out var period) ? ApiRefusal.RotatePeriod
            : new KeySettings(type, derived == true, rotation == true, size is null or 0 ? LeastHmac : size.Value, period);
    }

    /// <summary>The key as the request wants it; what is not named stays.</summary>
    public static Result<TransitKey, ApiRefusal> Configure(TransitKey key, Fields fields)
    {
        if (!fields.TryNumber("min_decryption_version", out var decryption) || !fields.TryNumber("min_encryption_version", out var encryption)
            || !fields.TryFlag("deletion_allowed", out var deletion))
        {
            return ApiRefusal.Field;
        }

        if (Leaves(fields) is { } why)
        {
            return why;
        }

        var period = key.RotateEvery;
        if (fields.Text("auto_rotate_period") is { } text && !Duration.TryParse(text, out period))
        {
            return ApiRefusal.RotatePeriod;
        }

        var leastToOpen = Math.Max(1, decryption ?? key.MinDecryption);
        var leastToSeal = encryption ?? key.MinEncryption;
        return leastToOpen < Math.Max(1, key.MinAvailable) || leastToOpen > key.Latest ? ApiRefusal.MinDecryption
            : leastToSeal != 0 && (leastToSeal < leastToOpen || leastToSeal > key.Latest) ? ApiRefusal.MinEncryption
            : key with { MinDecryption = leastToOpen, MinEncryption = leastToSeal, DeletionAllowed = deletion ?? key.DeletionAllowed, RotateEvery = period };
    }

    /// <summary>Why not, when the key would leave.</summary>
    private static ApiRefusal? Leaves(Fields fields)
        => fields.Flag("exportable") || fields.Flag("allow_plaintext_backup") ? ApiRefusal.NeverExported : null;
}
