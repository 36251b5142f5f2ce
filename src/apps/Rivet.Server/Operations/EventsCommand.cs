using System.CommandLine;
using System.Globalization;
using System.Resources;
using System.Text.Json;
using Rivet.Audit;
using Rivet.Server.Startup;

namespace Rivet.Server.Operations;

/// <summary>
/// <c>events</c>: the security logs as lines of OCSF JSON, oldest first, for the owner of the folders, whether the server runs or not. The platform's own
/// log, which belongs to no company, is read nowhere else.
/// </summary>
internal static class EventsCommand
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Operations.EventsText", typeof(EventsCommand).Assembly);

    public static Command Create()
    {
        var log = new Option<string>("--log") { Description = Say("OptionLog"), DefaultValueFactory = _ => "all", HelpName = "LOG" };
        var from = new Option<long>("--from") { Description = Say("OptionFrom"), HelpName = "N" };
        var command = new Command("events", Say("About")) { log, from };
        command.Runs(async (parsed, options, ct) =>
        {
            await RunAsync(options, parsed.GetRequiredValue(log), Math.Max(0, parsed.GetValue(from)), ct);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(ServerOptions options, string wanted, long from, CancellationToken ct)
    {
        await using var provider = await BesideServer.OpenAsync(options, Say("NoStore", options.DataFolder), ct);
        var logs = provider.GetRequiredService<IOwnersLog>();
        var heads = await logs.ReadLogsAsync(ct);
        var chosen = heads.Where(head => wanted == "all" || head.Origin.EndsWith("/" + wanted, StringComparison.Ordinal)).ToList();
        if (chosen.Count == 0 && wanted != "all")
        {
            throw new StartupException(Say("NoLog", wanted, string.Join(", ", heads.Select(head => head.Origin[(head.Origin.LastIndexOf('/') + 1)..]))));
        }

        await using var output = Console.OpenStandardOutput();
        foreach (var head in chosen)
        {
            await PrintAsync(logs, head, from, output, ct);
        }
    }

    private static async Task PrintAsync(IOwnersLog logs, OwnersLogHead head, long from, Stream output, CancellationToken ct)
    {
        while (await logs.ReadAsync(head.Log, from, ct) is { Count: > 0 } entries)
        {
            using var lines = new MemoryStream();
            foreach (var entry in entries)
            {
                using (var json = new Utf8JsonWriter(lines))
                {
                    OcsfJson.Write(json, head.Origin, entry);
                }

                lines.WriteByte((byte)'\n');
            }

            await output.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), ct);
            from += entries.Count;
        }
    }

    private static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values);
}
