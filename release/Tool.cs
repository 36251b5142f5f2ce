using System.Diagnostics;

namespace Rivet.Release;

/// <summary>Programs of the machine, run to their end. Arguments go to them as they are: no shell reads them.</summary>
internal static class Tool
{
    /// <summary>Runs it; gives its standard output.</summary>
    /// <exception cref="ReleaseStop">It is not there, or failed; the sentence ends with what it said.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct, ToolSurroundings? surroundings = null)
    {
        var end = await TryAsync(program, arguments, ct, surroundings);
        return end.ExitCode == 0
            ? end.Output
            : throw new ReleaseStop($"{program} failed (exit code {end.ExitCode}): {Tail(end.Error.Length > 0 ? end.Error : end.Output)}");
    }

    /// <summary>Runs it and leaves the judgement of its exit code to the caller.</summary>
    /// <exception cref="ReleaseStop">It is not there.</exception>
    public static async Task<ToolEnd> TryAsync(string program, IEnumerable<string> arguments, CancellationToken ct, ToolSurroundings? surroundings = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = surroundings?.Folder ?? "",
        };
        foreach (var (name, value) in surroundings?.Variables ?? [])
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        await using var killed = ct.Register(() => process.Kill(entireProcessTree: true));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await WriteAsync(process.StandardInput, surroundings?.Input ?? default, ct);
        await process.WaitForExitAsync(ct);
        return new ToolEnd(process.ExitCode, await output, await error);
    }

    /// <summary>A program that has seen enough may end without reading to the end: its exit code says what it thinks.</summary>
    private static async Task WriteAsync(StreamWriter stdin, ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        try
        {
            await stdin.BaseStream.WriteAsync(input, ct);
            stdin.Close();
        }
        catch (IOException)
        {
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new ReleaseStop($"The program {start.FileName} cannot be started ({missing.Message}). docs/operations/install.md lists what a release is made with.");
        }
    }

    private static string Tail(string text) => string.Join('\n', text.Trim().Split('\n').TakeLast(12));
}

/// <summary>What a program finds around it.</summary>
internal sealed record ToolSurroundings
{
    public string? Folder { get; init; }

    public IReadOnlyList<(string Name, string Value)> Variables { get; init; } = [];

    public ReadOnlyMemory<byte>? Input { get; init; }
}

/// <summary>How a program ended.</summary>
internal sealed record ToolEnd(int ExitCode, string Output, string Error);
