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

    case ["first", .. var options]:
        return await FirstBench.RunAsync(Report.Parse(options));

    default:
        Console.Error.WriteLine("Usage: ./rivet bench NAME [--json FILE]. NAME is: first");
        return 2;
}
