using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Rivet.Bench.Load;

/// <summary>A server process pinned to one core, and what the operating system says it used.</summary>
internal sealed class ServerUnderTest : IDisposable
{
    private readonly Process process;

    private ServerUnderTest(Process process, int port, JsonElement? announced, TimeSpan startUp)
    {
        this.process = process;
        Port = port;
        Announced = announced;
        StartUp = startUp;
    }

    public int Port { get; }

    /// <summary>What the product's server announced; null for a bare peer.</summary>
    public JsonElement? Announced { get; }

    public TimeSpan StartUp { get; }

    public static ServerUnderTest StartBare(string kind, string folder, string cores = "0")
        => Start(cores, Environment.ProcessPath!, ["serve", kind, folder]);

    public static ServerUnderTest StartRivet(string folder, string cores = "0", int port = 0) => StartRivet(RivetServer("bin"), folder, cores, port);

    /// <summary>The server as it is installed, with the chat trimmed and compressed: <c>dotnet publish src/apps/Rivet.Server</c>.</summary>
    public static ServerUnderTest StartPublished(string folder, string cores = "0") => StartRivet(RivetServer("publish"), folder, cores, 0);

    private static ServerUnderTest StartRivet(string program, string folder, string cores, int port)
        => Start(
            cores, program,
            [
                "--data", Path.Combine(folder, "data"), "--keys", Path.Combine(folder, "keys"),
                "--port", port.ToString(CultureInfo.InvariantCulture), "--behind-proxy", "--json", // All load has one address.
            ]);

    /// <summary>User and system time of the whole process so far.</summary>
    public TimeSpan Cpu()
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    public double ResidentMegabytes()
    {
        foreach (var line in File.ReadLines($"/proc/{process.Id}/status"))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
            {
                return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
            }
        }

        throw new InvalidOperationException("The server is gone.");
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static ServerUnderTest Start(string cores, string program, string[] arguments)
    {
        var start = new ProcessStartInfo("taskset") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-c", cores, program, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        var first = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{program} did not start.");
        watch.Stop();
        _ = process.StandardOutput.ReadToEndAsync();
        if (int.TryParse(first, CultureInfo.InvariantCulture, out var port))
        {
            return new ServerUnderTest(process, port, null, watch.Elapsed);
        }

        var announced = JsonDocument.Parse(first).RootElement;
        return new ServerUnderTest(process, announced.GetProperty("port").GetInt32(), announced, watch.Elapsed);
    }

    /// <summary>The product's program, built ("bin") or published ("publish").</summary>
    public static string RivetServer(string kind = "bin")
    {
        // artifacts/bin/Rivet.Bench/release → artifacts/bin/Rivet.Server/release, or the same below artifacts/publish
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.Parent!.FullName, kind, "Rivet.Server", here.Name, "Rivet.Server");
    }
}
