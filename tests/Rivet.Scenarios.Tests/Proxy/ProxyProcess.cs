using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Proxy;

/// <summary>A proxy of the test's own, on a free port of this machine.</summary>
internal sealed class ProxyProcess : IDisposable
{
    private const int Tries = 5;
    private readonly int processId;

    private ProxyProcess(int port, int processId)
    {
        Port = port;
        this.processId = processId;
    }

    public int Port { get; }

    /// <summary>Starts HAProxy.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="configuration">Makes the configuration for a port.</param>
    public static Task<ProxyProcess> HaProxyAsync(TempFolder folder, Func<int, string> configuration)
        => StartAsync(folder, "haproxy", configuration, (file, pid) => ["-D", "-f", file, "-p", pid]);

    /// <summary>Starts nginx.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="stream">Makes the part of the configuration that an operator adds.</param>
    public static Task<ProxyProcess> NginxAsync(TempFolder folder, Func<int, string> stream)
        => StartAsync(
            folder,
            "nginx",
            port => $$"""
                load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                pid {{folder["proxy.pid"]}};
                events {}
                {{stream(port)}}
                """,
            (file, _) => ["-p", folder.Path, "-c", file, "-e", folder["nginx.log"]]);

    /// <summary>It listens when this returns, for both go into the background only then.</summary>
    private static async Task<ProxyProcess> StartAsync(
        TempFolder folder, string name, Func<int, string> configuration, Func<string, string, string[]> arguments)
    {
        var program = Programs.Require(name);
        var (file, pid) = (folder["proxy.conf"], folder["proxy.pid"]);
        for (var tries = 1; ; tries++)
        {
            var port = FreePort();
            await File.WriteAllTextAsync(file, configuration(port), Company.Ct);
            var end = await Programs.RunAsync(program, arguments(file, pid), null, Company.Ct);
            if (end.ExitCode == 0)
            {
                return new ProxyProcess(port, int.Parse(await File.ReadAllTextAsync(pid, Company.Ct), CultureInfo.InvariantCulture));
            }

            // Somebody else may have taken the port since it was free.
            Assert.True(tries < Tries && end.Error.Contains("bind", StringComparison.OrdinalIgnoreCase), end.Error);
        }
    }

    public void Dispose()
    {
        using var process = Process.GetProcessById(processId);
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
