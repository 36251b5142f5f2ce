using System.Runtime.InteropServices;
using Rivet.Tour;
using Spectre.Console;

if (args is ["listen", var home, var keys, var conversation, var last])
{
    return await Listener.RunAsync(home, keys, conversation, ulong.Parse(last, System.Globalization.CultureInfo.InvariantCulture));
}

if (args.Length > 1 || args is ["-h" or "--help"])
{
    AnsiConsole.WriteLine(Words.Of("Usage"));
    return args.Length > 1 ? 2 : 0;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = 1_000; // whoever reads a file breaks lines by themselves
}

var stage = new Stage(AnsiConsole.Console, TimeProvider.System);
try
{
    await new GuidedTour(stage, TimeProvider.System).RunAsync(args.FirstOrDefault(), stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    stage.Stopped(Words.Of("Interrupted"));
    return 130;
}
catch (TourFailedException failed)
{
    stage.Failed(failed.Message);
    return 1;
}
catch (Exception unexpected) when (unexpected is not OutOfMemoryException)
{
    // Caught so that the way out still stops every process and removes the folder.
    stage.Failed(unexpected.ToString());
    return 1;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
