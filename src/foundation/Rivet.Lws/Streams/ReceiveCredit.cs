namespace Rivet.Lws.Streams;

/// <summary>How many bytes of data the other side may still send (docs/protocol/lws.md §7.2). Not safe for concurrent use.</summary>
/// <param name="window">What it may have sent and not been granted anew.</param>
public sealed class ReceiveCredit(int window)
{
    private readonly int half = window / 2;
    private int open = window;
    private int consumed;

    /// <summary>Counts what arrived; false when it was more than granted.</summary>
    public bool TryReceive(int bytes)
    {
        if (bytes > open)
        {
            return false;
        }

        open -= bytes;
        return true;
    }

    /// <summary>Counts what was used up; gives what to grant now: nothing, until half a window has come together.</summary>
    public int Consume(int bytes)
    {
        consumed += bytes;
        if (consumed < half || consumed == 0)
        {
            return 0;
        }

        var grant = consumed;
        (open, consumed) = (open + grant, 0);
        return grant;
    }
}
