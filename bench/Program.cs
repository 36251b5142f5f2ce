using Rivet.Bench;
using Rivet.Bench.Audit;
using Rivet.Bench.Day1;
using Rivet.Bench.First;
using Rivet.Bench.Lws;
using Rivet.Bench.Peers;
using Rivet.Bench.Vault;
using Rivet.Bench.Web;

// rivet bench NAME [--json FILE]; "serve" is how the benchmarks start their bare peers.
switch (args)
{
    case ["serve", "echo", _]:
        await BareServer.RunAsync(BareEcho.OnConnectedAsync);
        return 0;

    case ["serve", "websocket", _]:
        await BareServer.RunWebSocketAsync();
        return 0;

    case ["serve", "pipeline", var folder]:
        var pipeline = new BarePipeline(folder);
        pipeline.Start();
        await BareServer.RunAsync(pipeline.OnConnectedAsync);
        return 0;

    case [var name, .. var options] when FirstBench.Knows(name):
        return await FirstBench.RunAsync(name, Report.Parse(options));

    case [var name, .. var options] when LwsBench.Knows(name):
        return await LwsBench.RunAsync(name, Report.Parse(options));

    case [var name, .. var options] when AuditBench.Knows(name):
        return await AuditBench.RunAsync(name, Report.Parse(options));

    case [var name, .. var options] when Day1Bench.Knows(name):
        return await Day1Bench.RunAsync(name, Report.Parse(options));

    case [var name, .. var options] when VaultBench.Knows(name):
        return await VaultBench.RunAsync(name, Report.Parse(options));

    case ["web", .. var options]:
        return await WebBench.RunAsync(Report.Parse(options));

    default:
        Console.Error.WriteLine("Usage: ./rivet bench NAME [--json FILE]. NAME is first, lws, web, day1, audit or vault, or a part: first.startup, first.rtt64, first.send, first.memory, lws.rtt1, lws.rtt64, lws.bulk, lws.signin, lws.allocations, lws.memory, day1.chat, day1.backup, audit.append, audit.verify1m, audit.sealed, audit.query, audit.sendcost, vault.wrap, vault.encrypt4k, vault.encrypt256, vault.revoke.p99, vault.rewrap");
        return 2;
}
