using System.CommandLine;
using System.Globalization;
using Rivet.Server;
using Rivet.Server.Startup;

CultureInfo.CurrentUICulture = Announcement.LanguageOf(Environment.GetEnvironmentVariable);

// The host listens to SIGTERM and Ctrl-C itself and ends every connection properly; the command line must not cut it short.
return await ServerCommand.Create(RunAsync).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
{
    try
    {
        ProcessHardening.Apply();
        var options = ServerCommand.Read(parsed, Environment.GetEnvironmentVariable);
        await using var server = RivetServer.Build(options);
        await server.StartAsync(ct);
        await server.AnnounceAsync(Console.Out, ct);
        await server.WaitForShutdownAsync(ct);
        return 0;
    }
    catch (Exception exception) when (StartFailure.Explain(exception) is { } sentence)
    {
        await Console.Error.WriteLineAsync($"rivet: {sentence}");
        return StartFailure.CodeOf(exception);
    }
}
