using System.Diagnostics;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary>The terminal program as a process of its own over one home.</summary>
internal sealed class CliProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> complaints;

    private CliProcess(Process process) => (this.process, complaints) = (process, process.StandardError.ReadToEndAsync());

    public static CliProcess Start(string home, params string[] arguments) => Start(["--home", home, .. arguments], account: null);

    /// <summary>Runs it to its end as a person whose account is this folder, without naming a home.</summary>
    public static async Task<int> RunInAccountAsync(string account, params string[] arguments)
    {
        using var program = Start(arguments, account);
        await program.process.StandardOutput.ReadToEndAsync(Company.Ct);
        await program.process.WaitForExitAsync(Company.Ct);
        return program.process.ExitCode;
    }

    private static CliProcess Start(string[] arguments, string? account)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Cli", "rivet-cli"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        if (account is not null)
        {
            start.Environment["HOME"] = account;
            start.WorkingDirectory = account;
            foreach (var name in (string[])["XDG_DATA_HOME", "XDG_CONFIG_HOME", "RIVET_HOME"])
            {
                start.Environment.Remove(name);
            }
        }

        start.Environment["LANG"] = "C.UTF-8";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new CliProcess(process);
    }

    /// <summary>Runs it to its end; gives the exit code and what it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string home, params string[] arguments)
    {
        using var program = Start(home, arguments);
        var output = await program.process.StandardOutput.ReadToEndAsync(Company.Ct);
        await program.process.WaitForExitAsync(Company.Ct);
        return (program.process.ExitCode, output);
    }

    /// <summary>Runs it to its end; gives the exit code and what it complained of.</summary>
    public static async Task<(int ExitCode, string Complaints)> FailAsync(string home, params string[] arguments)
    {
        using var program = Start(home, arguments);
        await program.process.StandardOutput.ReadToEndAsync(Company.Ct);
        await program.process.WaitForExitAsync(Company.Ct);
        return (program.process.ExitCode, await program.complaints);
    }

    /// <summary>The next line as JSON; null at the end, or where a killed program left half a line.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        var line = await process.StandardOutput.ReadLineAsync(Company.Ct);
        try
        {
            return line is null ? null : JsonDocument.Parse(line).RootElement.Clone();
        }
        catch (JsonException) when (process.HasExited)
        {
            return null;
        }
    }

    /// <summary>Waits until it ends by itself; gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync(Company.Ct);
        return process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }
}
