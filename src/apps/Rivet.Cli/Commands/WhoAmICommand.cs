using System.CommandLine;
using System.Globalization;
using System.Buffers.Text;
using Rivet.Container;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet whoami</c>: who this home is, from what it holds.</summary>
internal static class WhoAmICommand
{
    public static Command Build(Options options) => CommandShape.Of("whoami", options, [], (_, session, _) =>
    {
        var profile = session.Client.Profile;
        var words = session.Words;
        var server = string.Create(CultureInfo.InvariantCulture, $"{profile.Host}:{profile.Port}");
        var key = Base64Url.EncodeToString(profile.ServerKey.Span);
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "whoami");
                json.WriteString("person", profile.Person.ToString());
                json.WriteString("device", profile.Device.ToString());
                json.WriteString("company", profile.Company.ToString());
                json.WriteString("personName", profile.PersonName);
                json.WriteString("deviceName", profile.DeviceName);
                json.WriteString("companyName", profile.CompanyName);
                json.WriteString("role", profile.Role.ToString().ToLowerInvariant());
                json.WriteString("server", server);
                json.WriteString("serverKey", key);
                json.WriteString("protection", session.OwnHome.Passphrase is not null ? "passphrase" : "key-file");
            });
            return Task.CompletedTask;
        }

        Tables.Write(session.Output, ["", ""],
        [
            [words["whoami.person"], $"{Plain.Line(profile.PersonName)} ({words.Kind("role", profile.Role)})"],
            [words["whoami.company"], Plain.Line(profile.CompanyName)],
            [words["whoami.device"], $"{Plain.Line(profile.DeviceName)}  {profile.Device}"],
            [words["whoami.server"], server],
            [words["whoami.key"], key],
            [words["whoami.protection"], words[session.OwnHome.Passphrase is not null ? "whoami.passphrase" : "whoami.key-file"]],
        ]);
        return Task.CompletedTask;
    });
}
