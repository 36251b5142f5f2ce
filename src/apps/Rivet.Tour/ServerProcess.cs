using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Rivet.Kernel;

namespace Rivet.Tour;

/// <summary>The real server in a process of its own, on a free port, with its data in a folder of the tour.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Process process;

    private ServerProcess(Process process, string address, string fingerprint, InvitationLink invitation, string data)
        => (this.process, Address, Fingerprint, Invitation, Data) = (process, address, fingerprint, invitation, data);

    public string Address { get; }

    public string Fingerprint { get; }

    /// <summary>The one-time administrator code as an invitation: joining with it founds the company.</summary>
    public InvitationLink Invitation { get; }

    /// <summary>The data folder.</summary>
    public string Data { get; }

    public int Id => process.Id;

    public static async Task<ServerProcess> StartAsync(string folder, TimeProvider time, CancellationToken ct)
    {
        var program = PathOf("Rivet.Server");
        Expect.That(File.Exists(program), "ServerMissing", program);
        var data = Path.Combine(folder, "data");
        var log = Path.Combine(folder, "server.log");
        var start = new ProcessStartInfo(program, ["--data", data, "--port", "0", "--keys", Path.Combine(folder, "keys"), "--json"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        var process = Process.Start(start)!;
        try
        {
            var errors = KeepAsync(process.StandardError, log);
            using var limit = new CancellationTokenSource(Patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
            var line = await FirstLineAsync(process, errors, log, either.Token);
            _ = KeepAsync(process.StandardOutput, log + ".out");
            using var ready = JsonDocument.Parse(line);
            var said = ready.RootElement;
            Expect.That(InvitationLink.TryParse(said.GetProperty("invitation").GetString(), out var invitation), "ServerWithoutInvitation");
            return new ServerProcess(process, said.GetProperty("address").GetString()!, said.GetProperty("fingerprint").GetString()!, invitation!, data);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Asks the server to stop; true when it did so by itself and cleanly.</summary>
    public async Task<bool> StopAsync(TimeProvider time)
    {
        if (process.HasExited)
        {
            return false;
        }

        _ = Signal(process.Id, Terminate);
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A program built beside this one: artifacts/bin/NAME/CONFIGURATION/FILE.</summary>
    public static string PathOf(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, project);
    }

    private static async Task<string> FirstLineAsync(Process process, Task errors, string log, CancellationToken ct)
    {
        try
        {
            if (await process.StandardOutput.ReadLineAsync(ct) is { Length: > 0 } line)
            {
                return line;
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TourFailedException(Words.Of("ServerSilent"));
        }

        await errors;
        throw new TourFailedException(Words.Of("ServerEnded", string.Join(' ', File.ReadLines(log).TakeLast(3))));
    }

    private static async Task KeepAsync(StreamReader output, string file)
    {
        await using var kept = new StreamWriter(file) { AutoFlush = true };
        while (await output.ReadLineAsync() is { } line)
        {
            await kept.WriteLineAsync(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
