using System.Diagnostics;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet witness</c> as its operator runs it: a process of its own over a folder of its own.</summary>
internal sealed class WitnessProcess : IDisposable
{
    public const string Name = "witness.example/one";
    private readonly string folder;
    private Process? process;
    private string port = "0";

    private WitnessProcess(string folder, string key) => (this.folder, Key) = (folder, key);

    /// <summary>The line that logs and verifiers know it by.</summary>
    public string Key { get; }

    public string Url => $"http://127.0.0.1:{port}/";

    /// <summary>Makes its folder and key, lets it watch a log, and starts it.</summary>
    public static async Task<WitnessProcess> StartAsync(string folder, string log)
    {
        var key = await RunAsync("init", "--folder", folder, "--name", Name);
        await RunAsync("watch", "--folder", folder, log);
        var witness = new WitnessProcess(folder, key.Trim());
        await witness.StartAgainAsync();
        return witness;
    }

    /// <summary>Starts it again where it was.</summary>
    public async Task StartAgainAsync()
    {
        process = Process.Start(StartInfo("run", "--folder", folder, "--port", port))!;
        _ = process.StandardError.ReadToEndAsync(Company.Ct);
        var ready = await process.StandardOutput.ReadLineAsync(Company.Ct);
        Assert.Contains("http://127.0.0.1:", ready, StringComparison.Ordinal);
        port = new Uri(ready!.Split(' ').Single(word => word.StartsWith("http:", StringComparison.Ordinal)).TrimEnd('.')).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>SIGKILL: what it cosigned it must still know.</summary>
    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        if (process is not null)
        {
            Kill();
        }
    }

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var run = Process.Start(StartInfo(arguments))!;
        var (output, error) = (run.StandardOutput.ReadToEndAsync(Company.Ct), run.StandardError.ReadToEndAsync(Company.Ct));
        await run.WaitForExitAsync(Company.Ct);
        Assert.True(run.ExitCode == 0, await error);
        return await output;
    }

    private static ProcessStartInfo StartInfo(params string[] arguments)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Witness", "Rivet.Witness"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }
}
