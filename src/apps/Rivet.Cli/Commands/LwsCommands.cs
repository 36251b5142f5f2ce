using System.CommandLine;
using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Client.Native.Tls;
using Rivet.Kernel;
using Rivet.Link.Recording;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet lws</c>: what a server's link is made of, seen without a device; a session written down, and read again.</summary>
internal static class LwsCommands
{
    private const int UsualPort = 8443;

    public static Command Build(Options options) => new("lws", options.Words["command.lws"]) { Inspect(options), Record(options), Replay(options) };

    private static Command Inspect(Options options)
    {
        var words = options.Words;
        var address = new Argument<string>("HOST[:PORT]") { Description = words["argument.address"] };
        var invitation = new Option<string?>("--invitation") { Description = words["option.inspect-invitation"], HelpName = "INVITE" };
        var command = new Command("inspect", words["command.inspect"]) { address, invitation };
        command.SetAction(async (parsed, ct) =>
        {
            var (host, port) = Address(parsed.GetValue(address)!, words);
            var pins = await PinsAsync(parsed, options, parsed.GetValue(invitation), host, port);
            var looked = await LinkInspection.LookAsync(host, port, TimeProvider.System, ct);
            if (!looked.TryGet(out var link, out var why))
            {
                throw new CliExit(
                    why is InspectionRefusal.Unreachable or InspectionRefusal.Silent ? ExitCode.Offline : ExitCode.NotRivet,
                    words[$"inspect.refused.{why}", Plain.Line($"{host}:{port}")]);
            }

            var report = new InspectionReport(link, $"{host}:{port}", pins.Judge(link.IdentityKey), words);
            report.Write(parsed.InvocationConfiguration.Output, parsed.GetValue(options.Json));
            return report.IsTrusted ? ExitCode.Done : ExitCode.LinkEnded;
        });
        return command;
    }

    private static Command Record(Options options)
    {
        var words = options.Words;
        var file = new Argument<string>("FILE") { Description = words["argument.recording"] };
        var keys = new Option<bool>("--keys") { Description = words["option.record-keys"] };
        var seconds = new Option<int>("--seconds") { Description = words["option.record-seconds"], HelpName = "N", DefaultValueFactory = _ => 10 };
        var command = new Command("record", words["command.record"]) { file, keys, seconds };
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(seconds) is < 0 or > 3600)
            {
                throw new CliExit(ExitCode.Usage, words["record.bad-seconds"]);
            }

            await using var session = Session.Open(parsed, options);
            await using var output = Create(parsed.GetValue(file)!, words);
            var recorder = new LinkRecorder(output, parsed.GetValue(keys), TimeProvider.System);
            var connected = await NativeClient.ConnectRecordedAsync(session.OwnHome, recorder, TimeProvider.System, ct);
            if (connected.TryGet(out var link, out var refused))
            {
                await using (link)
                {
                    await link.AskAsync(Method.WhoAmI, new WhoAmIRequest(), WhoAmIResponse.Parser, ct);
                    await link.AskAsync(Method.ListConversations, new ListConversationsRequest(), ListConversationsResponse.Parser, ct);
                    await Task.WhenAny(link.Closed, Task.Delay(TimeSpan.FromSeconds(parsed.GetValue(seconds)), ct));
                }
            }
            var said = parsed.InvocationConfiguration.Error;
            await said.WriteLineAsync(words["record.done", recorder.Lines, Plain.Line(parsed.GetValue(file)!)]);
            if (parsed.GetValue(keys))
            {
                await said.WriteLineAsync(words["record.keys"]);
            }

            return refused is null ? ExitCode.Done : throw new CliExit(ExitCode.LinkEnded, words["record.refused", words.Say(refused)]);
        });
        return command;
    }

    private static Command Replay(Options options)
    {
        var words = options.Words;
        var file = new Argument<string>("FILE") { Description = words["argument.recording"] };
        var bodies = new Option<bool>("--bodies") { Description = words["option.replay-bodies"] };
        var command = new Command("replay", words["command.replay"]) { file, bodies };
        command.SetAction(async (parsed, ct) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            try
            {
                using var recording = File.OpenText(parsed.GetValue(file)!);
                await foreach (var said in LinkReplay.ReadAsync(recording, TlsLink.Aeads, ct))
                {
                    var line = new ReplayLine(said, parsed.GetValue(bodies));
                    await output.WriteLineAsync(parsed.GetValue(options.Json) ? line.ToJson() : line.ToText(words));
                }
            }
            catch (InvalidDataException broken)
            {
                throw new CliExit(ExitCode.Usage, words["replay.broken", broken.Message]);
            }
            catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
            {
                throw new CliExit(ExitCode.Usage, words["replay.unread", Plain.Line(parsed.GetValue(file)!)]);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A new file that only its owner reads: what is in it may open a session.</summary>
    private static FileStream Create(string path, Words words)
    {
        try
        {
            var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new FileStream(path, create);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            throw new CliExit(ExitCode.Usage, words["record.unwritten", Plain.Line(path)]);
        }
    }

    private static (string Host, int Port) Address(string text, Words words)
        => Uri.TryCreate($"rivet://{text}/", UriKind.Absolute, out var uri)
            && uri is { UserInfo: "", AbsolutePath: "/", Query: "", Fragment: "", Host.Length: > 0 } && uri.Port != 0
            ? (uri.IdnHost, uri.IsDefaultPort || uri.Port < 0 ? UsualPort : uri.Port)
            : throw new CliExit(ExitCode.Usage, words["inspect.bad-address", Plain.Line(text)]);

    /// <summary>Whose key this server ought to have, by this home and by the invitation given.</summary>
    private static async Task<InspectionPins> PinsAsync(ParseResult parsed, Options options, string? invitation, string host, int port)
    {
        InvitationLink? link = null;
        if (invitation is not null && !InvitationLink.TryParse(invitation, out link))
        {
            throw new CliExit(ExitCode.Usage, options.Words["join.bad-invitation"]);
        }

        using var passphrase = Session.ReadPassphrase(parsed, options);
        if (!NativeClient.Open(Session.Home(parsed, options, passphrase), TimeProvider.System).TryGet(out var client, out var why))
        {
            if (why.Reason is not ClientRefusal.NotJoined)
            {
                // A locked home does not keep anybody from looking; what it pins is then not compared.
                await parsed.InvocationConfiguration.Error.WriteLineAsync(options.Words.Say(why));
            }

            return new InspectionPins(null, SameAddress: false, link?.ServerKey);
        }

        await using (client)
        {
            var profile = client.Profile;
            var same = profile.Port == port && string.Equals(profile.Host, host, StringComparison.OrdinalIgnoreCase);
            return new InspectionPins(profile.ServerKey, same, link?.ServerKey);
        }
    }
}
