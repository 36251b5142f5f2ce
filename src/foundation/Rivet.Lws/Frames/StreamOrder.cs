namespace Rivet.Lws.Frames;

/// <summary>Holds the rule that a client's stream numbers only grow, so a replayed or reordered request is refused.</summary>
public struct StreamOrder
{
    private uint last;

    /// <summary>Takes the next request's number; false when it is not greater than all before.</summary>
    public bool TryAdvance(uint stream)
    {
        if (stream <= last)
        {
            return false;
        }

        last = stream;
        return true;
    }
}
