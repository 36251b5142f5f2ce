using Google.Protobuf.Collections;
using Rivet.Wire;

namespace Rivet.Lws.Agreement;

/// <summary>The rules of offers and choices (docs/protocol/lws.md §4, §5.3), the same on both sides.</summary>
internal static class Offer
{
    /// <summary>The first version of the client's that the server has; 0 for none.</summary>
    public static uint ChooseVersion(RepeatedField<uint> client, IEnumerable<uint> server)
        => client.FirstOrDefault(server.Contains);

    /// <summary>All features both offer, in order.</summary>
    public static List<string> ChooseFeatures(RepeatedField<string> client, IEnumerable<string> server)
        => [.. client.Where(server.Contains)];

    public static bool IsWellFormed(RepeatedField<uint> versions, RepeatedField<string> features)
        => versions.Count is > 0 and <= LwsConstants.MaxVersions
            && !versions.Contains(0)
            && features.Count <= LwsConstants.MaxFeatures
            && features.All(IsFeature)
            && features.Zip(features.Skip(1)).All(pair => string.CompareOrdinal(pair.First, pair.Second) < 0);

    public static bool HasSizes(KeyBundle? keys)
        => keys is not null
            && keys.IdentityKey.Length == Cryptography.KeySizes.IdentityKey
            && keys.StaticKey.Length == Cryptography.KeySizes.StaticKey
            && keys.StaticSignature.Length == Cryptography.KeySizes.Signature;

    private static bool IsFeature(string name)
        => name.Length is > 0 and <= LwsConstants.MaxFeatureLength
            && name.All(character => character is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '.');
}
