namespace Rivet.Bench.Load;

/// <summary>What an idle connection costs the server, for the product and for bare TLS.</summary>
internal static class IdleMemory
{
    /// <summary>Resident kilobytes a connection.</summary>
    public static async Task<(double Rivet, double Bare)> MeasureAsync(DirectoryInfo folder)
    {
        const int Connections = 5000;
        double bareKilobytes;
        using (var bare = ServerUnderTest.StartBare("echo", folder.FullName))
        {
            bareKilobytes = await PerConnectionAsync(bare, () => Company.ConnectBareAsync(bare.Port, Connections, named: false));
        }

        Company company;
        int port;
        using (var founding = ServerUnderTest.StartRivet(folder.FullName))
        {
            company = await Company.FoundAsync(founding, Connections);
            port = founding.Port;
        }

        // A fresh process: what enrolling so many people left in its memory must not be there for connections to reuse.
        using var rivet = ServerUnderTest.StartRivet(folder.FullName, port: port);
        await using var founded = company;
        var kilobytes = await PerConnectionAsync(rivet, company.ConnectAllAsync);
        return (kilobytes, bareKilobytes);

        async Task<double> PerConnectionAsync(ServerUnderTest server, Func<Task<IReadOnlyList<LoadLink>>> connect)
        {
            // A first few connections pay for what all share.
            var before = server.ResidentMegabytes();
            var links = await connect();
            await Task.Delay(TimeSpan.FromSeconds(10));
            var used = (server.ResidentMegabytes() - before) * 1024 / links.Count;
            Report.Say($"memory: {before:F0} MB before, {used:F1} kB a connection");
            await Task.WhenAll(links.Select(link => link.DisposeAsync().AsTask()));
            return used;
        }
    }
}
