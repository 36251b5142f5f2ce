using System.Security.Cryptography;
using Rivet.Kernel;

namespace Rivet.Cryptography.Shares;

/// <summary>
/// Splits a secret into shares and gathers shares again: SLIP-0039, Shamir's secret sharing over GF(256), read whole (groups, passphrases, both
/// kinds of sets) and written with one group.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class ShareSet : IDisposable
{
    /// <summary>Most shares of a set.</summary>
    public const int MaxShares = 16;

    /// <summary>What other implementations take where nothing else is said: 5,000 iterations a round.</summary>
    private const int IterationExponent = 1;

    private readonly List<Share> shares = [];

    /// <summary>How many shares are missing, at least; 1 while there is none.</summary>
    public int Missing
    {
        get
        {
            if (shares is [])
            {
                return 1;
            }

            // The fewest that could do: the groups that lack least, and of groups nobody was seen of one share at least.
            var lacking = shares.GroupBy(share => share.Head.GroupIndex).Select(Lacking).ToList();
            var head = shares[0].Head;
            lacking.AddRange(Enumerable.Repeat(1, head.GroupCount - lacking.Count));
            return lacking.Order().Take(head.GroupThreshold).Sum();
        }
    }

    /// <summary>Splits; any threshold of the shares gives the secret, no fewer do. One fewer let a guess be tested against 32 bits of a digest: split random keys only.</summary>
    /// <param name="secret">An even number of bytes, 16 to 256.</param>
    /// <param name="count">How many shares, 1 to 16.</param>
    /// <param name="threshold">How many of them give the secret; 1 only for a single share, as the standard has it.</param>
    /// <param name="passphrase">Needed beside the shares; printable ASCII, empty for none.</param>
    /// <returns>The shares; whoever asked disposes them.</returns>
    public static IReadOnlyList<Share> Split(ReadOnlySpan<byte> secret, int count, int threshold, ReadOnlySpan<byte> passphrase)
    {
        if (secret.Length is < Share.MinSecret or > 256 || secret.Length % 2 != 0)
        {
            throw new ArgumentException("A secret has an even number of bytes, 16 to 256.", nameof(secret));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxShares);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, count > 1 ? 2 : 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, count);
        var head = new ShareHead
        {
            Identifier = RandomNumberGenerator.GetInt32(1 << 15),
            IsExtendable = true,
            IterationExponent = IterationExponent,
            GroupIndex = 0,
            GroupThreshold = 1,
            GroupCount = 1,
            MemberIndex = 0,
            MemberThreshold = threshold,
        };
        var encrypted = SecretCipher.Encrypt(secret, passphrase, head);
        var values = SharedSecret.Split(threshold, count, encrypted);
        CryptographicOperations.ZeroMemory(encrypted);
        return [.. values.Select((value, index) => new Share(head with { MemberIndex = index }, value))];
    }

    /// <summary>Takes a share, which is disposed with the set; a refused one is the caller's still, and changes nothing.</summary>
    public Result<Done, ShareRefusal> Add(Share share)
    {
        ArgumentNullException.ThrowIfNull(share);
        if (shares is [var first, ..] && (!first.Head.IsOfSameSet(share.Head) || first.Value.Length != share.Value.Length))
        {
            return new ShareRefusal(ShareFault.OtherSet);
        }

        var group = shares.FindAll(other => other.Head.GroupIndex == share.Head.GroupIndex);
        if (group.Exists(other => other.Threshold != share.Threshold))
        {
            return new ShareRefusal(ShareFault.OtherSet);
        }

        if (group.Exists(other => other.Number == share.Number))
        {
            return new ShareRefusal(ShareFault.Duplicate);
        }

        shares.Add(share);
        return Done.Value;
    }

    /// <summary>The secret of the shares taken so far; the caller zeroes it.</summary>
    /// <param name="passphrase">As at the splitting. Another gives another secret: no share tells whether it was right.</param>
    public Result<byte[], ShareRefusal> Combine(ReadOnlySpan<byte> passphrase)
    {
        if (Missing is > 0 and var missing)
        {
            return new ShareRefusal(ShareFault.TooFew) { Missing = missing };
        }

        var head = shares[0].Head;
        var groups = new List<Point>();
        try
        {
            foreach (var group in shares.GroupBy(share => share.Head.GroupIndex).Where(group => Lacking(group) == 0).Take(head.GroupThreshold))
            {
                var members = group.Take(group.First().Threshold).Select(share => new Point((byte)share.Head.MemberIndex, share.Value)).ToList();
                if (SharedSecret.Recover(members.Count, members) is not { } value)
                {
                    return new ShareRefusal(ShareFault.Digest);
                }

                groups.Add(new((byte)group.Key, value));
            }

            if (SharedSecret.Recover(head.GroupThreshold, groups) is not { } encrypted)
            {
                return new ShareRefusal(ShareFault.Digest);
            }

            var secret = SecretCipher.Decrypt(encrypted, passphrase, head);
            CryptographicOperations.ZeroMemory(encrypted);
            return secret;
        }
        finally
        {
            groups.ForEach(group => CryptographicOperations.ZeroMemory(group.Y));
        }
    }

    /// <summary>Zeroes the shares.</summary>
    public void Dispose() => shares.ForEach(share => share.Dispose());

    /// <summary>Never the shares.</summary>
    public override string ToString() => "[redacted]";

    private static int Lacking(IEnumerable<Share> group) => Math.Max(0, group.First().Threshold - group.Count());
}
