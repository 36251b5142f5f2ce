namespace Rivet.Link;

/// <summary>
/// Keep-alive (docs/protocol/lws.md §4): a ping after 60 s of silence, later by up to a fifth by chance so that devices do not
/// ping in step; the link is given up after 30 s more.
/// </summary>
internal sealed class LinkHeartbeat : IDisposable
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(30);

    private readonly TimeProvider time;
    private readonly Action ping;
    private readonly Action giveUp;
    private readonly TimeSpan pingAfter;
    private readonly ITimer timer;
    private long heard;
    private bool pinged;

    public LinkHeartbeat(TimeProvider time, Func<int, int> chance, Action ping, Action giveUp)
    {
        pingAfter = TimeSpan.FromSeconds(60 + chance(13));
        this.time = time;
        this.ping = ping;
        this.giveUp = giveUp;
        heard = time.GetTimestamp();
        timer = time.CreateTimer(static state => ((LinkHeartbeat)state!).Check(), this, CheckEvery, CheckEvery);
    }

    /// <summary>Something came.</summary>
    public void Heard() => Volatile.Write(ref heard, time.GetTimestamp());

    public void Dispose() => timer.Dispose();

    private void Check()
    {
        var silence = time.GetElapsedTime(Volatile.Read(ref heard));
        if (silence < pingAfter)
        {
            pinged = false;
        }
        else if (silence > pingAfter + GiveUpAfter)
        {
            giveUp();
        }
        else if (!pinged)
        {
            pinged = true;
            ping();
        }
    }
}
