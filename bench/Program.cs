using Rivet.Bench;
using Rivet.Bench.First;
using Rivet.Bench.Peers;

// rivet bench NAME [--json FILE]; "serve" is how the benchmarks start their bare peers.
switch (args)
{
    case ["serve", "echo", _]:
        await BareServer.RunAsync(BareEcho.OnConnectedAsync);
        return 0;

    case ["serve", "pipeline", var folder]:
        var pipeline = new BarePipeline(folder);
        pipeline.Start();
        await BareServer.RunAsync(pipeline.OnConnectedAsync);
        return 0;

    case [var name, .. var options] when FirstBench.Knows(name):
        return await FirstBench.RunAsync(name, Report.Parse(options));

    default:
        Console.Error.WriteLine("Usage: ./rivet bench NAME [--json FILE]. NAME is first, or one of first.startup, first.rtt64, first.send, first.memory");
        return 2;
}
