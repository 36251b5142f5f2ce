using System.CommandLine;
using Rivet.Client;
using Rivet.Client.Link;
using Rivet.Kernel;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet lws inspect HOST[:PORT]</c>: what a server's link is made of, seen without a device.</summary>
internal static class LwsCommands
{
    private const int UsualPort = 8443;

    public static Command Build(Options options) => new("lws", options.Words["command.lws"]) { Inspect(options) };

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
        if (!RivetClient.Open(Session.Home(parsed, options, passphrase), TimeProvider.System).TryGet(out var client, out var why))
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
