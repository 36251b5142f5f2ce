using System.Globalization;
using Rivet.Wire;

namespace Rivet.Messaging.Tests;

public sealed class ClusterTests
{
    /// <summary>Reads what the kernel knows of this very process: no socket of it listens on TCP while grains answer.</summary>
    [Fact]
    public async Task Cluster_InOneProcess_OpensNoPort()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await using var server = await TestServer.StartAsync();
        var ann = await server.JoinAsync(server.State.Company);
        await ann.SendAsync(await ann.GroupAsync("a grain is active"), TestDevice.Post("hello"));

        Assert.Empty(ListeningPorts());

        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        Assert.Single(ListeningPorts());
    }

    private static List<int> ListeningPorts()
    {
        var own = Directory.GetFiles("/proc/self/fd")
            .Select(Target)
            .Where(name => name?.StartsWith("socket:[", StringComparison.Ordinal) == true)
            .Select(name => name![8..^1])
            .ToHashSet();
        return new[] { "/proc/self/net/tcp", "/proc/self/net/tcp6" }
            .Where(File.Exists)
            .SelectMany(path => File.ReadLines(path).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && own.Contains(fields[9]))
            .Select(fields => int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            .ToList();
    }

    /// <summary>What a descriptor is; null when another test closed it meanwhile.</summary>
    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
