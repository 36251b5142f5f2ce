namespace Rivet.Backup;

/// <summary>
/// A stretch of time whose key packs are sealed to one key of their own. Its private key exists in the epochs' folder only, and is destroyed
/// there when the window ends: every key pack of the epoch is then unreadable, wherever copies of it lie.
/// </summary>
/// <param name="Id">Its name.</param>
/// <param name="PublicKey">What key packs are sealed to.</param>
/// <param name="Begins">When it began.</param>
/// <param name="Closes">From then on runs begin another.</param>
/// <param name="Ends">From then on its private key is destroyed.</param>
internal sealed record KeyEpoch(Guid Id, byte[] PublicKey, DateTimeOffset Begins, DateTimeOffset Closes, DateTimeOffset Ends)
{
    /// <summary>A tenth of the window, so that the newest key pack is readable for nine tenths of it at least.</summary>
    private const int PartsOfWindow = 10;

    public static KeyEpoch Begin(TimeSpan window, byte[] publicKey, DateTimeOffset now)
        => new(Guid.NewGuid(), publicKey, now, now + (window / PartsOfWindow), now + window);
}

/// <summary>What the epochs' folder holds of one, sealed to the recovery key.</summary>
internal sealed record EpochSecret(Guid Repository, Guid Epoch, byte[] Seed, DateTimeOffset Ends);
