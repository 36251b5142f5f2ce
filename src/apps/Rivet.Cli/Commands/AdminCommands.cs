using System.CommandLine;
using System.Globalization;
using Rivet.Kernel;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin …</c>.</summary>
internal static class AdminCommands
{
    public static Command Build(Options options) => new("admin", options.Words["command.admin"])
    {
        Invite(options),
        PeopleCommand.Build(options),
        Devices(options),
        SignOut(options),
        AdminStatus.Build(options),
        AdminEvents.Build(options),
        AdminAudit.Build(options),
        AdminCompany.Build(options),
        AdminMail.Build(options),
        AdminRetention.Build(options),
        AdminLimits.Build(options),
        AdminKeys.Build(options),
        AdminTransit.Build(options),
        AdminSealing.Build(options),
    };

    private static Command Invite(Options options)
    {
        var words = options.Words;
        var name = new Option<string?>("--name") { Description = words["option.invite-name"] };
        var person = new Option<string?>("--person") { Description = words["option.invite-person"], HelpName = "PERSON" };
        var role = new Option<Role>("--role") { Description = words["option.role"], DefaultValueFactory = _ => Role.Member, HelpName = "guest|member|administrator" };
        var hours = new Option<int>("--hours") { Description = words["option.hours"], DefaultValueFactory = _ => 168, HelpName = "N" };
        var mail = new Option<string?>("--mail") { Description = words["option.invite-mail"], HelpName = "ADDRESS" };
        return CommandShape.Of("invite", options, [name, person, role, hours, mail], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            PersonId? known = parsed.GetValue(person) is { } text ? session.Names.FindPerson(text).Id : null;
            var valid = TimeSpan.FromHours(Math.Clamp(parsed.GetValue(hours), 1, 24 * 365));
            var address = parsed.GetValue(mail) ?? "";
            var made = session.Take(await session.Client.InviteAsync(parsed.GetValue(role), parsed.GetValue(name) ?? "", known, address, valid, ct));
            if (session.Json)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "invitation");
                    json.WriteString("link", made.Link);
                    json.Time("expires", made.ExpiresMs);
                    json.WriteBoolean("mailed", address.Length > 0);
                });
                return;
            }

            await session.Output.WriteLineAsync(Plain.Line(made.Link));
            await session.Error.WriteLineAsync(words["invite.once", Local(made.ExpiresMs)]);
            if (address.Length > 0)
            {
                await session.Error.WriteLineAsync(words["invite.mailed", Plain.Line(address)]);
            }
        });
    }

    private static Command Devices(Options options)
    {
        var person = new Argument<string?>("PERSON") { Description = options.Words["argument.whose-devices"], Arity = ArgumentArity.ZeroOrOne };
        return CommandShape.Of("devices", options, [person], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            PersonId? whose = parsed.GetValue(person) is { } text ? session.Names.FindPerson(text).Id : null;
            var devices = session.Take(await session.Client.DevicesAsync(whose, ct)).Devices;
            if (session.Json)
            {
                foreach (var device in devices)
                {
                    WriteJson(session, device);
                }

                return;
            }

            var words = session.Words;
            Tables.Write(
                session.Output,
                [words["heading.id"], words["heading.name"], words["heading.person"], words["heading.state"], words["heading.enrolled"], words["heading.seen"]],
                devices.Select(device => (IReadOnlyList<string>)
                [
                    Names.Short(device.DeviceId),
                    Plain.Line(device.Name),
                    session.Names.Person(device.PersonId),
                    words[device.SignedOut ? "device.signed-out" : device.Online ? "device.online" : "device.offline"],
                    Local(device.EnrolledMs),
                    device.LastSeenMs > 0 ? Local(device.LastSeenMs) : "",
                ]));
        });
    }

    private static Command SignOut(Options options)
    {
        var which = new Argument<string>("DEVICE") { Description = options.Words["argument.device"] };
        var person = new Option<string?>("--person") { Description = options.Words["option.device-person"], HelpName = "PERSON" };
        return CommandShape.Of("sign-out", options, [which, person], async (parsed, session, ct) =>
        {
            await session.RefreshAsync(ct);
            PersonId? whose = parsed.GetValue(person) is { } text ? session.Names.FindPerson(text).Id : null;
            var wanted = parsed.GetValue(which)!;
            var device = await FindDeviceAsync(session, whose, wanted, ct);
            session.Take(await session.Client.SignOutAsync(device.Id, ct));
            await session.Output.WriteLineAsync(session.Words["sign-out.done", Plain.Line(device.Name)]);
        });
    }

    private static async Task<(DeviceId Id, string Name)> FindDeviceAsync(Session session, PersonId? whose, string text, CancellationToken ct)
    {
        if (EntityId.TryParse<DeviceId>(text, out var whole))
        {
            return (whole, text);
        }

        var devices = session.Take(await session.Client.DevicesAsync(whose, ct)).Devices;
        var found = Names.Choose(text, devices, device => [device.Name], device => EntityId.Read<DeviceId>(device.DeviceId.Span).ToString());
        return found.Count == 1
            ? (EntityId.Read<DeviceId>(found[0].DeviceId.Span), found[0].Name)
            : throw new CliExit(ExitCode.NoSuchName, session.Words[found.Count == 0 ? "name.no-device" : "name.many-devices", Plain.Line(text)]);
    }

    private static void WriteJson(Session session, Device device) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "device");
        json.Id("device", device.DeviceId);
        json.Id("person", device.PersonId);
        json.WriteString("name", device.Name);
        json.WriteBoolean("online", device.Online);
        json.WriteBoolean("signedOut", device.SignedOut);
        json.Time("enrolled", device.EnrolledMs);
        json.Time("lastSeen", device.LastSeenMs);
    });

    internal static string Local(long unixMilliseconds)
        => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(unixMilliseconds, 0, 253_402_300_799_999)).ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
