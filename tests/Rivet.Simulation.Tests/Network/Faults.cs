namespace Rivet.Simulation.Tests;

/// <summary>How often, of a thousand, something goes wrong; drawn anew for each schedule, so that some are quiet.</summary>
internal sealed record Faults
{
    /// <summary>A server that cannot be reached when it is dialled.</summary>
    public int NoAnswer { get; init; }

    /// <summary>The request never arrives: the link is dead, which the client learns later.</summary>
    public int RequestLost { get; init; }

    /// <summary>The answer never arrives.</summary>
    public int AnswerLost { get; init; }

    /// <summary>The link breaks before the request is done, or after it.</summary>
    public int Broken { get; init; }

    /// <summary>The server dies before it committed, or before it answered.</summary>
    public int Crashed { get; init; }

    /// <summary>The server refuses for now.</summary>
    public int Unavailable { get; init; }

    /// <summary>The device is evicted as too slow.</summary>
    public int TooSlow { get; init; }

    /// <summary>A push is lost, doubled or overtaken while the link lives on. Zero: pushes and answers keep the order of one stream.</summary>
    public int Pushes { get; init; }

    /// <summary>The client's process dies before or after a commit of its own.</summary>
    public int Killed { get; init; }

    public static Faults None { get; } = new();

    public static Faults Draw(Random chance, bool killing)
    {
        var level = chance.Next(5) * 10;
        return new Faults
        {
            NoAnswer = Some(level * 4),
            RequestLost = Some(level),
            AnswerLost = Some(level),
            Broken = Some(level * 2),
            Crashed = Some(level / 2),
            Unavailable = Some(level),
            TooSlow = Some(level),
            Pushes = chance.Next(2) == 0 ? 0 : Some(level * 5),
            Killed = killing ? Some(level / 4) : 0,
        };

        int Some(int most) => chance.Next(most + 1);
    }
}
