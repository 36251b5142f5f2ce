using System.Diagnostics;
using System.Text.Json;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests;

/// <summary><c>rivet verify</c> as an auditor runs it.</summary>
internal static class VerifyProcess
{
    /// <summary>Runs it to its end; gives its exit code and both outputs.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Built.Program("Rivet.Verify", "Rivet.Verify"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LANG"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Company.Ct), process.StandardError.ReadToEndAsync(Company.Ct));
        await process.WaitForExitAsync(Company.Ct);
        return (process.ExitCode, await output + await error);
    }

    /// <summary>Mirrors a server's log into a folder; its CA's certificate lies in the data folder.</summary>
    public static async Task FetchAsync(ServerProcess server, string log, string token, string mirror)
    {
        var (code, said) = await RunAsync(
            "fetch", $"https://localhost:{server.Port}/audit/{log}", mirror, "--token", token, "--certificate", Path.Combine(server.DataFolder, "ca.pem"));
        Assert.True(code == 0, said);
    }

    /// <summary>Judges a mirror with a witness's cosignature required; gives the exit code, and the kind and place of what it found.</summary>
    public static async Task<(int ExitCode, (string Kind, string Place)[] Found, JsonElement Report)> JudgeAsync(string mirror, string key, string witness)
    {
        var (code, said) = await RunAsync("log", mirror, "--key", key, "--witness", witness, "--json");
        var report = JsonDocument.Parse(said[said.IndexOf('{', StringComparison.Ordinal)..(said.LastIndexOf('}') + 1)]).RootElement.Clone();
        return (code, [.. report.GetProperty("findings").EnumerateArray().Select(one => (one.GetProperty("kind").GetString()!, one.GetProperty("place").GetString()!))], report);
    }
}
