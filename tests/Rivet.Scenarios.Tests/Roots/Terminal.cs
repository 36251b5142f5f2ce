using System.Diagnostics;
using System.Text;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Roots;

/// <summary>The server's program on a terminal of its own (<c>script</c> of util-linux), with somebody who reads and types.</summary>
internal sealed class Terminal : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private readonly StringBuilder shown = new();
    private int read;

    private Terminal(Process process) => this.process = process;

    /// <summary>Everything that stood on it so far.</summary>
    public string Shown => shown.ToString();

    public static Terminal Start(params string[] arguments)
    {
        var command = string.Join(' ', ((string[])[Built.Program("Rivet.Server", "Rivet.Server"), .. arguments]).Select(word => $"'{word}'"));
        var start = new ProcessStartInfo(Programs.Require("script"), ["--quiet", "--return", "--command", $"exec {command}", "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        (start.Environment["LC_ALL"], start.Environment["TERM"], start.Environment["SHELL"]) = ("C.UTF-8", "xterm", "/bin/sh");
        return new(Process.Start(start)!);
    }

    /// <summary>Waits for this text, after what was waited for before.</summary>
    public async Task WaitForAsync(string text)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Company.Ct);
        limit.CancelAfter(Patience);
        var some = new char[4096];
        int at;
        while ((at = Shown.IndexOf(text, read, StringComparison.Ordinal)) < 0)
        {
            var count = await process.StandardOutput.ReadAsync(some, limit.Token);
            Assert.True(count > 0, $"It ended before it said “{text}”:\n{Shown}");
            shown.Append(some, 0, count);
        }

        read = at + text.Length;
    }

    /// <summary>Waits for a question and types an answer.</summary>
    public async Task AnswerAsync(string question, string answer)
    {
        await WaitForAsync(question);
        await process.StandardInput.WriteAsync(answer + "\r");
        await process.StandardInput.FlushAsync(Company.Ct);
    }

    /// <summary>Reads on until it ends by itself; gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Company.Ct);
        limit.CancelAfter(Patience);
        shown.Append(await process.StandardOutput.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }
}
