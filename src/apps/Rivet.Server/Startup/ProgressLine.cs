using System.Globalization;

namespace Rivet.Server.Startup;

/// <summary>Says on a terminal, once a second, how far a long work is; says nothing into a file.</summary>
internal sealed class ProgressLine(string what) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private long last = TimeProvider.System.GetTimestamp();
    private bool isShown;

    public void Report(long bytes) => Report(() => $"{what} {(bytes >> 20).ToString("N0", CultureInfo.CurrentUICulture)} MiB");

    /// <summary>Says what is described, in place of what was said before.</summary>
    public void Report(Func<string> describe)
    {
        if (!Console.IsErrorRedirected && TimeProvider.System.GetElapsedTime(last) >= Every)
        {
            last = TimeProvider.System.GetTimestamp();
            isShown = true;
            Console.Error.Write($"\r\e[K{describe()}");
        }
    }

    public void Dispose()
    {
        if (isShown)
        {
            isShown = false;
            Console.Error.WriteLine();
        }
    }
}
