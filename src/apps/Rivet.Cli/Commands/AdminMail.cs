using System.CommandLine;
using System.Globalization;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin mail …</c>: how the company sends mail. A password comes from a file or from standard input, never from the command line.</summary>
internal static class AdminMail
{
    public static Command Build(Options options) => new("mail", options.Words["command.mail"])
    {
        Show(options),
        Set(options),
        Test(options),
        Off(options),
    };

    private static Command Show(Options options) => CommandShape.Of("mail-show", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var answer = session.Take(await session.Client.ReadMailAsync(ct));
        if (session.Json)
        {
            WriteJson(session, answer);
        }
        else if (answer.Mail is not { } mail)
        {
            await session.Output.WriteLineAsync(session.Words["mail.none"]);
        }
        else
        {
            var words = session.Words;
            Tables.Write(session.Output, ["", ""],
            [
                [words["mail.server"], string.Create(CultureInfo.InvariantCulture, $"{Plain.Line(mail.Host)}:{mail.Port}")],
                [words["mail.protection"], mail.Security is MailSecurity.StartTls ? "STARTTLS" : "TLS"],
                [words["mail.sender"], Plain.Line($"{mail.SenderName} <{mail.Sender}>")],
                [words["mail.user"], Plain.Line(mail.User)],
                [words["mail.password"], words[answer.HasPassword ? "mail.password-kept" : "mail.password-none"]],
                [words["mail.fingerprint"], Plain.Line(mail.Fingerprint)],
            ]);
        }
    }, "show");

    private static Command Set(Options options)
    {
        var words = options.Words;
        var host = new Option<string>("--host") { Description = words["option.mail-host"], Required = true };
        var port = new Option<int?>("--port") { Description = words["option.mail-port"], HelpName = "N" };
        var tls = new Option<string>("--tls") { Description = words["option.mail-tls"], DefaultValueFactory = _ => "starttls", HelpName = "starttls|implicit" };
        tls.AcceptOnlyFromAmong("starttls", "implicit");
        var from = new Option<string>("--from") { Description = words["option.mail-from"], Required = true, HelpName = "ADDRESS" };
        var name = new Option<string?>("--from-name") { Description = words["option.mail-from-name"] };
        var user = new Option<string?>("--user") { Description = words["option.mail-user"] };
        var file = new Option<FileInfo?>("--password-file") { Description = words["option.mail-password-file"], HelpName = "FILE" };
        var input = new Option<bool>("--password-stdin") { Description = words["option.mail-password-stdin"] };
        var fingerprint = new Option<string?>("--fingerprint") { Description = words["option.mail-fingerprint"], HelpName = "HEX" };
        return CommandShape.Of("mail-set", options, [host, port, tls, from, name, user, file, input, fingerprint], async (parsed, session, ct) =>
        {
            var security = parsed.GetValue(tls) == "implicit" ? MailSecurity.ImplicitTls : MailSecurity.StartTls;
            var mail = new MailServer
            {
                Host = parsed.GetValue(host)!,
                Port = (uint)Math.Clamp(parsed.GetValue(port) ?? (security is MailSecurity.ImplicitTls ? 465 : 587), 0, 100_000),
                Security = security,
                Sender = parsed.GetValue(from)!,
                SenderName = parsed.GetValue(name) ?? "",
                User = parsed.GetValue(user) ?? "",
                Password = await ReadPasswordAsync(session, parsed.GetValue(file), parsed.GetValue(input), ct),
                Fingerprint = parsed.GetValue(fingerprint) ?? "",
            };
            session.Client.Start();
            session.Take(await session.Client.ChangeMailAsync(mail, ct));
            await session.Output.WriteLineAsync(session.Words["mail.saved"]);
        }, "set");
    }

    private static Command Test(Options options)
    {
        var address = new Argument<string>("ADDRESS") { Description = options.Words["argument.mail-address"] };
        return CommandShape.Of("mail-test", options, [address], async (parsed, session, ct) =>
        {
            session.Client.Start();
            await session.Error.WriteLineAsync(session.Words["mail.testing"]);
            var answer = session.Take(await session.Client.TestMailAsync(parsed.GetValue(address)!, session.Words.Culture.Name, ct));
            var said = answer.Reply.Length == 0 ? Plain.Line(answer.Advice) : $"{Plain.Line(answer.Advice)} ({Plain.Line(answer.Reply)})";
            if (session.Json)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "mailTest");
                    json.WriteBoolean("sent", answer.Step is MailStep.Sent);
                    json.WriteString("step", answer.Step.ToString());
                    json.WriteString("reply", answer.Reply);
                    json.WriteString("advice", answer.Advice);
                });
            }

            if (answer.Step is not MailStep.Sent)
            {
                throw new CliExit(ExitCode.Refused, said);
            }

            if (!session.Json)
            {
                await session.Output.WriteLineAsync(said);
            }
        }, "test");
    }

    private static Command Off(Options options) => CommandShape.Of("mail-off", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        session.Take(await session.Client.ChangeMailAsync(mail: null, ct));
        await session.Output.WriteLineAsync(session.Words["mail.off"]);
    }, "off");

    private static async Task<string> ReadPasswordAsync(Session session, FileInfo? file, bool input, CancellationToken ct)
    {
        if (file is { Exists: false })
        {
            throw new CliExit(ExitCode.NoSuchName, session.Words["mail.no-file", file.FullName]);
        }

        var text = file is not null ? await File.ReadAllTextAsync(file.FullName, ct) : input ? await Console.In.ReadToEndAsync(ct) : "";
        return text.TrimEnd('\r', '\n');
    }

    private static void WriteJson(Session session, ReadMailResponse answer) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "mail");
        json.WriteBoolean("isSetUp", answer.Mail is not null);
        if (answer.Mail is { } mail)
        {
            json.WriteString("host", mail.Host);
            json.WriteNumber("port", mail.Port);
            json.WriteString("tls", mail.Security is MailSecurity.StartTls ? "starttls" : "implicit");
            json.WriteString("from", mail.Sender);
            json.WriteString("fromName", mail.SenderName);
            json.WriteString("user", mail.User);
            json.WriteBoolean("hasPassword", answer.HasPassword);
            json.WriteString("fingerprint", mail.Fingerprint);
        }
    });
}
