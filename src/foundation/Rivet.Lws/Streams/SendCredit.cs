namespace Rivet.Lws.Streams;

/// <summary>How many bytes of data may still be sent (docs/protocol/lws.md §7.2). Not safe for concurrent use.</summary>
/// <param name="initial">What may be sent before anything is granted.</param>
public sealed class SendCredit(int initial)
{
    /// <summary>Bytes that may be sent now.</summary>
    public int Available { get; private set; } = initial;

    /// <summary>The receiver grants more; false when it grants nothing or more than there may be, which breaks the protocol.</summary>
    public bool TryAdd(uint bytes)
    {
        if (bytes == 0 || bytes > (uint)(LwsConstants.MaxCredit - Available))
        {
            return false;
        }

        Available += (int)bytes;
        return true;
    }

    /// <summary>Spends what was sent; at most <see cref="Available"/>.</summary>
    public void Spend(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Available);
        Available -= bytes;
    }
}
