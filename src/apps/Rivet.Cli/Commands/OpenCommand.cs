using System.CommandLine;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet open</c>: an address that opens the console pages as oneself, once, within a minute.</summary>
internal static class OpenCommand
{
    public static Command Build(Options options) => CommandShape.Of("open", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var address = session.Take(await session.Client.OpenPageAsync(ct));
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "page");
                json.WriteString("url", address);
            });
            return;
        }

        await session.Output.WriteLineAsync(Plain.Line(address));
        await session.Error.WriteLineAsync(session.Words["open.once"]);
    });
}
