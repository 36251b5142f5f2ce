using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Rivet.Transit.Ciphers;

/// <summary>The hashes by their names in requests. SHA-1 and MD5 are not among them.</summary>
internal static class Hashes
{
    public const string Usual = "sha2-256";

    private static readonly FrozenDictionary<string, (HashAlgorithmName Name, int Size)> ByName = All().ToFrozenDictionary(StringComparer.Ordinal);

    public static bool TryFind(string name, out HashAlgorithmName algorithm, out int size)
    {
        var isKnown = ByName.TryGetValue(name, out var found);
        (algorithm, size) = found;
        return isKnown;
    }

    private static Dictionary<string, (HashAlgorithmName, int)> All()
    {
        var all = new Dictionary<string, (HashAlgorithmName, int)>
        {
            ["sha2-256"] = (HashAlgorithmName.SHA256, 32),
            ["sha2-384"] = (HashAlgorithmName.SHA384, 48),
            ["sha2-512"] = (HashAlgorithmName.SHA512, 64),
        };
        if (SHA3_256.IsSupported)
        {
            all["sha3-256"] = (HashAlgorithmName.SHA3_256, 32);
            all["sha3-384"] = (HashAlgorithmName.SHA3_384, 48);
            all["sha3-512"] = (HashAlgorithmName.SHA3_512, 64);
        }

        return all;
    }
}
