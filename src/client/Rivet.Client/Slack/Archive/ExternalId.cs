using System.Security.Cryptography;
using System.Text;

namespace Rivet.Client.Slack;

/// <summary>Names that an archive gives to people and channels, within what the server takes as an external id.</summary>
internal static class ExternalId
{
    private const int LongestBytes = 100;
    private const int KeptCharacters = 20;

    /// <summary>The name itself; a long one, which no real export has, becomes its beginning and its SHA-256.</summary>
    public static string Bounded(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (bytes.Length <= LongestBytes)
        {
            return name;
        }

        var kept = Encoding.UTF8.GetString(bytes.AsSpan(0, KeptCharacters)).TrimEnd('\ufffd');
        return $"{kept}~{Convert.ToHexStringLower(SHA256.HashData(bytes)[..16])}";
    }
}
