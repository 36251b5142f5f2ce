using System.CommandLine;
using System.Globalization;

namespace Rivet.Server.Startup;

/// <summary>The command line. An option that is not given is looked up as <c>RIVET_DATA</c>, <c>RIVET_PORT</c> and so on.</summary>
internal static class ServerCommand
{
    public static RootCommand Create(Func<ServerOptions, CancellationToken, Task<int>> run)
    {
        var data = new Option<string>("--data") { Description = "The data folder (RIVET_DATA)", DefaultValueFactory = _ => FromEnvironment("DATA", "data") };
        var keys = new Option<string?>("--keys") { Description = "The folder of the root keys, outside the data folder (RIVET_KEYS)", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("RIVET_KEYS") };
        var port = new Option<int>("--port") { Description = "The port of everything; 0 takes a free one (RIVET_PORT)", DefaultValueFactory = _ => int.Parse(FromEnvironment("PORT", "8443"), CultureInfo.InvariantCulture) };
        var host = new Option<string>("--host") { Description = "The name people reach the server by; other than localhost it listens on every address (RIVET_HOST)", DefaultValueFactory = _ => FromEnvironment("HOST", "localhost") };
        var json = new Option<bool>("--json") { Description = "Announce the server in one line of JSON" };
        port.Validators.Add(result =>
        {
            if (result.GetValue(port) is < 0 or > 65535)
            {
                result.AddError("--port is a number from 0 to 65535.");
            }
        });
        host.Validators.Add(result =>
        {
            if (Uri.CheckHostName(result.GetValue(host)) == UriHostNameType.Unknown)
            {
                result.AddError("--host is a host name or an address.");
            }
        });

        var command = new RootCommand("The Rivet server.") { data, keys, port, host, json };
        command.SetAction((parsed, ct) => run(
            new ServerOptions
            {
                DataFolder = Path.GetFullPath(parsed.GetRequiredValue(data)),
                KeysFolder = parsed.GetValue(keys) is { } folder ? Path.GetFullPath(folder) : null,
                Port = parsed.GetRequiredValue(port),
                Host = parsed.GetRequiredValue(host),
                LoopbackOnly = parsed.GetRequiredValue(host) == "localhost",
                Json = parsed.GetRequiredValue(json),
            },
            ct));
        return command;
    }

    private static string FromEnvironment(string name, string fallback)
        => Environment.GetEnvironmentVariable("RIVET_" + name) is { Length: > 0 } value ? value : fallback;
}
