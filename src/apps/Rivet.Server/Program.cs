using System.Globalization;
using Microsoft.Extensions.Options;
using Rivet.Server;
using Rivet.Server.Startup;
using Rivet.Storage;

return await ServerCommand.Create(RunAsync).Parse(args).InvokeAsync();

static async Task<int> RunAsync(ServerOptions options, CancellationToken ct)
{
    try
    {
        ProcessHardening.Apply();
        await using var server = RivetServer.Build(options);
        await server.StartAsync(ct);
        await server.AnnounceAsync(Console.Out, ct);
        await server.WaitForShutdownAsync(ct);
        return 0;
    }
    catch (Exception exception) when (exception is StartupException or StoreUnavailableException or OptionsValidationException or IOException)
    {
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"rivet: {exception.Message}"));
        return 1;
    }
}
