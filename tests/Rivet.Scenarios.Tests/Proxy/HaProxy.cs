using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Proxy;

/// <summary>A HAProxy of the test's own, on a free port of this machine.</summary>
internal sealed class HaProxy : IDisposable
{
    private const int Tries = 5;
    private readonly int processId;

    private HaProxy(int port, int processId)
    {
        Port = port;
        this.processId = processId;
    }

    public int Port { get; }

    /// <summary>Starts it; it listens when this returns, for HAProxy goes into the background only then.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="configuration">Makes the configuration for a port.</param>
    public static async Task<HaProxy> StartAsync(TempFolder folder, Func<int, string> configuration)
    {
        var program = Programs.Require("haproxy");
        var (file, pid) = (folder["haproxy.cfg"], folder["haproxy.pid"]);
        for (var tries = 1; ; tries++)
        {
            var port = FreePort();
            await File.WriteAllTextAsync(file, configuration(port), Company.Ct);
            var end = await Programs.RunAsync(program, ["-D", "-f", file, "-p", pid], null, Company.Ct);
            if (end.ExitCode == 0)
            {
                return new HaProxy(port, int.Parse(await File.ReadAllTextAsync(pid, Company.Ct), CultureInfo.InvariantCulture));
            }

            // Somebody else may have taken the port since it was free.
            Assert.True(tries < Tries && end.Error.Contains("bind", StringComparison.OrdinalIgnoreCase), end.Error);
        }
    }

    public void Dispose()
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
        process.WaitForExit();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
