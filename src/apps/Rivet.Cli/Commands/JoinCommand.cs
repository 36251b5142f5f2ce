using System.CommandLine;
using Rivet.Client;
using Rivet.Client.Native;
using Rivet.Container;
using Rivet.Kernel;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet join INVITE</c>: makes this home's keys and joins the company that the invitation names.</summary>
internal static class JoinCommand
{
    public static Command Build(Options options)
    {
        var words = options.Words;
        var invitation = new Argument<string>("INVITE") { Description = words["argument.invite"] };
        var name = new Option<string?>("--name") { Description = words["option.name"] };
        var device = new Option<string?>("--device") { Description = words["option.device"] };
        var company = new Option<string?>("--company") { Description = words["option.company"] };
        var command = new Command("join", words["command.join"]) { invitation, name, device, company };
        command.SetAction(async (parsed, ct) =>
        {
            if (!InvitationLink.TryParse(parsed.GetValue(invitation), out var link))
            {
                throw new CliExit(ExitCode.Usage, words["join.bad-invitation"]);
            }

            using var passphrase = Session.ReadPassphrase(parsed, options);
            var home = Session.Home(parsed, options, passphrase);
            var details = new JoinDetails(
                parsed.GetValue(name) ?? Environment.UserName, parsed.GetValue(device) ?? Environment.MachineName, parsed.GetValue(company) ?? "");
            if (!(await NativeClient.JoinAsync(home, link, details, TimeProvider.System, ct)).TryGet(out var client, out var why))
            {
                throw Session.Refused(why, words);
            }

            await using (client)
            {
                Report(client, home, words, parsed, options);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Report(RivetClient client, ClientHome home, Words words, ParseResult parsed, Options options)
    {
        var profile = client.Profile;
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(options.Json))
        {
            JsonLine.Write(output, json =>
            {
                json.WriteString("type", "joined");
                json.WriteString("person", profile.Person.ToString());
                json.WriteString("device", profile.Device.ToString());
                json.WriteString("company", profile.Company.ToString());
                json.WriteString("personName", profile.PersonName);
                json.WriteString("companyName", profile.CompanyName);
                json.WriteString("protection", home.Passphrase is not null ? "passphrase" : "key-file");
            });
            return;
        }

        output.WriteLine(words["join.done", Plain.Line(profile.PersonName), Plain.Line(profile.CompanyName), words.Kind("role", profile.Role)]);
        output.WriteLine(words["join.home", home.Place.Home]);
        output.WriteLine(home.Passphrase is not null ? words["protection.passphrase"] : words["protection.key-file", home.Place.KeyFolder]);
    }
}
