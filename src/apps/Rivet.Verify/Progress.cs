using System.Globalization;

namespace Rivet.Verify;

/// <summary>Says how far something long is, at most once a second and only after the first: what is quick stays silent.</summary>
internal sealed class Progress(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly Lock gate = new();
    private long spoken = time.GetTimestamp();

    public void Say(string key, long done, long all)
    {
        lock (gate)
        {
            if (time.GetElapsedTime(spoken) < Pause)
            {
                return;
            }

            spoken = time.GetTimestamp();
            output.WriteLine(Words.Of(key, done.ToString("N0", CultureInfo.CurrentCulture), all.ToString("N0", CultureInfo.CurrentCulture)));
        }
    }
}
