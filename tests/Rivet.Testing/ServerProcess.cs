using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Rivet.Testing;

/// <summary>The real server as a process of its own, on a free port over temporary folders.</summary>
public sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly StringBuilder log = new();
    private Process process;

    private ServerProcess(string dataFolder, string keysFolder, int port, string[] options)
    {
        DataFolder = dataFolder;
        KeysFolder = keysFolder;
        process = Launch(port, options);
        Announced = ReadAnnouncement();
    }

    public string DataFolder { get; }

    public string KeysFolder { get; }

    /// <summary>What it announced at its newest start.</summary>
    public JsonElement Announced { get; private set; }

    public int Port => Announced.GetProperty("port").GetInt32();

    public int ProcessId => process.Id;

    /// <summary>The one-time founder's invitation; null once there is a company.</summary>
    public string? Invitation => Announced.GetProperty("invitation").GetString();

    /// <summary>Everything the server wrote.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>Starts one over the folder's <c>data</c> and <c>keys</c>, on a free port, with further options if any.</summary>
    public static ServerProcess Start(TempFolder folder, params string[] options) => new(folder["data"], folder["keys"], 0, options);

    public static ServerProcess Start(string dataFolder, string keysFolder, int port = 0) => new(dataFolder, keysFolder, port, []);

    /// <summary>Runs the server where it must refuse to start; gives its exit code and what it said.</summary>
    public static (int ExitCode, string Error) RunToRefusal(params string[] arguments)
    {
        var start = StartInfo(arguments);
        start.RedirectStandardInput = true;
        using var refused = Process.Start(start)!;

        // Nobody is there to be asked for anything, whatever terminal the tests run on.
        refused.StandardInput.Close();
        var error = refused.StandardError.ReadToEndAsync();
        _ = refused.StandardOutput.ReadToEndAsync();
        if (!refused.WaitForExit(StartLimit))
        {
            refused.Kill();
            Assert.Fail("The server started where it must refuse.");
        }

        return (refused.ExitCode, error.GetAwaiter().GetResult());
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is said.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM and a clean end; gives the exit code.</summary>
    public int Stop()
    {
        using (var term = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            term.WaitForExit();
        }

        Assert.True(process.WaitForExit(StartLimit), "The server did not stop.");
        return process.ExitCode;
    }

    /// <summary>Starts it again over the same folders, on the same port, with these options.</summary>
    public void StartAgain(params string[] options)
    {
        var port = Port;
        process.Dispose();
        process = Launch(port, options);
        Announced = ReadAnnouncement();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
        TestContext.Current.TestOutputHelper?.WriteLine(Log);
    }

    private static ProcessStartInfo StartInfo(string[] arguments)
    {
        return new ProcessStartInfo(Built.Program("Rivet.Server", "Rivet.Server"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    private Process Launch(int port, string[] options)
    {
        var launched = Process.Start(StartInfo(
            ["--data", DataFolder, "--keys", KeysFolder, "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--json", .. options]))!;
        launched.ErrorDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
        };
        launched.BeginErrorReadLine();
        return launched;
    }

    private JsonElement ReadAnnouncement()
    {
        var line = process.StandardOutput.ReadLineAsync().WaitAsync(StartLimit).GetAwaiter().GetResult();
        Assert.False(line is null, $"The server did not start:\n{Log}");
        _ = process.StandardOutput.ReadToEndAsync();
        return JsonDocument.Parse(line).RootElement.Clone();
    }
}
