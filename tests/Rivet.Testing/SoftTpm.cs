using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Rivet.Testing;

/// <summary>A TPM 2.0 of swtpm on this machine, with its own seeds: another one is another TPM. It can be switched off and on.</summary>
public sealed class SoftTpm : IDisposable
{
    private readonly string state = Directory.CreateTempSubdirectory("rivet-tpm-").FullName;
    private Process? process;

    public SoftTpm() => Start();

    /// <summary>Commands; the port after it takes what a platform says.</summary>
    public int Port { get; private set; }

    public string Place => $"tcp:127.0.0.1:{Port}";

    /// <summary>Starts it over the same state; on the same port when it had one.</summary>
    public void Start()
    {
        var program = Programs.Require("swtpm");
        for (var attempt = 0; ; attempt++)
        {
            var port = Port == 0 ? FreePair() : Port;
            var started = Process.Start(new ProcessStartInfo(program,
            [
                "socket", "--tpm2", "--tpmstate", $"dir={state}", "--ctrl", $"type=tcp,port={port + 1}", "--server", $"type=tcp,port={port}", "--flags", "not-need-init,startup-clear",
            ])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            if (Answers(started, port))
            {
                (Port, process) = (port, started);
                return;
            }

            started.Dispose();
            if (attempt == 5)
            {
                throw new InvalidOperationException("swtpm does not start");
            }
        }
    }

    public void Stop()
    {
        if (process is { } running)
        {
            process = null;
            running.Kill();
            running.WaitForExit();
            running.Dispose();
        }
    }

    /// <summary>Runs one of tpm2-tools over this TPM.</summary>
    public string Tool(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.Require(name), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["TPM2TOOLS_TCTI"] = $"swtpm:host=127.0.0.1,port={Port}";
        start.Environment["TSS2_LOG"] = "all+NONE";
        using var tool = Process.Start(start)!;
        var error = tool.StandardError.ReadToEndAsync();
        var said = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        return tool.ExitCode == 0 ? said : throw new InvalidOperationException($"{name}: {said}{error.Result}");
    }

    public void Dispose()
    {
        Stop();
        Directory.Delete(state, recursive: true);
    }

    private static bool Answers(Process started, int port)
    {
        while (!started.HasExited)
        {
            try
            {
                using var socket = new TcpClient();
                socket.Connect(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                Thread.Yield();
            }
        }

        return false;
    }

    /// <summary>Two free ports that follow each other, which is where tpm2-tools look.</summary>
    private static int FreePair()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another pair.
            }
        }
    }
}
