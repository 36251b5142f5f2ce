using System.CommandLine;
using System.Globalization;
using Rivet.MessageKeys;

namespace Rivet.KeyServer;

/// <summary><c>rivet keyserver people add|list|revoke</c>: whose devices are given message keys.</summary>
internal static class PeopleCommand
{
    private const int LongestHours = 24 * 30;

    public static Command Create(TextWriter output, TextWriter error)
        => KeyServerCommand.Group("people", Add(output, error), List(output, error), Revoke(output, error), RevokeDevice(output, error));

    private static Command Add(TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("PERSON") { Description = Words.Of("argument.person") };
        var hours = new Option<int>("--hours") { Description = Words.Of("option.hours"), DefaultValueFactory = _ => 72 };
        var host = new Option<string?>("--host") { Description = Words.Of("option.people-host") };
        var port = new Option<int>("--port") { Description = Words.Of("option.people-port"), DefaultValueFactory = _ => KeyServerCommand.PeoplePort };
        var certificate = new Option<string?>("--certificate") { Description = Words.Of("option.certificate") };
        return KeyServerCommand.Of("add", "people.add", [name, hours, host, port, certificate], error, async parsed =>
        {
            using var folder = KeyServerCommand.Open(parsed);
            var person = parsed.GetValue(name)!;
            if (!PeopleBook.IsName(person) || parsed.GetValue(hours) is < 1 or > LongestHours)
            {
                throw new KeyServerException(Words.Of("people.wrong"));
            }

            if ((parsed.GetValue(host) ?? folder.Settings.Host) is not { } where || Uri.CheckHostName(where) is UriHostNameType.Unknown || parsed.GetValue(port) is < 1 or > 65535)
            {
                throw new KeyServerException(Words.Of("people.host"));
            }

            using var shown = OwnCertificate.ReadPublic(parsed.GetValue(certificate) ?? folder.Certificate);
            var link = new EnrolmentLink
            {
                Host = where, Port = parsed.GetValue(port), Pin = CertificatePin.Of(shown),
                Code = folder.People.Admit(person, TimeSpan.FromHours(parsed.GetValue(hours))),
            };
            await output.WriteLineAsync(link.Reveal());
            await error.WriteLineAsync(Words.Of("people.add.done", person, parsed.GetValue(hours)));
        });
    }

    private static Command List(TextWriter output, TextWriter error) => KeyServerCommand.Of("list", "people.list", [], error, async parsed =>
    {
        using var folder = KeyServerCommand.Open(parsed);
        foreach (var person in folder.People.All())
        {
            await output.WriteLineAsync($"{person.Name}{(person.IsRevoked ? "\t" + Words.Of("people.revoked") : "")}{(person.OpenCodes > 0 ? "\t" + Words.Of("people.codes", person.OpenCodes) : "")}");
            foreach (var device in folder.People.DevicesOf(person.Name))
            {
                await output.WriteLineAsync($"  {device.Number}\t{OneLine(device.Name)}{(device.IsRevoked ? "\t" + Words.Of("people.revoked") : "")}");
            }
        }
    });

    private static Command Revoke(TextWriter output, TextWriter error)
    {
        var name = new Argument<string>("PERSON") { Description = Words.Of("argument.person") };
        return KeyServerCommand.Of("revoke", "people.revoke", [name], error, async parsed =>
        {
            using var folder = KeyServerCommand.Open(parsed);
            var person = parsed.GetValue(name)!;
            await output.WriteLineAsync(folder.People.Revoke(person) ? Words.Of("people.revoke.done", person) : throw new KeyServerException(Words.Of("people.missing", person)));
        });
    }

    private static Command RevokeDevice(TextWriter output, TextWriter error)
    {
        var number = new Argument<string>("DEVICE") { Description = Words.Of("argument.device") };
        return KeyServerCommand.Of("revoke-device", "people.revoke-device", [number], error, async parsed =>
        {
            using var folder = KeyServerCommand.Open(parsed);
            var device = parsed.GetValue(number)!;
            await output.WriteLineAsync(folder.People.RevokeDevice(device) ? Words.Of("people.revoke.done", device) : throw new KeyServerException(Words.Of("people.missing", device)));
        });
    }

    /// <summary>A device's name is its owner's word: it draws nothing on the administrator's terminal.</summary>
    private static string OneLine(string text)
        => string.Concat(text.Select(letter => char.IsControl(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.Format ? '?' : letter));
}
