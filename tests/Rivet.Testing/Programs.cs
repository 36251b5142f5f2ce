using System.Diagnostics;
using Xunit;

namespace Rivet.Testing;

/// <summary>Programs of the machine that tests start as counterparts; <c>tests/packages.txt</c> names their packages.</summary>
public static class Programs
{
    /// <summary>Finds a program. Outside CI a missing one skips the test by name; in CI it fails.</summary>
    public static string Require(string program)
    {
        // Daemons lie where an ordinary account's PATH does not look.
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (folders.Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists) is { } found)
        {
            return found;
        }

        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", $"the program {program} is not on this machine");
        Assert.Fail($"The program {program} is missing.");
        return program;
    }

    /// <summary>Runs a program to its end; gives its exit code and both outputs.</summary>
    /// <param name="program">What <see cref="Require"/> found.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its input, which stays open behind that until the program ends by itself; null for none.</param>
    /// <param name="ct">Kills it.</param>
    public static async Task<ProgramEnd> RunAsync(string program, IEnumerable<string> arguments, string? input, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        await using var killed = ct.Register(() => process.Kill(entireProcessTree: true));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        try
        {
            if (input is null)
            {
                process.StandardInput.Close();
            }
            else
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), ct);
                await process.StandardInput.FlushAsync(ct);
            }
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says why.
        }

        await process.WaitForExitAsync(ct);
        return new ProgramEnd(process.ExitCode, await output, await error);
    }
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ProgramEnd(int ExitCode, string Output, string Error);
